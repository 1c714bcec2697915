"""Order by a sequence, and one lane for each endpoint: the sweep takes some of each instead of the oldest of all."""

from django.db import migrations, models

FIND = """
drop function due_parcels(text, timestamptz, integer);
create function due_parcels(of_channel text, at timestamptz, at_most integer, of_each integer, shut text[])
    returns table (org_id bigint, parcel_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive lane as (
        (select p.org_id, p.endpoint from delivery_parcel p
         where p.status = 'waiting' and p.channel = of_channel order by p.org_id, p.endpoint limit 1)
        union all
        select after.org_id, after.endpoint from lane, lateral (
            select p.org_id, p.endpoint from delivery_parcel p
            where p.status = 'waiting' and p.channel = of_channel
              and (p.org_id, p.endpoint) > (lane.org_id, lane.endpoint)
            order by p.org_id, p.endpoint limit 1) after
    )
    select due.org_id, due.id from lane, lateral (
        select p.org_id, p.id, p.due_at from delivery_parcel p
        where p.status = 'waiting' and p.channel = of_channel
          and p.org_id = lane.org_id and p.endpoint = lane.endpoint and p.due_at <= at
          and not exists (select 1 from delivery_parcel earlier
                          where earlier.org_id = p.org_id and earlier.order_key = p.order_key
                            and earlier.status = 'waiting' and earlier.number < p.number)
        order by p.due_at limit of_each) due
    where lane.org_id || ' ' || lane.endpoint <> all (shut)
    order by due.due_at limit at_most
$$;
drop function oldest_due_parcel();
create function oldest_due_parcel() returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as $$
    with late as (
        select p.org_id, p.endpoint, min(p.due_at) as due_at from delivery_parcel p
        where p.status = 'waiting' and p.due_at <= app_now()
          and not exists (select 1 from delivery_parcel earlier
                          where earlier.org_id = p.org_id and earlier.order_key = p.order_key
                            and earlier.status = 'waiting' and earlier.number < p.number)
        group by p.org_id, p.endpoint
    )
    select min(late.due_at) from late
    where late.endpoint = '' or not exists (
        select 1 from delivery_parcel tried
        where tried.org_id = late.org_id and tried.endpoint = late.endpoint and tried.status = 'waiting'
          and tried.tried_at > app_now() - interval '15 minutes')
$$;
"""
FIND_BACK = """
drop function due_parcels(text, timestamptz, integer, integer, text[]);
create function due_parcels(of_channel text, at timestamptz, at_most integer)
    returns table (org_id bigint, parcel_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from delivery_parcel
    where status = 'waiting' and channel = of_channel and due_at <= at
    order by due_at limit at_most
$$;
drop function oldest_due_parcel();
create function oldest_due_parcel() returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(due_at) from delivery_parcel where status = 'waiting'
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_fence"),
        ("delivery", "0002_fence"),
    ]

    operations = [
        migrations.RunSQL("create sequence delivery_parcel_number", "drop sequence delivery_parcel_number"),
        migrations.RemoveIndex(
            model_name="parcel",
            name="parcel_due",
        ),
        migrations.RemoveIndex(
            model_name="parcel",
            name="parcel_in_order",
        ),
        migrations.AddField(
            model_name="parcel",
            name="endpoint",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="parcel",
            name="number",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("delivery_parcel_number"), function="nextval", output_field=models.BigIntegerField()
                ),
                editable=False,
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["channel", "org", "endpoint", "due_at"],
                name="parcel_due_by_endpoint",
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("order_key__isnull", False), ("status", "waiting")),
                fields=["org", "order_key", "number"],
                name="parcel_in_its_order",
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(condition=models.Q(("status", "dead")), fields=["org", "-id"], name="parcel_dead"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(condition=models.Q(("channel", "email")), fields=["org", "-id"], name="parcel_mail"),
        ),
        migrations.RunSQL(FIND, FIND_BACK),
    ]
