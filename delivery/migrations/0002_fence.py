"""Row-level security for parcels, and the sweep that finds the due ones."""

from django.db import migrations

from core.fence import Fence

SWEEP = """
create function due_parcels(of_channel text, at timestamptz, at_most integer)
    returns table (org_id bigint, parcel_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from delivery_parcel
    where status = 'waiting' and channel = of_channel and due_at <= at
    order by due_at limit at_most
$$;
create function oldest_due_parcel() returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(due_at) from delivery_parcel where status = 'waiting'
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("accounts", "0002_fence")]

    operations = [
        Fence("delivery_parcel", swept=True),
        migrations.RunSQL(
            SWEEP, "drop function oldest_due_parcel(); drop function due_parcels(text, timestamptz, integer)"
        ),
    ]
