"""What is due is found by turns: one organization's ten thousand do not stand before another's five.

Way back: the function before.
"""

from django.db import migrations

BY_TURNS = """
create or replace function due_actions(at timestamptz, at_most integer)
    returns table (org_id bigint, action_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select due.org_id, due.id from (
        select a.org_id, a.id, a.lapse_at,
               row_number() over (partition by a.org_id order by a.lapse_at) as turn
        from approvals_action a where a.lapse_at <= at
    ) due order by due.turn, due.lapse_at limit at_most
$$;
"""
BEFORE = """
create or replace function due_actions(at timestamptz, at_most integer)
    returns table (org_id bigint, action_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from approvals_action where lapse_at <= at order by lapse_at limit at_most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_post")]
    operations = [migrations.RunSQL(BY_TURNS, BEFORE)]
