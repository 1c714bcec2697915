"""Agents: who they are and whether they may ask at all. What they may do is in the configuration document."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, Person
from core import clock, ids


class Agent(models.Model):
    """A program that posts actions. It can never decide one."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    slug = models.CharField(max_length=63)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False)
    callback_url = models.CharField(max_length=2000, default="", blank=True)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.CharField(max_length=254, default="", blank=True)
    paused_reason = models.TextField(default="", blank=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="agent_is_of_one_org"),
            models.UniqueConstraint(fields=["org", "slug"], name="agent_has_own_slug"),
        ]

    def __str__(self) -> str:
        return self.slug
