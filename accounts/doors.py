"""What is asked before the organization is known. Each answers with ids alone (SECURITY DEFINER functions)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection


def org_by_slug(slug: str) -> int | None:
    """Return the organization called `slug`, or None."""
    rows = _ask("select org_by_slug(%s)", slug)
    return rows[0][0] if rows and rows[0][0] is not None else None


def all_orgs() -> tuple[int, ...]:
    """Return every organization, oldest first."""
    return tuple(row[0] for row in _ask("select org_id from all_orgs()"))


def orgs_of_user(user_id: int) -> tuple[int, ...]:
    """Return the organizations in which the account is a person who has not been archived."""
    return tuple(row[0] for row in _ask("select org_id from orgs_of_user(%s)", user_id))


def orgs_of_email(email: str) -> tuple[int, ...]:
    """Return the organizations in which somebody with this address has not been archived."""
    return tuple(row[0] for row in _ask("select org_id from orgs_of_email(%s)", email))


def orgs_of_slack(team: str, member: str) -> tuple[tuple[int, UUID], ...]:
    """Return (organization, person) wherever this Slack account of this workspace is somebody not archived."""
    return tuple((row[0], row[1]) for row in _ask("select org_id, person_id from orgs_of_slack(%s, %s)", team, member))


def orgs_of_slack_team(team: str) -> tuple[int, ...]:
    """Return the organizations that are in this Slack workspace."""
    return tuple(row[0] for row in _ask("select org_id from orgs_of_slack_team(%s)", team))


def find_signin_link(hashed: bytes) -> tuple[int, UUID] | None:
    """Return the organization and the id of the one-time link whose token hashes to `hashed`."""
    rows = _ask("select org_id, link_id from find_signin_link(%s)", hashed)
    return (rows[0][0], rows[0][1]) if rows else None


def _ask(question: str, *values: int | str | bytes) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
