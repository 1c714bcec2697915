"""The database's own clock, the guard of history, and the chain. Way back: drop them, the tables stay."""

from django.db import migrations

from core.fence import AppendOnly, Fence

CLOCK = """
create function app_now() returns timestamptz language sql volatile parallel safe as $$
    select clock_timestamp()
         + coalesce(nullif(current_setting('app.clock_shift', true), '')::interval, interval '0')
$$;
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are history and are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
"""

CHAIN = """
create function audit_append() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head audit_head%rowtype;
begin
    insert into audit_head (org_id, seq, hash) values (new.org_id, 0, decode(repeat('00', 32), 'hex'))
        on conflict (org_id) do nothing;
    select * into strict head from audit_head where org_id = new.org_id for update;
    new.seq := head.seq + 1;
    new.prev_hash := head.hash;
    new.hash := sha256(head.hash || int8send(new.seq) || new.body);
    update audit_head set seq = new.seq, hash = new.hash where org_id = new.org_id;
    return new;
end $$;
create trigger audit_append before insert on audit_entry for each row execute function audit_append();
"""

CHAIN_BACK = "drop trigger audit_append on audit_entry; drop function audit_append()"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(CLOCK, "drop function refuse_change(); drop function app_now()"),
        Fence("audit_entry"),
        Fence("audit_head"),
        migrations.RunSQL(CHAIN, CHAIN_BACK),
        AppendOnly("audit_entry"),
    ]
