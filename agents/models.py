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


class LaneRow(models.Model):
    """One lane: an agent's actions of one type at one risk, with the level it stands at and the state behind it.

    `floor` is the confidence an action needs to belong to it; 0 is the lane of all. `level` is in force, `earned` is
    below it only under an override; both are places in LEVELS. `version` counts what changes how an action is treated:
    who composed by an older one looks again. `state` is agents.lane.Lane, `terms` agents.trust.Trust, both as JSON and
    both the fold of the lane's ledger up to `entries`. `due_at`: when time alone changes something. `failures`: how
    many executions failed one after the other (approvals.ratchet.breaker); the lane of all counts those of every floor.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    type = models.CharField(max_length=100)
    risk = models.CharField(max_length=8)
    floor = models.FloatField(default=0.0)
    level = models.SmallIntegerField(default=0)
    earned = models.SmallIntegerField(default=0)
    tightened = models.BooleanField(default=False)
    frozen = models.BooleanField(default=False)
    proposed = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    entries = models.IntegerField(default=0)
    agent_version = models.CharField(max_length=100, default="", blank=True)
    state = models.JSONField()
    terms = models.JSONField()
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "agents_lane"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="lane_is_of_one_org"),
            models.UniqueConstraint(fields=["org", "agent", "type", "risk", "floor"], name="lane_is_there_once"),
            models.CheckConstraint(condition=models.Q(level__range=(0, 3), earned__range=(0, 3)), name="lane_level"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="lane_due"),
        ]

    def __str__(self) -> str:
        return f"{self.type}/{self.risk}"

    @property
    def spoken(self) -> str:
        """How people name it: "note.add at low risk, confidence from 0.9"."""
        return f"{self.type} at {self.risk} risk" + (f", confidence from {self.floor:g}" if self.floor else "")


class LabelRow(models.Model):
    """What one reviewed action turned out to be, as somebody said; a ledger's entry once it counts.

    `source`: decision, audit, outcome, adjudication, silence. `once` makes it there once: "decision:<action>". It
    counts at `due_at`, which is then null; `entry` is its number in the ledger, null while it waits or if it never
    counted (`dropped`: worse news of the same action came first). `replaced_by` a later judgement of the same action.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    lane = models.ForeignKey(LaneRow, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    action = models.UUIDField()
    once = models.CharField(max_length=120)
    source = models.CharField(max_length=12)
    loss = models.FloatField()
    weight = models.FloatField()
    catch = models.FloatField(null=True)
    severe = models.BooleanField(default=False)
    answered = models.BooleanField(default=True)
    reviewer = models.CharField(max_length=254, default="", blank=True)
    agent_version = models.CharField(max_length=100, default="", blank=True)
    note = models.TextField(default="", blank=True)
    said_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    entry = models.IntegerField(null=True)
    dropped = models.BooleanField(default=False)
    replaced_by = models.UUIDField(null=True)

    class Meta:
        db_table = "agents_label"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "lane", "once"], name="label_is_there_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="label_due"),
            models.Index(fields=["org", "action"], name="label_of_action"),
            models.Index(fields=["org", "lane", "-said_at"], name="label_of_lane"),
        ]


class LedgerRow(models.Model):
    """One entry of a lane's ledger, append-only: `body` is agents.ledger.Entry as JSON, `number` counts from 1."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    lane = models.ForeignKey(LaneRow, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    number = models.IntegerField()
    at = models.DateTimeField()
    body = models.JSONField()
    label = models.UUIDField(null=True)
    by = models.CharField(max_length=300)

    class Meta:
        db_table = "agents_ledger"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "lane", "number"], name="ledger_entry_is_there_once"),
        ]


class MoveRow(models.Model):
    """One move of a lane, append-only, with its sentence and the evidence of that moment.

    `entry` is the ledger's entry that made it, `part` its place among the moves of that entry. `level_before` and
    `level_after` are in force; `before` and `after` earned. `evidence` is agents.keeping.evidence_of.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    lane = models.ForeignKey(LaneRow, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    entry = models.IntegerField()
    part = models.SmallIntegerField()
    at = models.DateTimeField()
    code = models.CharField(max_length=20)
    before = models.SmallIntegerField()
    after = models.SmallIntegerField()
    level_before = models.SmallIntegerField()
    level_after = models.SmallIntegerField()
    sentence = models.TextField()
    evidence = models.JSONField()
    by = models.CharField(max_length=300)

    class Meta:
        db_table = "agents_move"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "lane", "entry", "part"], name="move_is_there_once"),
        ]


class LaneDay(models.Model):
    """A lane at the end of one day in UTC, for charts: kept up to date by each entry of that day.

    `labels` and `wrong` are of that day. `cells` are of the attempt at `target` (the next level, or the highest), as
    `[[weight, catch, loss, count], …]`, with the `alpha` it may spend.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    lane = models.ForeignKey(LaneRow, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    day = models.DateField()
    labels = models.IntegerField(default=0)
    wrong = models.FloatField(default=0.0)
    level = models.SmallIntegerField()
    tightened = models.BooleanField()
    target = models.SmallIntegerField()
    alpha = models.FloatField()
    cells = models.JSONField()

    class Meta:
        db_table = "agents_laneday"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "lane", "day"], name="lane_day_is_there_once"),
        ]
