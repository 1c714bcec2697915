"""Who is asked, and what they ask back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, Person
from approvals.models.action import Action
from approvals.stages import ANY
from core import clock, ids

__all__ = ["ANY", "Asked", "Delegation", "Question", "Turn"]


class Delegation(models.Model):
    """`delegate` may decide for `grantor` from `starts_at` to `ends_at`, within the scope and what both may decide.

    Empty `agents` and `actions` (globs) mean any. With `waiting_too` what waits at the start is moved too. `origin` is
    who made it: the document, or a person by API or page (`created_by`, an e-mail). `next_at` is its one timer: its
    start, the next digest for the grantor, its end.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    grantor = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_constraint=False, related_name="delegations", db_index=False
    )
    delegate = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_constraint=False, related_name="delegated", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    timezone = models.CharField(max_length=64)
    agents = models.JSONField(default=list)
    actions = models.JSONField(default=list)
    max_amount = models.DecimalField(max_digits=40, decimal_places=12, null=True)
    currency = models.CharField(max_length=12, default="", blank=True)
    waiting_too = models.BooleanField(default=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    origin = models.CharField(max_length=8, default="person")
    created_by = models.CharField(max_length=254, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, default="", blank=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="delegation_is_of_one_org"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="delegation_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~models.Q(grantor=models.F("delegate")), name="delegation_is_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=False) | models.Q(next_at__isnull=False),
                name="open_delegation_has_a_clock",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="delegation_due"),
            models.Index(fields=["org", "-ends_at"], name="delegation_by_end"),
            models.Index(fields=["org", "grantor"], condition=models.Q(ended_at__isnull=True), name="delegation_open"),
        ]


class Turn(models.Model):
    """Whose turn it was last: the cursor of one requirement of a route that assigns by turns."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    route = models.CharField(max_length=200)
    stage = models.SmallIntegerField()
    requirement = models.SmallIntegerField()
    last = models.CharField(max_length=254, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "route", "stage", "requirement"], name="turn_is_one"),
        ]


class Asked(models.Model):
    """One person asked about one action. `left_at` closes it: decided, reassigned, withdrawn, no longer eligible.

    With `on_behalf_of` it is that person's seat they may fill, by `delegation`. A `requirement` of -1 is any of the
    stage's. `step` is the step of the chain (its key, "2" or "2.1") that asked them; empty at the start of a stage.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, db_constraint=False, related_name="asked", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_constraint=False, related_name="asks", db_index=False
    )
    on_behalf_of = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="asks_lent", db_index=False
    )
    stage = models.SmallIntegerField(default=1)
    requirement = models.SmallIntegerField(default=0)
    via = models.CharField(max_length=200)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    left_why = models.CharField(max_length=20, default="", blank=True)
    snoozed_until = models.DateTimeField(null=True)
    delegation = models.ForeignKey(
        Delegation, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="asks", db_index=False
    )
    step = models.CharField(max_length=12, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["org", "action", "person", "stage"],
                condition=models.Q(left_at__isnull=True),
                name="person_is_asked_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["org", "person", "due_at", "action"],
                condition=models.Q(left_at__isnull=True),
                name="asked_open",
            ),
            models.Index(
                fields=["org", "on_behalf_of", "action"],
                condition=models.Q(left_at__isnull=True, on_behalf_of__isnull=False),
                name="asked_lent",
            ),
            models.Index(fields=["org", "action"], name="asked_of_action"),
            models.Index(
                fields=["org", "person", "-left_at"], condition=models.Q(left_at__isnull=False), name="asked_done"
            ),
        ]


class Question(models.Model):
    """Something a person asked the agent about an action, and the reply."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, db_constraint=False, related_name="questions", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    text = models.TextField()
    asked_at = models.DateTimeField()
    reply = models.TextField(default="", blank=True)
    reply_context = models.BinaryField(null=True)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["org", "action"], name="question_of_action")]
