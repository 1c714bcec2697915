"""Looks at an action afterwards: by lot, by a second person, by whoever settles a dispute."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, Person
from approvals.models.action import Action
from core import ids


class Audit(models.Model):
    """One blind look at an action, for whoever of `people` answers first. It never changes the action itself.

    `kind`: sampled (its lane drew it and it went through alone), double (a second person looks at what others
    approved), adjudication (somebody found an error, another settles whether it is one), practice (known to be wrong,
    shown to `person` as if it were a request; nothing can come of it). `people` are ids of those who may answer as of
    `config_version`, `first` the e-mails of those who judged it before, `passed` the ids of who could not tell.
    `verdict` is right or wrong; for practice what was pressed, approve or reject.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=12)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, db_constraint=False, related_name="audits", db_index=False
    )
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="practised", db_index=False
    )
    people = models.JSONField(default=list)
    first = models.JSONField(default=list)
    passed = models.JSONField(default=list)
    config_version = models.IntegerField()
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="audited", db_index=False
    )
    verdict = models.CharField(max_length=7, default="", blank=True)
    severity = models.CharField(max_length=8, default="", blank=True)
    note = models.TextField(default="", blank=True)
    review_seconds = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["org", "action", "kind"],
                condition=models.Q(person__isnull=True),
                name="action_is_audited_once_a_kind",
            ),
            models.UniqueConstraint(
                fields=["org", "action", "person"],
                condition=models.Q(person__isnull=False),
                name="person_practises_on_an_action_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["sampled", "double", "adjudication", "practice"]),
                name="audit_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, verdict="", answered_by__isnull=True)
                | models.Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    verdict__in=["right", "wrong", "approve", "reject"],
                ),
                name="answered_audit_says_what_and_who",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="practice", person__isnull=False)
                | (~models.Q(kind="practice") & models.Q(person__isnull=True)),
                name="practice_is_of_one_person",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org", "created_at"], condition=models.Q(answered_at__isnull=True), name="audit_open"),
            models.Index(fields=["org", "answered_by", "-answered_at"], name="audit_of_person"),
        ]
