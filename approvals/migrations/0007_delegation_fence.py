"""Delegations and turns behind the fence; what of a delegation is due is found by turns. Way back: drop it."""

from django.db import migrations

from core.fence import Fence, SameOrg

SWEEP = """
create function due_delegations(at timestamptz, at_most integer) returns table (org_id bigint, delegation_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select due.org_id, due.id from (
        select d.org_id, d.id, d.next_at, row_number() over (partition by d.org_id order by d.next_at) as turn
        from approvals_delegation d where d.next_at <= at
    ) due order by due.turn, due.next_at limit at_most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0006_delegation")]
    operations = [
        Fence("approvals_delegation", swept=True),
        Fence("approvals_turn"),
        SameOrg("approvals_delegation", "grantor_id", "accounts_person"),
        SameOrg("approvals_delegation", "delegate_id", "accounts_person"),
        SameOrg("approvals_asked", "delegation_id", "approvals_delegation"),
        SameOrg("approvals_vote", "delegation_id", "approvals_delegation"),
        migrations.RunSQL(SWEEP, "drop function due_delegations(timestamptz, integer)"),
    ]
