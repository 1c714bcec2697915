"""Looks at actions afterwards, behind the fence. Way back: the table goes."""

from typing import Any

import core.ids
import django.db.models.deletion
from core.fence import Fence, SameOrg
from django.db import migrations, models
from django.db.models import Q

PERSON: dict[str, Any] = {
    "db_constraint": False,
    "db_index": False,
    "null": True,
    "on_delete": django.db.models.deletion.PROTECT,
    "to": "accounts.person",
}
ANSWERED = Q(answered_at__isnull=False, answered_by__isnull=False, verdict__in=["right", "wrong", "approve", "reject"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_stop"), ("approvals", "0015_no_fault")]
    operations = [
        migrations.CreateModel(
            name="Audit",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("people", models.JSONField(default=list)),
                ("first", models.JSONField(default=list)),
                ("passed", models.JSONField(default=list)),
                ("config_version", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("verdict", models.CharField(blank=True, default="", max_length=7)),
                ("severity", models.CharField(blank=True, default="", max_length=8)),
                ("note", models.TextField(blank=True, default="")),
                ("review_seconds", models.FloatField(null=True)),
                (
                    "action",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audits",
                        to="approvals.action",
                    ),
                ),
                ("answered_by", models.ForeignKey(related_name="audited", **PERSON)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
                ("person", models.ForeignKey(related_name="practised", **PERSON)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(answered_at__isnull=True), fields=["org", "created_at"], name="audit_open"
                    ),
                    models.Index(fields=["org", "answered_by", "-answered_at"], name="audit_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(person__isnull=True),
                        fields=("org", "action", "kind"),
                        name="action_is_audited_once_a_kind",
                    ),
                    models.UniqueConstraint(
                        condition=Q(person__isnull=False),
                        fields=("org", "action", "person"),
                        name="person_practises_on_an_action_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["sampled", "double", "adjudication", "practice"]),
                        name="audit_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(answered_at__isnull=True, verdict="", answered_by__isnull=True) | ANSWERED,
                        name="answered_audit_says_what_and_who",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="practice", person__isnull=False)
                        | (~Q(kind="practice") & Q(person__isnull=True)),
                        name="practice_is_of_one_person",
                    ),
                ],
            },
        ),
        Fence("approvals_audit"),
        SameOrg("approvals_audit", "action_id", "approvals_action"),
        SameOrg("approvals_audit", "person_id", "accounts_person"),
        SameOrg("approvals_audit", "answered_by_id", "accounts_person"),
    ]
