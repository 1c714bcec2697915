"""Named questions: lists of actions, page by page, for people and for agents."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from accounts.models import Organization
from agents.models import Agent
from approvals.models import Action, Asked, Decision, Question, Report, Revision, Vote
from approvals.story import Story
from core import tx
from core.errors import BadRequest

# Two halves, because an index ends with its nulls and a comparison of rows knows none: each half reads its page off the
# index `asked_open`, whatever lies behind it.
INBOX = """
select action_id, due_at from (
    (select action_id, due_at from approvals_asked
     where org_id = %(org)s and person_id = %(person)s and left_at is null and due_at is not null
       and (%(after)s::timestamptz is null or (due_at, action_id) > (%(after)s::timestamptz, %(last)s::uuid))
       and (%(snoozed)s or snoozed_until is null or snoozed_until <= app_now())
     order by due_at, action_id limit %(limit)s)
    union all
    (select action_id, due_at from approvals_asked
     where org_id = %(org)s and person_id = %(person)s and left_at is null and due_at is null
       and (%(after)s::timestamptz is distinct from 'infinity' or action_id > %(last)s::uuid)
       and (%(snoozed)s or snoozed_until is null or snoozed_until <= app_now())
     order by action_id limit %(limit)s)
) found order by coalesce(due_at, 'infinity'), action_id limit %(limit)s
"""


class BadCursor(BadRequest):
    """The cursor is not one of ours."""

    code, title = "bad_cursor", "Unknown cursor"


def inbox(person: uuid.UUID, *, cursor: str | None = None, limit: int = 50) -> tuple[list[Story], str | None]:
    """Return what a person is asked now, most urgent first (what is held last), and the cursor of the next page."""
    after, last = _read_moment(cursor)
    with connection.cursor() as sql:
        sql.execute(
            INBOX,
            {
                "org": tx.current().org,
                "person": person,
                "after": after,
                "last": last,
                "limit": limit + 1,
                "snoozed": False,
            },
        )
        found: list[tuple[uuid.UUID, datetime | None]] = sql.fetchall()
    more = len(found) > limit
    found = found[:limit]
    following = _cursor([str(found[-1][1] or "infinity"), str(found[-1][0])]) if more else None
    return stories([action for action, _ in found]), following


def waiting_for(person: uuid.UUID) -> int:
    """Return how many actions a person is asked now; counted to 1,000."""
    return Asked.objects.filter(person_id=person, left_at=None)[:1000].count()


def own_actions(
    agent: uuid.UUID,
    *,
    status: str = "",
    action: str = "",
    run_id: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[list[Story], str | None]:
    """Return an agent's actions, newest first, and the cursor of the next page."""
    rows = Action.objects.filter(org_id=tx.current().org, agent_id=agent).order_by("-id")
    for name, value in (("status", status), ("type", action), ("run_id", run_id)):
        if value:
            rows = rows.filter(**{name: value})
    if cursor:
        rows = rows.filter(id__lt=_read_id(cursor))
    found = list(rows.values_list("id", flat=True)[: limit + 1])
    following = _cursor([str(found[limit - 1])]) if len(found) > limit else None
    return stories(found[:limit]), following


def stories(identifiers: Iterable[uuid.UUID]) -> list[Story]:
    """Return several stories in the order given, with one query a table."""
    wanted = list(identifiers)
    if not wanted:
        return []
    actions = {action.pk: action for action in Action.objects.filter(pk__in=wanted)}
    org = Organization.objects.get(pk=tx.current().org)
    agents = {agent.pk: agent for agent in Agent.objects.filter(pk__in={one.agent_id for one in actions.values()})}
    found = {key: Story(action=action, agent=agents[action.agent_id], org=org) for key, action in actions.items()}
    key = {"action_id__in": wanted}
    for revision in Revision.objects.filter(**key).order_by("number"):
        found[revision.action_id].revisions.append(revision)
    for asked in Asked.objects.filter(**key).select_related("person", "on_behalf_of").order_by("since", "id"):
        found[asked.action_id].asked.append(asked)
    for vote in Vote.objects.filter(**key).select_related("person", "on_behalf_of").order_by("cast_at", "id"):
        found[vote.action_id].votes.append(vote)
    for question in Question.objects.filter(**key).select_related("person").order_by("asked_at"):
        found[question.action_id].questions.append(question)
    for report in Report.objects.filter(**key).order_by("at"):
        found[report.action_id].reports.append(report)
    for decision in Decision.objects.filter(**key):
        found[decision.action_id].decision = decision
    return [found[identifier] for identifier in wanted if identifier in found]


def _cursor(parts: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _parts(cursor: str, count: int) -> list[str]:
    try:
        parts: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as wrong:
        raise BadCursor("This cursor is not one of ours. Start again without one.") from wrong
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        raise BadCursor("This cursor is not one of ours. Start again without one.")
    return parts


def _read_moment(cursor: str | None) -> tuple[str | None, uuid.UUID | None]:
    if not cursor:
        return None, None
    at, identifier = _parts(cursor, 2)
    try:
        return at if at == "infinity" else _utc(at), uuid.UUID(identifier)
    except (ValueError, OverflowError) as wrong:
        raise BadCursor("This cursor is not one of ours. Start again without one.") from wrong


def _utc(at: str) -> str:
    """Return a moment in the one spelling that the database reads for all years. Raises ValueError, OverflowError."""
    return datetime.fromisoformat(at).astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _read_id(cursor: str) -> uuid.UUID:
    try:
        return uuid.UUID(_parts(cursor, 1)[0])
    except ValueError as wrong:
        raise BadCursor("This cursor is not one of ours. Start again without one.") from wrong
