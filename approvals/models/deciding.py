"""Votes, the decision they came to, and what was reported afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, Person
from approvals.models.action import Action
from approvals.models.asking import Delegation
from core import ids


class Vote(models.Model):
    """What one person said about one revision. Never changed but for `standing`.

    `fine_as_proposed`, of an edit: whether it would have been right without it. `no_fault`, of a rejection: the agent
    could not have known why.
    """

    class Standing(models.TextChoices):
        COUNTED = "counted"
        SUPERSEDED = "superseded"
        DISMISSED = "dismissed"
        VOID = "void"
        LATE = "late"

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, db_constraint=False, related_name="votes", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_constraint=False, related_name="votes", db_index=False
    )
    on_behalf_of = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="votes_lent", db_index=False
    )
    revision = models.IntegerField()
    stage = models.SmallIntegerField(default=1)
    vote = models.CharField(max_length=7)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.COUNTED)
    digest = models.CharField(max_length=71)
    comment = models.TextField(default="", blank=True)
    choice = models.CharField(max_length=100, default="", blank=True)
    answer = models.TextField(default="", blank=True)
    reject_option = models.CharField(max_length=100, default="", blank=True)
    edited = models.BooleanField(default=False)
    fine_as_proposed = models.BooleanField(null=True)
    no_fault = models.BooleanField(default=False, db_default=False)
    channel = models.CharField(max_length=10)
    card = models.JSONField(null=True)
    review_seconds = models.FloatField(null=True)
    cast_at = models.DateTimeField()
    delegation = models.ForeignKey(
        Delegation, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="votes", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["org", "action", "stage", "person"],
                condition=models.Q(standing="counted"),
                name="person_has_one_vote",
            ),
            models.CheckConstraint(condition=models.Q(vote__in=["approve", "reject", "abstain"]), name="vote_is_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org", "action"], name="vote_of_action"),
            models.Index(fields=["org", "delegation"], condition=models.Q(delegation__isnull=False), name="vote_lent"),
        ]


class Decision(models.Model):
    """How an action ended: written once, in the transaction that ended it.

    `people` lists every counted vote: [{"name", "email", "on_behalf_of", "channel", "vote", "comment", "at"}].
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.OneToOneField(Action, on_delete=models.PROTECT, db_constraint=False, related_name="decision")
    outcome = models.CharField(max_length=8)
    by = models.CharField(max_length=8)
    people = models.JSONField(default=list)
    comment = models.TextField(default="", blank=True)
    edited = models.BooleanField(default=False)
    choice = models.CharField(max_length=100, default="", blank=True)
    answer = models.TextField(default="", blank=True)
    reject_option = models.CharField(max_length=100, default="", blank=True)
    receipt = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "action"], name="action_is_decided_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["approved", "rejected", "answered"]), name="decision_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(by__in=["people", "ratchet", "rule", "limit", "paused", "deadline"]),
                name="decision_author_is_known",
            ),
        ]


class Report(models.Model):
    """What happened afterwards, told by a reporter, a person or the agent itself: evidence, kept for ever."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, db_constraint=False, related_name="reports", db_index=False
    )
    verdict = models.CharField(max_length=9)
    severity = models.CharField(max_length=8, default="", blank=True)
    note = models.TextField(default="", blank=True)
    reporter_kind = models.CharField(max_length=8)
    reporter = models.CharField(max_length=254)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=["correct", "incorrect"]), name="report_verdict_is_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["org", "action"], name="report_of_action")]
