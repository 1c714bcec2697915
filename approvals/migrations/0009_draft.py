"""The next version of the document, kept for whoever edits it until it is published. Way back: drop it."""

import core.clock
import core.ids
import django.db.models.deletion
from core.fence import Fence, SameOrg
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0008_due_by_organization")]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("document", models.TextField()),
                ("based_on", models.IntegerField()),
                ("updated_at", models.DateTimeField(default=core.clock.now)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="accounts.person",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("org", "person"), name="draft_is_one_a_person"),
        ),
        Fence("approvals_draft"),
        SameOrg("approvals_draft", "person_id", "accounts_person"),
    ]
