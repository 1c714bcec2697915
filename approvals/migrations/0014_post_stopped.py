"""`post_action` looks at every switch that stops an agent; what was approved and not used is found. Way back: as before."""

import importlib

from django.db import migrations, models

before = importlib.import_module("approvals.migrations.0004_post")
lanes = importlib.import_module("approvals.migrations.0013_post_lanes")
HERE = "(agent.paused_at is not null or organization.paused_at is not null)"
LOOK = """(agent.paused_at is not null or organization.paused_at is not null or organization.stopped_at is not null
           or exists (select 1 from accounts_installation i where i.stopped_at is not null))"""
assert lanes.NOW.count(HERE) == 1
NOW = lanes.NOW.replace(HERE, LOOK)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0013_post_lanes"), ("accounts", "0006_stop")]
    operations = [
        migrations.RunSQL([before.POST_BACK, NOW], [before.POST_BACK, lanes.NOW]),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["org", "agent"], condition=models.Q(status="approved", execution=""), name="action_unused"
            ),
        ),
    ]
