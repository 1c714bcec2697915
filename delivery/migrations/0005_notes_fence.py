"""Notes behind the fence, and the sweep that finds the due ones, organization by organization in turn."""

from django.db import migrations

from core.fence import Fence, SameOrg

SWEEP = """
create function due_notes(at timestamptz, at_most integer) returns table (org_id bigint, note_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select due.org_id, due.id from (
        select n.org_id, n.id, n.due_at, row_number() over (partition by n.org_id order by n.due_at) as turn
        from delivery_note n where n.due_at <= at
    ) due order by due.turn, due.due_at limit at_most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_notes")]
    operations = [
        Fence("delivery_note", swept=True),
        SameOrg("delivery_note", "digest_id", "delivery_note"),
        migrations.RunSQL(SWEEP, "drop function due_notes(timestamptz, integer)"),
    ]
