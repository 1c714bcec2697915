"""Digests that somebody wants no more, behind the fence. Way back: drop them, and everybody gets all of them again."""

import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models

from core.fence import Fence


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_slack_linked"), ("delivery", "0010_slackworkspace")]
    operations = [
        migrations.CreateModel(
            name="Stopped",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("since", models.DateTimeField(default=core.clock.now)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("org", "person", "kind"), name="digest_is_stopped_once"),
                ],
            },
        ),
        Fence("delivery_stopped"),
    ]
