"""Delegations, turns of those who are assigned, and the pulse of what runs by itself. Way back: drop them."""

import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_fence"),
        ("approvals", "0005_due_by_turns"),
    ]

    operations = [
        migrations.CreateModel(
            name="Beat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name="asked",
            name="step",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("timezone", models.CharField(max_length=64)),
                ("agents", models.JSONField(default=list)),
                ("actions", models.JSONField(default=list)),
                ("max_amount", models.DecimalField(decimal_places=12, max_digits=40, null=True)),
                ("currency", models.CharField(blank=True, default="", max_length=12)),
                ("waiting_too", models.BooleanField(default=True)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("origin", models.CharField(default="person", max_length=8)),
                ("created_by", models.CharField(blank=True, default="", max_length=254)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=254)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "delegate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegated",
                        to="accounts.person",
                    ),
                ),
                (
                    "grantor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="accounts.person",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="asked",
            name="delegation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="asks",
                to="approvals.delegation",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="delegation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votes",
                to="approvals.delegation",
            ),
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("route", models.CharField(max_length=200)),
                ("stage", models.SmallIntegerField()),
                ("requirement", models.SmallIntegerField()),
                ("last", models.CharField(blank=True, default="", max_length=254)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="delegation_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(fields=["org", "-ends_at"], name="delegation_by_end"),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.UniqueConstraint(fields=("org", "id"), name="delegation_is_of_one_org"),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="delegation_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("grantor", models.F("delegate")), _negated=True),
                name="delegation_is_to_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__isnull", False), ("next_at__isnull", False), _connector="OR"),
                name="open_delegation_has_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(fields=("org", "route", "stage", "requirement"), name="turn_is_one"),
        ),
    ]
