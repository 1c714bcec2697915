"""The configuration document, version by version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization
from core import clock, ids


class ConfigVersion(models.Model):
    """One published version of the organization's configuration document, as text."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    number = models.IntegerField()
    document = models.TextField()
    author = models.CharField(max_length=254, default="", blank=True)
    reason = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "number"], name="config_version_once"),
        ]
