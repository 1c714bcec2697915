"""Whose Slack account this is, before the organization is known: ids alone. Way back: drop them."""

from django.db import migrations

DOORS = """
create function orgs_of_slack(team text, member text) returns table (org_id bigint, person_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.org_id, p.id from accounts_person p join accounts_organization o on o.id = p.org_id
    where p.slack = member and member <> '' and o.slack_team = team and team <> '' and p.archived_at is null
    order by p.org_id
$$;
create function orgs_of_slack_team(team text) returns table (org_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id from accounts_organization o where o.slack_team = team and team <> '' order by o.id
$$;
create index person_by_slack on accounts_person (slack) where slack <> '';
create index organization_by_slack on accounts_organization (slack_team) where slack_team <> '';
"""
BACK = """
drop index organization_by_slack; drop index person_by_slack;
drop function orgs_of_slack_team(text); drop function orgs_of_slack(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_slack")]
    operations = [migrations.RunSQL(DOORS, BACK)]
