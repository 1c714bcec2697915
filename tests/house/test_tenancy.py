"""Every table is fenced by organization in the database, or says here why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.catalog import ask, columns, tables, tenant_column

ROOT = Path(__file__).resolve().parent.parent.parent
SCOPE = "(NULLIF(current_setting('app.org'::text, true), ''::text))::bigint"

FREE = {
    "accounts_user": "an account signs in to several organizations; it holds an address and tastes, people are fenced",
    "account_emailaddress": "allauth's, about accounts; nothing of ours is written to it",
    "account_emailconfirmation": "allauth's, about accounts; nothing of ours is written to it",
    "mfa_authenticator": "passkeys and authenticator apps belong to the account; secrets in it are sealed",
    "socialaccount_socialaccount": "which company account opens which account",
    "socialaccount_socialapp": "allauth's; providers come from settings, it stays empty",
    "socialaccount_socialtoken": "allauth's; tokens are not stored, it stays empty",
    "django_session": "found by the hash of a cookie before the organization is known; names it inside",
    "django_content_type": "Django's list of models",
    "django_migrations": "Django's list of migrations",
    "auth_group": "Django's; roles are ours and live with people, it stays empty",
    "auth_group_permissions": "Django's; it stays empty",
    "auth_permission": "Django's list of permissions, used by nothing",
    "accounts_installation": "the switch that stops every organization; it names none",
    "approvals_beat": "the pulse of engine and auditor, of the whole installation; it names no organization's content",
}

# Found by the owner's SECURITY DEFINER functions before the organization is known, which give back ids and moments.
SWEPT = {
    "agents_label",
    "agents_lane",
    "accounts_key",
    "accounts_organization",
    "accounts_person",
    "accounts_signinlink",
    "approvals_action",
    "approvals_delegation",
    "delivery_failure",
    "delivery_link",
    "delivery_note",
    "delivery_parcel",
    "delivery_slackworkspace",
}

GLOBAL_KEYS = {
    "accounts_organization_slug_key": "slugs are how operators and digests name organizations: one space, by contract",
    "key_is_one_of_a_kind": "190 random bits, hashed: a clash tells nobody anything",
    "signin_link_is_one_of_a_kind": "256 random bits, hashed: a clash tells nobody anything",
    "mail_link_is_one_of_a_kind": "256 bits that nobody else can make, hashed: a clash tells nobody anything",
    "approvals_decision_action_id_key": "OneToOneField makes it; the composite reference ties it to one organization",
}

DOORS = {
    "actions_without_a_clock()": "bigint",
    "all_orgs()": "TABLE(org_id bigint)",
    "audit_append()": "trigger",
    "due_actions(timestamp with time zone,integer)": "TABLE(org_id bigint, action_id uuid)",
    "due_delegations(timestamp with time zone,integer)": "TABLE(org_id bigint, delegation_id uuid)",
    "due_labels(timestamp with time zone,integer)": "TABLE(org_id bigint, label_id uuid)",
    "due_lanes(timestamp with time zone,integer)": "TABLE(org_id bigint, lane_id uuid)",
    "due_failures(timestamp with time zone,integer)": "TABLE(org_id bigint, failure_id uuid)",
    "due_notes(timestamp with time zone,integer)": "TABLE(org_id bigint, note_id uuid)",
    "due_parcels(text,timestamp with time zone,integer,integer,text[])": "TABLE(org_id bigint, parcel_id uuid)",
    "find_key(bytea)": "TABLE(org_id bigint, key_id uuid)",
    "find_mail_link(bytea)": "TABLE(org_id bigint, link_id uuid)",
    "find_signin_link(bytea)": "TABLE(org_id bigint, link_id uuid)",
    "oldest_due_action()": "timestamp with time zone",
    "oldest_due_parcel()": "timestamp with time zone",
    "org_by_slug(text)": "bigint",
    "orgs_of_email(text)": "TABLE(org_id bigint)",
    "orgs_of_slack(text,text)": "TABLE(org_id bigint, person_id uuid)",
    "orgs_of_slack_team(text)": "TABLE(org_id bigint)",
    "orgs_with_slack(text)": "TABLE(org_id bigint)",
    "orgs_with_slack_socket()": "TABLE(org_id bigint)",
    "orgs_of_user(bigint)": "TABLE(org_id bigint)",
}


def fenced() -> list[str]:
    return [name for name in tables() if name not in FREE]


def test_every_table_is_fenced_or_says_why_not() -> None:
    found = tables()
    loose = [name for name, (on, forced) in found.items() if name not in FREE and not (on and forced)]
    assert not loose, f'put `Fence("{loose[0]}")` (core/fence.py) into its migration, or a reason into FREE above'
    assert set(found) >= set(FREE), "FREE names a table that is gone"
    assert not [name for name in FREE if found[name][0]], "FREE names a table that is fenced"


def test_every_fence_is_the_one_policy() -> None:
    for table in fenced():
        column = tenant_column(table)
        policies = ask(
            "select policyname, cmd, qual, with_check, roles::text[] from pg_policies where tablename = %s", table
        )
        rule = f"({column} = {SCOPE})"
        expected: list[tuple[object, ...]] = [("tenant", "ALL", rule, rule, ["public"])]
        if table in SWEPT:
            owner = ask("select tableowner from pg_tables where tablename = %s", table)[0][0]
            expected.insert(0, ("swept", "SELECT", "true", None, [owner]))
        assert sorted(policies) == expected, f"{table}: policies are OR-ed, so a second one is a leak"


def test_unique_keys_begin_with_the_organization() -> None:
    keys = ask(
        "select i.indrelid::regclass::text, c.relname, i.indkey::int2[]::int[], i.indisprimary"
        " from pg_index i join pg_class c on c.oid = i.indexrelid"
        " where i.indisunique and c.relnamespace = 'public'::regnamespace"
    )
    for table, name, numbers, is_primary in keys:
        named = columns(table, list(numbers))
        if table in FREE or named[0] == tenant_column(table) or name in GLOBAL_KEYS:
            continue
        is_random = is_primary and named == ["id"] and _type_of(table, "id") == "uuid"
        assert is_random, f"{name} on {table}{named} would tell one organization what another has: begin it with org_id"


def test_references_stay_in_one_organization() -> None:
    references = ask(
        "select conrelid::regclass::text, conname, confrelid::regclass::text, conkey::int[], confkey::int[]"
        " from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace"
    )
    for table, name, target, own, other in references:
        if table in FREE or target in FREE or target == "accounts_organization":
            continue
        own_columns, other_columns = columns(table, own), columns(target, other)
        assert own_columns[0] == other_columns[0] == "org_id", (
            f"{name}: use SameOrg (core/fence.py) and db_constraint=False"
        )


def test_every_id_that_points_at_a_row_is_a_reference() -> None:
    pointing = {
        (table, column)
        for table, keys in ask("select conrelid::regclass::text, conkey::int[] from pg_constraint where contype = 'f'")
        for column in columns(table, keys)
    }
    for table in fenced():
        for (column,) in ask(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped", table
        ):
            if column.endswith("_id") and (table, column) not in pointing:
                assert (table, column) in LOOSE_IDS, (
                    f"{table}.{column} may name another organization's row: use SameOrg"
                )


LOOSE_IDS = {
    ("approvals_action", "key_id"): "keys may be deleted, what was posted with them stays",
    ("audit_entry", "org_id"): "history outlives what it speaks of",
    ("audit_head", "org_id"): "history outlives what it speaks of",
    ("approvals_action", "run_id"): "the agent's own word",
}


def test_nothing_reads_around_the_fence() -> None:
    views = ask(
        "select relname, relkind, coalesce(reloptions::text, '') from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')"
    )
    for name, kind, options in views:
        assert kind == "v", f"{name}: a materialised view keeps every organization's rows in one place"
        assert "security_invoker=true" in options, f"{name}: make the view `with (security_invoker = true)`"


def test_only_the_listed_functions_run_as_the_owner_and_they_give_ids() -> None:
    found = dict(
        ask(
            "select oid::regprocedure::text, pg_get_function_result(oid) from pg_proc"
            " where pronamespace = 'public'::regnamespace and prosecdef"
        )
    )
    assert found == DOORS, "a SECURITY DEFINER function sees every organization: it may return ids and moments only"
    for name, settings in ask(
        "select oid::regprocedure::text, proconfig::text from pg_proc"
        " where pronamespace = 'public'::regnamespace and prosecdef"
    ):
        assert "search_path=public, pg_temp" in (settings or ""), f"{name}: `set search_path = public, pg_temp`"


def test_the_application_s_role_owns_nothing_and_cannot_step_over_the_fence() -> None:
    powers = (
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user"
    )
    assert ask(powers) == [(False,)]
    assert not ask("select relname from pg_class where relowner = current_user::regrole")
    assert not ask("select proname from pg_proc where proowner = current_user::regrole")
    assert not ask("select 1 from pg_auth_members where member = current_user::regrole"), (
        "it is a member of another role"
    )
    assert not ask("select 1 where has_schema_privilege('public', 'CREATE')")
    for table in tables():
        ((truncate,),) = ask("select has_table_privilege(%s, 'TRUNCATE')", f"public.{table}")
        assert not truncate, f"TRUNCATE on {table} would not be stopped by row-level security"
    for table in (
        "audit_entry",
        "approvals_configversion",
        "approvals_revision",
        "approvals_decision",
        "approvals_report",
    ):
        for right in ("UPDATE", "DELETE"):
            ((has,),) = ask("select has_table_privilege(%s, %s)", f"public.{table}", right)
            assert not has, f"{table} is history: core/grants.py must not give {right}"
    for table in ("approvals_action", "approvals_asked", "approvals_vote", "approvals_question", "accounts_key"):
        ((has,),) = ask("select has_table_privilege(%s, 'DELETE')", f"public.{table}")
        assert not has, f"rows of {table} are changed, never deleted: core/grants.py must not give DELETE"


def test_nobody_else_may_call_what_looks_across_the_fence() -> None:
    theirs = ask(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"
        " and (proacl is null or exists (select 1 from aclexplode(proacl) where grantee = 0))"
    )
    assert not theirs, f"core/grants.py must take these from PUBLIC: {theirs}"
    loose = ask(
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
        " and not coalesce(proconfig::text like '%%search_path=public, pg_temp%%', false)"
    )
    assert not loose, f"these look names up wherever the caller says: {loose}"


@pytest.mark.parametrize("form", [r"set_config\([^)]*,\s*false\s*\)", r"(?i)\bset\s+(session\s+)?app\.\w+\s*(=|to)\b"])
def test_no_code_sets_the_scope_on_the_connection(form: str) -> None:
    """Where the next user of a pooled connection would inherit it."""
    pattern = re.compile(form)
    folders = ("accounts", "agents", "approvals", "audit", "config", "core", "delivery", "dev", "escalations", "bench")
    files = [path for folder in folders for ending in ("*.py", "*.sql") for path in (ROOT / folder).rglob(ending)]
    assert len(files) > 50
    found = [str(path) for path in files if pattern.search(path.read_text(encoding="utf-8"))]
    assert not found, "set the scope inside the transaction only: core/tx.py"


def _type_of(table: str, column: str) -> str:
    question = "select atttypid::regtype::text from pg_attribute where attrelid = %s::regclass and attname = %s"
    return str(ask(question, table, column)[0][0])
