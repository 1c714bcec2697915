"""Workspaces that organizations connected themselves, behind the fence, found by team before anybody is known.

Way back: drop them; the organizations are then served by the installation's app, or by none.
"""

import core.clock
import core.ids
import django.db.models.deletion
from django.db import migrations, models

from core.fence import Fence

DOORS = """
create function orgs_with_slack(wanted text) returns table (org_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.org_id from delivery_slackworkspace w join accounts_organization o on o.id = w.org_id
    where w.team = wanted and o.slack_team = wanted and wanted <> '' order by w.org_id
$$;
create function orgs_with_slack_socket() returns table (org_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.org_id from delivery_slackworkspace w join accounts_organization o on o.id = w.org_id
    where w.team = o.slack_team and w.app_token <> '' order by w.org_id
$$;
"""
BACK = "drop function orgs_with_slack_socket(); drop function orgs_with_slack(text);"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_slack_linked"), ("delivery", "0009_link_lighter")]
    operations = [
        migrations.CreateModel(
            name="SlackWorkspace",
            fields=[
                ("id", models.UUIDField(default=core.ids.new, editable=False, primary_key=True, serialize=False)),
                ("team", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("token", models.TextField()),
                ("signing_secret", models.TextField()),
                ("app_token", models.TextField(blank=True, default="")),
                ("connected_by", models.EmailField(max_length=254)),
                ("connected_at", models.DateTimeField(default=core.clock.now)),
                ("error", models.CharField(blank=True, default="", max_length=100)),
                ("failed_at", models.DateTimeField(null=True)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["team"], name="slack_workspace_by_team")],
                "constraints": [
                    models.UniqueConstraint(fields=("org",), name="slack_workspace_is_one_an_org"),
                ],
            },
        ),
        Fence("delivery_slackworkspace", swept=True),
        migrations.RunSQL(DOORS, BACK),
    ]
