"""Links of mails behind the fence, found by the hash of their token before the organization is known. Way back: drop."""

from django.db import migrations

from core.fence import Fence

DOOR = """
create function find_mail_link(wanted bytea) returns table (org_id bigint, link_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from delivery_link where hash = wanted
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_link")]
    operations = [
        Fence("delivery_link", swept=True),
        migrations.RunSQL(DOOR, "drop function find_mail_link(bytea)"),
    ]
