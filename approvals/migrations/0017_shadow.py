"""What other versions would have done, behind the fence. Way back: the table goes."""

import core.ids
import django.db.models.deletion
from core.fence import AppendOnly, Fence, SameOrg
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_stop"), ("approvals", "0016_audit")]
    operations = [
        migrations.CreateModel(
            name="Shadow",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=100)),
                ("is_same", models.BooleanField()),
                ("digest", models.CharField(max_length=71)),
                ("reporter", models.CharField(max_length=254)),
                ("at", models.DateTimeField()),
                (
                    "action",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shadows",
                        to="approvals.action",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("org", "action", "version"), name="action_is_shadowed_once_a_version"
                    )
                ],
            },
        ),
        Fence("approvals_shadow"),
        SameOrg("approvals_shadow", "action_id", "approvals_action"),
        AppendOnly("approvals_shadow"),
    ]
