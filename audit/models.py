"""History. Tenant and subject stand here by value, so that it outlives what it speaks of."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One thing that happened, chained to the one before by hash.

    `body` is the RFC 8785 form of {at, kind, actor, subject, facts}; the database itself gives `seq`, `prev_hash` and
    hash = SHA-256(prev_hash || seq as 8 bytes big-endian || body).
    """

    pk = models.CompositePrimaryKey("org_id", "seq")
    org_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    actor = models.CharField(max_length=300)
    subject = models.CharField(max_length=200)
    body = models.BinaryField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "subject", "seq"], name="entry_by_subject"),
        ]


class Head(models.Model):
    """The end of one organization's chain; only the database's own trigger moves it."""

    org_id = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
