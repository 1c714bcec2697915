"""What a new version of an agent would have done with what the old one did."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization
from approvals.models.action import Action
from core import ids


class Shadow(models.Model):
    """One action as another version would have proposed it: `is_same` if its canonical arguments are the same.

    `digest` is that of its arguments. Written once, by `reporter`: what is said first stands.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, db_constraint=False, related_name="shadows", db_index=False
    )
    version = models.CharField(max_length=100)
    is_same = models.BooleanField()
    digest = models.CharField(max_length=71)
    reporter = models.CharField(max_length=254)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "action", "version"], name="action_is_shadowed_once_a_version"),
        ]
