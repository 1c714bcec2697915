"""Links in mails. Way back: drop the table."""

import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_slack_linked"),
        ("delivery", "0005_notes_fence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("hash", models.BinaryField(max_length=32)),
                ("action", models.UUIDField()),
                ("person", models.UUIDField()),
                ("revision", models.IntegerField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("org", "id"), name="link_is_of_one_org"),
                    models.UniqueConstraint(fields=("hash",), name="mail_link_is_one_of_a_kind"),
                ],
            },
        ),
    ]
