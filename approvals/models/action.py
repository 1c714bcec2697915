"""What an agent wants to do: the action, and its content revision by revision."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, Person
from agents.models import Agent
from core import clock, ids

PENDING = models.Q(status="pending")


class Action(models.Model):
    """Something an agent wants to do, from the post to its end. Narrow on purpose: the content is in `Revision`.

    `lapse_at` is the action's one timer: while pending the end of the chain, while approved the end of `execute_by`.
    `plan` is the snapshot of what it started with: {"stages", "chain", "fallback", …} (approvals.quorum.Plan).
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    key_id = models.UUIDField(null=True)
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001 - absent is no key, and must not be unique
    body_hash = models.BinaryField(max_length=32)
    type = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, default="approval")
    status = models.CharField(max_length=10, default="pending")
    risk = models.CharField(max_length=8)
    level = models.CharField(max_length=10, default="supervised")
    title = models.CharField(max_length=300)
    amount = models.DecimalField(max_digits=40, decimal_places=12, null=True)
    currency = models.CharField(max_length=12, default="", blank=True)
    confidence = models.FloatField(null=True)
    environment = models.CharField(max_length=100, default="", blank=True)
    agent_version = models.CharField(max_length=100, default="", blank=True)
    run_id = models.CharField(max_length=100, default="", blank=True)
    requested_by = models.CharField(max_length=254, default="", blank=True)
    callback_url = models.CharField(max_length=2000, default="", blank=True)
    state = models.BinaryField(null=True)
    offer = models.JSONField(default=dict)
    digest = models.CharField(max_length=71)
    revision = models.IntegerField(default=1)
    epoch = models.IntegerField(default=1)
    version = models.IntegerField(default=1)
    config_version = models.IntegerField()
    verdict = models.JSONField()
    plan = models.JSONField(null=True)
    stage = models.SmallIntegerField(default=1)
    step = models.SmallIntegerField(default=0)
    approvals = models.SmallIntegerField(default=0)
    needed = models.SmallIntegerField(default=0)
    oddity = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    decide_by = models.DateTimeField(null=True)
    decide_cap = models.DateTimeField(null=True)
    execute_within = models.DurationField(null=True)
    execute_by = models.DateTimeField(null=True)
    lapse_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_spent = models.DurationField(null=True)
    held_at = models.DateTimeField(null=True)
    held_reason = models.CharField(max_length=200, default="", blank=True)
    claimed_by = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="claims", db_index=False
    )
    claimed_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    execution = models.CharField(max_length=10, default="", blank=True)
    execution_at = models.DateTimeField(null=True)
    execution_detail = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="action_is_of_one_org"),
            models.UniqueConstraint(
                fields=["org", "agent", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False),
                name="action_is_posted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["pending", "approved", "rejected", "expired", "withdrawn", "superseded"]
                ),
                name="action_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(risk__in=["low", "medium", "high", "critical"]), name="action_risk_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(execution__in=["", "started", "succeeded", "failed", "lapsed", "revoked"]),
                name="execution_status_is_known",
            ),
            models.CheckConstraint(
                condition=~PENDING | models.Q(lapse_at__isnull=False) | models.Q(held_at__isnull=False),
                name="pending_action_has_a_clock",
            ),
            models.CheckConstraint(
                condition=PENDING | models.Q(closed_at__isnull=False), name="closed_action_has_its_moment"
            ),
            models.CheckConstraint(
                condition=models.Q(execution="") | models.Q(status="approved"), name="only_approved_actions_execute"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["lapse_at"], condition=models.Q(lapse_at__isnull=False), name="action_due"),
            models.Index(
                fields=["org", "lapse_at"], condition=models.Q(lapse_at__isnull=False), name="action_due_of_org"
            ),
            models.Index(fields=["org", "agent", "-id"], name="action_by_agent"),
            models.Index(fields=["org", "agent", "created_at"], name="action_rate"),
            models.Index(fields=["org", "agent", "type", "created_at"], name="action_lane"),
            models.Index(fields=["org", "agent"], condition=PENDING, name="action_pending"),
            models.Index(
                fields=["org", "agent"], condition=models.Q(status="approved", execution=""), name="action_unused"
            ),
            models.Index(fields=["org", "-closed_at"], condition=~PENDING, name="action_closed"),
        ]


class Revision(models.Model):
    """What exactly was proposed. Written once: an edit or a revision by the agent is a new row.

    `body` is what was received, byte for byte; `arguments` and `context` are canonical JSON (RFC 8785).
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, db_constraint=False, related_name="revisions", db_index=False
    )
    number = models.IntegerField()
    body = models.BinaryField()
    arguments = models.BinaryField()
    digest = models.CharField(max_length=71)
    summary = models.CharField(max_length=200, default="", blank=True)
    reason = models.TextField(default="", blank=True)
    context = models.BinaryField(default=b"[]")
    author = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "action", "number"], name="revision_once"),
        ]
