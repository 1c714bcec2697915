"""One round trip for the hottest write: everything a new action brings, or the reason why not. Way back: drop it."""

from django.db import migrations

SUBMIT = """
create function submit_action(
    action jsonb, limits jsonb, expected jsonb, revision_id uuid, body bytea, arguments bytea, context bytea,
    asked jsonb, decision jsonb, entries jsonb
) returns jsonb language plpgsql set search_path = public, pg_temp as $$
declare
    fresh approvals_action%rowtype := jsonb_populate_record(null::approvals_action, action);
    agent agents_agent%rowtype;
    organization accounts_organization%rowtype;
    earlier record;
    usage jsonb;
begin
    -- The lock on the agent puts its posts one after the other: idempotency and limits are exact, a pause wins.
    select * into strict agent from agents_agent a where a.org_id = fresh.org_id and a.id = fresh.agent_id
        for no key update;
    select * into strict organization from accounts_organization o where o.id = fresh.org_id;
    if fresh.idempotency_key is not null then
        select a.id, a.body_hash into earlier from approvals_action a
            where a.org_id = fresh.org_id and a.agent_id = fresh.agent_id and a.idempotency_key = fresh.idempotency_key;
        if found then
            return jsonb_build_object('existing', earlier.id, 'same', earlier.body_hash = fresh.body_hash);
        end if;
    end if;
    if organization.config_version <> (expected->>'config_version')::integer
       or organization.directory_version <> (expected->>'directory_version')::integer
       or (agent.paused_at is not null or organization.paused_at is not null) <> (expected->>'paused')::boolean then
        return jsonb_build_object('changed', true);
    end if;
    if limits is not null then
        usage := agent_usage(fresh.org_id, fresh.agent_id, fresh.type, limits);
        if (usage->>'minute')::bigint >= (limits->>'per_minute')::bigint
           or (usage->>'pending')::bigint >= (limits->>'pending')::bigint
           or (usage->>'hour')::bigint >= (limits->>'per_hour')::bigint
           or (usage->>'day')::numeric + (limits->>'amount')::numeric > (limits->>'amount_per_day')::numeric then
            return jsonb_build_object('usage', usage);
        end if;
    end if;
    insert into approvals_action select fresh.*;
    insert into approvals_revision (org_id, id, action_id, number, body, arguments, digest, summary, reason, context,
                                    author, created_at)
        values (fresh.org_id, revision_id, fresh.id, 1, body, arguments, fresh.digest, action->>'summary', action->>'reason',
                context, action->>'author', fresh.created_at);
    if jsonb_array_length(asked) > 0 then
        insert into approvals_asked select * from jsonb_populate_recordset(null::approvals_asked, asked);
    end if;
    if decision is not null then
        insert into approvals_decision select * from jsonb_populate_record(null::approvals_decision, decision);
    end if;
    insert into audit_entry (org_id, seq, at, kind, actor, subject, body, prev_hash, hash)
        select fresh.org_id, 0, (e->>'at')::timestamptz, e->>'kind', e->>'actor', e->>'subject',
               convert_to(e->>'body', 'UTF8'), '', ''
        from jsonb_array_elements(entries) e;
    return jsonb_build_object('created', true);
end $$;

create function agent_usage(of_org bigint, of_agent uuid, of_type text, limits jsonb) returns jsonb
    language sql volatile set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'minute', case when limits ? 'per_minute' then (select count(*) from (
            select 1 from approvals_action a where a.org_id = of_org and a.agent_id = of_agent
                and a.created_at > app_now() - interval '1 minute' and coalesce(a.verdict->>'by', '') <> 'limit'
            limit (limits->>'per_minute')::bigint) counted) end,
        'pending', case when limits ? 'pending' then (select count(*) from (
            select 1 from approvals_action a where a.org_id = of_org and a.agent_id = of_agent
                and a.status = 'pending' limit (limits->>'pending')::bigint) counted) end,
        'hour', case when limits ? 'per_hour' then (select count(*) from (
            select 1 from approvals_action a where a.org_id = of_org and a.agent_id = of_agent and a.type = of_type
                and a.created_at > app_now() - interval '1 hour' and coalesce(a.verdict->>'by', '') <> 'limit'
            limit (limits->>'per_hour')::bigint) counted) end,
        'day', case when limits ? 'amount_per_day' then (
            select coalesce(sum(a.amount), 0) from approvals_action a
            where a.org_id = of_org and a.agent_id = of_agent and a.type = of_type
              and a.created_at >= (limits->>'day_began')::timestamptz and a.currency = limits->>'currency'
              and a.status in ('pending', 'approved') and a.execution not in ('failed', 'lapsed', 'revoked')
              and a.id is distinct from (limits->>'except')::uuid) end)
$$;
"""

BACK = """
drop function submit_action(jsonb, jsonb, jsonb, uuid, bytea, bytea, bytea, jsonb, jsonb, jsonb);
drop function agent_usage(bigint, uuid, text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_fence")]
    operations = [migrations.RunSQL(SUBMIT, BACK)]
