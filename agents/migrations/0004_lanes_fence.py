"""Lanes behind the fence, their ledgers append-only; what time changes is found by turns. Way back: drop it."""

from django.db import migrations

from core.fence import AppendOnly, Fence, SameOrg

SWEEP = """
create function due_lanes(at timestamptz, at_most integer) returns table (org_id bigint, lane_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select due.org_id, due.id from (
        select l.org_id, l.id, l.due_at, row_number() over (partition by l.org_id order by l.due_at) as turn
        from agents_lane l where l.due_at <= at
    ) due order by due.turn, due.due_at limit at_most
$$;
create function due_labels(at timestamptz, at_most integer) returns table (org_id bigint, label_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select due.org_id, due.id from (
        select l.org_id, l.id, l.due_at, row_number() over (partition by l.org_id order by l.due_at) as turn
        from agents_label l where l.due_at <= at
    ) due order by due.turn, due.due_at limit at_most
$$;
"""
BACK = "drop function due_lanes(timestamptz, integer); drop function due_labels(timestamptz, integer)"


class Migration(migrations.Migration):
    dependencies = [("agents", "0003_lanes"), ("audit", "0002_chain")]
    operations = [
        Fence("agents_lane", swept=True),
        Fence("agents_label", swept=True),
        Fence("agents_ledger"),
        Fence("agents_move"),
        Fence("agents_laneday"),
        SameOrg("agents_lane", "agent_id", "agents_agent"),
        SameOrg("agents_label", "lane_id", "agents_lane"),
        SameOrg("agents_ledger", "lane_id", "agents_lane"),
        SameOrg("agents_move", "lane_id", "agents_lane"),
        SameOrg("agents_laneday", "lane_id", "agents_lane"),
        AppendOnly("agents_ledger"),
        AppendOnly("agents_move"),
        migrations.RunSQL(SWEEP, BACK),
    ]
