"""A whole post in one statement: scope, key, action, everything it brings, and its parcels. Way back: the function before.

`post_action` sets the scope itself, so that it can be a transaction of its own (approvals/quick.py), and can as well be
called inside one. It takes over from `submit_action`, whose body it keeps; the parcels come before the audit entries,
because the head of the chain is the lock every post of the organization waits for.
"""

import importlib

from django.db import migrations

POST = """
create function post_action(
    of_org bigint, shift text, door jsonb, expected jsonb, action jsonb, limits jsonb, revision_id uuid,
    body bytea, arguments bytea, context bytea, asked jsonb, decision jsonb, parcels jsonb, entries jsonb
) returns jsonb language plpgsql set search_path = public, pg_temp as $$
declare
    fresh approvals_action%rowtype;
    agent agents_agent%rowtype;
    organization accounts_organization%rowtype;
    earlier record;
    usage jsonb;
begin
    perform set_config('app.org', of_org::text, true), set_config('app.clock_shift', shift, true);
    fresh := jsonb_populate_record(null::approvals_action, action);
    -- The lock on the agent puts its posts one after the other: idempotency and limits are exact, a pause wins.
    select * into strict agent from agents_agent a where a.org_id = of_org and a.id = fresh.agent_id
        for no key update;
    select * into strict organization from accounts_organization o where o.id = of_org;
    if door is not null and (agent.archived_at is not null
            or not fresh.created_at between app_now() - interval '5 seconds' and app_now() + interval '0.1 seconds'
            or not exists (select 1 from accounts_key k where k.id = (door->>'key')::uuid and k.org_id = of_org
                and k.kind = 'agent' and k.holder = agent.id and k.revoked_at is null
                and (k.expires_at is null or k.expires_at > app_now()))) then
        return jsonb_build_object('changed', true);
    end if;
    if fresh.idempotency_key is not null then
        select a.id, a.body_hash into earlier from approvals_action a
            where a.org_id = of_org and a.agent_id = fresh.agent_id and a.idempotency_key = fresh.idempotency_key;
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
        usage := agent_usage(of_org, fresh.agent_id, fresh.type, limits);
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
        values (of_org, revision_id, fresh.id, 1, body, arguments, fresh.digest, action->>'summary', action->>'reason',
                context, action->>'author', fresh.created_at);
    if asked is not null then
        insert into approvals_asked select * from jsonb_populate_recordset(null::approvals_asked, asked);
    end if;
    if decision is not null then
        insert into approvals_decision select * from jsonb_populate_record(null::approvals_decision, decision);
    end if;
    if parcels is not null then
        insert into delivery_parcel (id, org_id, channel, kind, action, agent, person, address, endpoint, once, payload,
                                     order_key, number, status, due_at, give_up_at, attempts, last_error, created_at)
            select p.id, of_org, p.channel, p.kind, p.action, p.agent, p.person, p.address, p.endpoint, p.once,
                   p.payload, p.order_key, nextval('delivery_parcel_number'), 'waiting', p.due_at, p.give_up_at, 0, '',
                   fresh.created_at
            from jsonb_to_recordset(parcels) as p (id uuid, channel text, kind text, action uuid, agent uuid,
                person uuid, address text, endpoint text, once text, payload text, order_key uuid, due_at timestamptz,
                give_up_at timestamptz)
            on conflict (org_id, once) do nothing;
    end if;
    insert into audit_entry (org_id, seq, at, kind, actor, subject, body, prev_hash, hash)
        select of_org, 0, (e->>'at')::timestamptz, e->>'kind', e->>'actor', e->>'subject',
               convert_to(e->>'body', 'UTF8'), '', ''
        from jsonb_array_elements(entries) e;
    return jsonb_build_object('created', true, 'now', extract(epoch from app_now()));
end $$;
"""
POST_BACK = """
drop function post_action(
    bigint, text, jsonb, jsonb, jsonb, jsonb, uuid, bytea, bytea, bytea, jsonb, jsonb, jsonb, jsonb
);
"""

before = importlib.import_module("approvals.migrations.0003_submit")
SUBMIT = before.SUBMIT.split("create function agent_usage")[0]
SUBMIT_BACK = before.BACK.split("drop function agent_usage")[0]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_submit"), ("delivery", "0002_fence")]
    operations = [migrations.RunSQL(SUBMIT_BACK, SUBMIT), migrations.RunSQL(POST, POST_BACK)]
