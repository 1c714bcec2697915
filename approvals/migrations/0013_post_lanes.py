"""`post_action` looks at the lanes its action was judged by, as they are under a share of their lock. Way back: as before."""

import importlib

from django.db import migrations

before = importlib.import_module("approvals.migrations.0004_post")
lighter = importlib.import_module("approvals.migrations.0012_post_links_once")
HERE = "    if limits is not null then\n        usage :="
LOOK = """\
    perform 1 from agents_lane l where l.org_id = of_org and l.agent_id = fresh.agent_id and l.type = fresh.type
        and l.risk = fresh.risk for share;
    if coalesce(expected->'lanes', '{}') <> (select coalesce(jsonb_object_agg(l.floor::text, l.version), '{}')
            from agents_lane l where l.org_id = of_org and l.agent_id = fresh.agent_id and l.type = fresh.type
            and l.risk = fresh.risk) then
        return jsonb_build_object('changed', true);
    end if;
"""
assert lighter.LIGHTER.count(HERE) == 1
NOW = lighter.LIGHTER.replace(HERE, LOOK + HERE)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0012_post_links_once"), ("agents", "0004_lanes_fence")]
    operations = [migrations.RunSQL([before.POST_BACK, NOW], [before.POST_BACK, lighter.LIGHTER])]
