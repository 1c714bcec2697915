"""Delegations as the outside sees them: the JSON, the list page by page, and who may look at which."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q

from approvals.actors import PersonActor
from approvals.models import Delegation
from approvals.present import moment
from approvals.queries import BadCursor
from core import ids, tx
from core.errors import NotFound

PREFIX = "dlg"
State = Literal["active", "coming", "ended"]
STATES: tuple[State, ...] = ("active", "coming", "ended")


class NoSuchDelegation(NotFound):
    """Missing, or somebody else's: the two look alike."""


def state_of(row: Delegation, now: datetime) -> State:
    """Return whether a delegation is in force at `now`, is still to come, or is over."""
    if row.ended_at is not None or row.ends_at <= now:
        return "ended"
    return "coming" if row.starts_at > now else "active"


def delegation_json(row: Delegation, now: datetime) -> dict[str, Any]:
    """Return a delegation, its people loaded: `{"id": "dlg_…", "from": "ana@acme.test", "to": …, "state": "active"}`.

    `agents`, `actions` and `max_amount` are null where there is no such limit; moments are in UTC.
    """
    return {
        "id": ids.public(PREFIX, row.pk),
        "from": row.grantor.email,
        "to": row.delegate.email,
        "starts": moment(row.starts_at),
        "until": moment(row.ends_at),
        "timezone": row.timezone,
        "agents": list(row.agents) or None,
        "actions": list(row.actions) or None,
        "max_amount": most_of(row),
        "reason": row.reason,
        "waiting_too": row.waiting_too,
        "state": state_of(row, now),
        "origin": row.origin,
        "created_by": row.created_by or None,
        "created_at": moment(row.created_at),
        "ended_at": moment(row.ended_at),
        "ended_by": row.ended_by or None,
    }


def most_of(row: Delegation) -> str | None:
    """Return the largest amount as the document would write it, "1000 EUR"; None if there is no limit."""
    return None if row.max_amount is None else f"{row.max_amount.normalize():f} {row.currency}"


def of(
    actor: PersonActor, *, state: str = "", cursor: str = "", limit: int = 50
) -> tuple[list[Delegation], str | None]:
    """Return delegations that somebody may see, newest first, and the cursor of the next page. Raises BadCursor.

    Everybody sees what they gave, what they were given, and what those lent whose manager they are; admins see all.
    """
    rows = seen_by(actor)
    if state:
        rows = rows.filter(_IN_STATE[state])
    if cursor:
        before = ids.parse(PREFIX, cursor)
        if before is None:
            raise BadCursor("This cursor is not one of ours. Start again without one.")
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    following = ids.public(PREFIX, found[limit - 1].pk) if len(found) > limit else None
    return found[:limit], following


def seen_by(actor: PersonActor) -> Any:
    """Return the delegations that somebody may see, newest first, with their people: a query."""
    rows = Delegation.objects.filter(org_id=tx.current().org).select_related("grantor", "delegate").order_by("-pk")
    if "admin" in actor.roles:
        return rows
    mine = Q(grantor_id=actor.person_id) | Q(delegate_id=actor.person_id) | Q(grantor__manager_id=actor.person_id)
    return rows.filter(mine)


def named(actor: PersonActor, public_id: str) -> uuid.UUID:
    """Return the inside id of a delegation that `actor` may see. Raises NoSuchDelegation."""
    identifier = ids.parse(PREFIX, public_id)
    if identifier is None or not seen_by(actor).filter(pk=identifier).exists():
        raise NoSuchDelegation("There is no such delegation.")
    return identifier


_OVER = Q(ended_at__isnull=False) | Q(ends_at__lte=tx.Now())
_IN_STATE: dict[str, Q] = {
    "active": ~_OVER & Q(starts_at__lte=tx.Now()),
    "coming": ~_OVER & Q(starts_at__gt=tx.Now()),
    "ended": _OVER,
}
