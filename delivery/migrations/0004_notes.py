"""Messages in a chat that are kept up to date. Way back: drop them."""

import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_slack"),
        ("delivery", "0003_endpoints"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(default="slack", max_length=20)),
                ("kind", models.CharField(max_length=60)),
                ("action", models.UUIDField(null=True)),
                ("person", models.UUIDField(null=True)),
                ("address", models.CharField(max_length=100)),
                ("payload", models.TextField(blank=True, default="")),
                ("place", models.CharField(blank=True, default="", max_length=40)),
                ("ts", models.CharField(blank=True, default="", max_length=40)),
                ("thread", models.CharField(blank=True, default="", max_length=40)),
                (
                    "status",
                    models.CharField(choices=[("open", "Open"), ("dead", "Dead")], default="open", max_length=4),
                ),
                ("wanted", models.IntegerField(default=1)),
                ("shown", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("posted_at", models.DateTimeField(null=True)),
                ("edited_at", models.DateTimeField(null=True)),
                (
                    "digest",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="told",
                        to="delivery.note",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="note_due"),
                    models.Index(fields=["org", "action"], name="note_by_action"),
                    models.Index(fields=["org", "address", "-created_at"], name="note_by_address"),
                    models.Index(
                        condition=models.Q(("digest__isnull", False)), fields=["org", "digest"], name="note_by_digest"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("org", "id"), name="note_is_of_one_org"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "action"), ("status", "open")),
                        fields=("org", "action", "address"),
                        name="note_of_an_action_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "dead"])), name="note_status_is_known"
                    ),
                ],
            },
        ),
    ]
