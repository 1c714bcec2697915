"""The configuration document, version by version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, Person
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


class Draft(models.Model):
    """One person's next version of the document, not published yet: JSON, and it may still have faults.

    `based_on` is the version it began from.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="drafts"
    )
    document = models.TextField()
    based_on = models.IntegerField()
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "person"], name="draft_is_one_a_person"),
        ]
