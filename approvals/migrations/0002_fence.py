"""Row-level security, references that stay in one organization, and rules a row cannot break."""

from django.db import migrations

from core.fence import AppendOnly, Fence, SameOrg

TABLES = ["configversion", "revision", "asked", "vote", "decision", "question", "report"]

SWEEP = """
create function due_actions(at timestamptz, at_most integer) returns table (org_id bigint, action_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from approvals_action where lapse_at <= at order by lapse_at limit at_most
$$;
create function oldest_due_action() returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(lapse_at) from approvals_action where lapse_at is not null
$$;
create function actions_without_a_clock() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from approvals_action
    where status = 'pending' and lapse_at is null and held_at is null
$$;
create index action_clockless on approvals_action (id)
    where status = 'pending' and lapse_at is null and held_at is null;
"""

SWEEP_BACK = """
drop index action_clockless;
drop function actions_without_a_clock(); drop function oldest_due_action();
drop function due_actions(timestamptz, integer);
"""

CLOSED = """
create function closed_stays_closed() returns trigger language plpgsql as $$
begin
    if old.status <> 'pending' and new.status <> old.status then
        raise exception 'a closed action stays %', old.status using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger closed_stays_closed before update of status on approvals_action
    for each row execute function closed_stays_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("agents", "0002_fence"), ("delivery", "0002_fence")]

    operations = [
        Fence("approvals_action", swept=True),
        *[Fence(f"approvals_{table}") for table in TABLES],
        SameOrg("approvals_action", "agent_id", "agents_agent"),
        SameOrg("approvals_action", "claimed_by_id", "accounts_person"),
        *[
            SameOrg(f"approvals_{table}", "action_id", "approvals_action")
            for table in TABLES
            if table != "configversion"
        ],
        *[
            SameOrg(f"approvals_{table}", column, "accounts_person")
            for table, column in [
                ("asked", "person_id"),
                ("asked", "on_behalf_of_id"),
                ("vote", "person_id"),
                ("vote", "on_behalf_of_id"),
                ("question", "person_id"),
            ]
        ],
        AppendOnly("approvals_configversion"),
        AppendOnly("approvals_revision"),
        AppendOnly("approvals_decision"),
        AppendOnly("approvals_report"),
        migrations.RunSQL(SWEEP, SWEEP_BACK),
        migrations.RunSQL(
            CLOSED, "drop trigger closed_stays_closed on approvals_action; drop function closed_stays_closed()"
        ),
    ]
