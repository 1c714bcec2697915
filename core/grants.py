"""What the application's role may do in the database: everything it needs, and to own nothing.

Run by `migrate` as the owner. The role can neither bypass row-level security nor empty a table, and history it may
only add to.
"""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from psycopg import sql

ADD_ONLY = (
    "audit_entry",
    "approvals_configversion",
    "approvals_revision",
    "approvals_decision",
    "approvals_report",
    "agents_ledger",
    "agents_move",
)
KEPT = (
    "accounts_organization",
    "accounts_person",
    "accounts_key",
    "agents_agent",
    "agents_lane",
    "agents_label",
    "agents_laneday",
    "approvals_action",
    "approvals_asked",
    "approvals_delegation",
    "approvals_vote",
    "approvals_question",
)  # changed, never deleted
NOT_AT_ALL = ("audit_head",)


def grant(cursor: CursorWrapper, role: str, *, password: str | None = None) -> None:
    """Make `role` if it is missing (with `password`) and give it what the application needs, no more."""
    name = sql.Identifier(role)
    cursor.execute("select 1 from pg_roles where rolname = %s", [role])
    if cursor.fetchone() is None:
        secret = sql.SQL("password {}").format(sql.Literal(password)) if password else sql.SQL("")
        cursor.execute(
            sql.SQL("create role {} login nosuperuser nocreatedb nocreaterole nobypassrls {}").format(name, secret)
        )
    for statement in (
        "grant usage on schema public to {}",
        "grant select, insert, update, delete on all tables in schema public to {}",
        "grant usage, select on all sequences in schema public to {}",
        "revoke execute on all functions in schema public from public",
        "grant execute on all functions in schema public to {}",
        "revoke truncate on all tables in schema public from {}",
    ):
        cursor.execute(sql.SQL(statement).format(name) if "{}" in statement else sql.SQL(statement))
    for table in ADD_ONLY:
        cursor.execute(sql.SQL("revoke update, delete on {} from {}").format(sql.Identifier(table), name))
    for table in KEPT:
        cursor.execute(sql.SQL("revoke delete on {} from {}").format(sql.Identifier(table), name))
    for table in NOT_AT_ALL:
        cursor.execute(sql.SQL("revoke insert, update, delete on {} from {}").format(sql.Identifier(table), name))
