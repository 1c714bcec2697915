"""What PostgreSQL itself says about our tables, asked as the application's role."""

from __future__ import annotations

from typing import Any

from django.db import connection

OURS = "public"


def ask(question: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a question."""
    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def tables() -> dict[str, tuple[bool, bool]]:
    """Return every table with whether row-level security is on, and forced."""
    return {
        name: (on, forced)
        for name, on, forced in ask(
            "select relname, relrowsecurity, relforcerowsecurity from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f') order by 1"
        )
    }


def tenant_column(table: str) -> str:
    """Return the column that names the organization."""
    return "id" if table == "accounts_organization" else "org_id"


def columns(table: str, numbers: list[int]) -> list[str]:
    """Return the names of a table's columns by their numbers; 0 stands for an expression."""
    names = dict(ask("select attnum, attname from pg_attribute where attrelid = %s::regclass", table))
    return [names.get(number, "(expression)") for number in numbers]
