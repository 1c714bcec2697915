"""A post writes the links of its mails with them: `post_action` as before, and one more insert. Way back: as before."""

import importlib

from django.db import migrations

before = importlib.import_module("approvals.migrations.0004_post")
HERE = "    end if;\n    insert into audit_entry"
LINKS = """
        insert into delivery_link (id, org_id, hash, action, person, revision, expires_at, created_at)
            select p.id, of_org, decode(p.link->>'hash', 'hex'), p.action, p.person, (p.link->>'revision')::integer,
                   (p.link->>'expires_at')::timestamptz, fresh.created_at
            from jsonb_to_recordset(parcels) as p (id uuid, action uuid, person uuid, link jsonb)
            where p.link->>'hash' is not null
              and exists (select 1 from delivery_parcel kept where kept.org_id = of_org and kept.id = p.id);
"""
assert before.POST.count(HERE) == 1
NOW = before.POST.replace(HERE, LINKS.lstrip("\n") + HERE)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_lent_rows"), ("delivery", "0007_links_fence")]
    operations = [migrations.RunSQL([before.POST_BACK, NOW], [before.POST_BACK, before.POST])]
