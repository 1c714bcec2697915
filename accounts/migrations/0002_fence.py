"""Row-level security for people and credentials, and the few questions asked before the organization is known."""

from django.db import migrations

from core.fence import Fence, SameOrg

DOORS = """
create function org_by_slug(wanted text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select id from accounts_organization where slug = wanted
$$;
create function all_orgs() returns table (org_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select id from accounts_organization order by id
$$;
create function orgs_of_user(account bigint) returns table (org_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id from accounts_person where user_id = account and archived_at is null order by org_id
$$;
create function orgs_of_email(address text) returns table (org_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id from accounts_person where lower(email) = lower(address) and archived_at is null order by org_id
$$;
create function find_key(wanted bytea) returns table (org_id bigint, key_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from accounts_key where hash = wanted
$$;
create function find_signin_link(wanted bytea) returns table (org_id bigint, link_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select org_id, id from accounts_signinlink where hash = wanted
$$;
create index accounts_person_by_user on accounts_person (user_id) where user_id is not null;
create index accounts_person_by_email on accounts_person (lower(email));
"""

DOORS_BACK = """
drop index accounts_person_by_email; drop index accounts_person_by_user;
drop function find_signin_link(bytea); drop function find_key(bytea); drop function orgs_of_email(text);
drop function orgs_of_user(bigint); drop function all_orgs(); drop function org_by_slug(text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_chain")]

    operations = [
        Fence("accounts_organization", column="id", swept=True),
        Fence("accounts_person", swept=True),
        Fence("accounts_team"),
        Fence("accounts_membership"),
        Fence("accounts_key", swept=True),
        Fence("accounts_signinlink", swept=True),
        SameOrg("accounts_person", "manager_id", "accounts_person"),
        SameOrg("accounts_membership", "team_id", "accounts_team"),
        SameOrg("accounts_membership", "person_id", "accounts_person"),
        SameOrg("accounts_signinlink", "person_id", "accounts_person"),
        migrations.RunSQL(DOORS, DOORS_BACK),
    ]
