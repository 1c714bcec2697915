"""Messages that never came, behind the fence, and the sweep that finds those to be told. Way back: drop them."""

import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models

from core.fence import Fence

SWEEP = """
create function due_failures(at timestamptz, at_most integer) returns table (org_id bigint, failure_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select f.org_id, f.id from delivery_failure f where f.due_at <= at order by f.due_at limit at_most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_links_fence")]
    operations = [
        migrations.CreateModel(
            name="Failure",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("channel", models.CharField(max_length=20)),
                ("address", models.CharField(max_length=300)),
                ("action", models.UUIDField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("is_flagged", models.BooleanField(default=False)),
                ("is_last", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("due_at", models.DateTimeField(null=True)),
                ("mended_at", models.DateTimeField(null=True)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="failure_due"),
                    models.Index(
                        condition=models.Q(("mended_at__isnull", True)), fields=["org", "person"], name="failure_open"
                    ),
                    models.Index(fields=["org", "action"], name="failure_by_action"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("org", "id"), name="failure_is_of_one_org"),
                ],
            },
        ),
        Fence("delivery_failure", swept=True),
        migrations.RunSQL(SWEEP, "drop function due_failures(timestamptz, integer)"),
    ]
