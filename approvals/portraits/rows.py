"""Lists of actions: narrow rows, read in one query, whatever the list's length."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.viewer import Viewer
from approvals.faces.glyphs import glyph_of
from approvals.faces.inbox import GroupFace, RowFace, StackFace, TabFace
from approvals.faces.people import PersonFace, face_of
from approvals.faces.times import SOON, clock, zone_of
from approvals.queries import BadCursor
from core import ids, tx

ONWARD = {"add": "more are asked", "replace": "passes on"}
MOST = 25  # a page of the inbox stays under 60 KB
NEVER = "infinity"
WATCHERS = ("admin", "auditor", "viewer")  # they see what waits for anybody

_COLUMNS = """
select a.id, a.title, a.type, a.risk, a.oddity, a.version, a.status, a.created_at, a.decide_by, a.held_at, a.closed_at,
    a.approvals, a.needed, a.kind, a.amount, a.currency, g.slug, g.name as agent, d.edited, p.name, p.email,
    nullif(l.due, 'infinity') as due,
    (select o.name from approvals_asked k join accounts_person o on o.org_id = k.org_id and o.id = k.on_behalf_of_id
     where k.org_id = %(org)s and k.action_id = a.id and k.person_id = %(person)s and k.left_at is null limit 1),
    case when a.held_at is null and a.paused_at is null then a.lapse_at end,
    a.plan #>> array['chain', 'steps', a.step::text, 'do']
from listed l
join approvals_action a on a.org_id = %(org)s and a.id = l.action_id
join agents_agent g on g.org_id = a.org_id and g.id = a.agent_id
left join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id
left join accounts_person p on p.org_id = a.org_id and p.id = a.claimed_by_id and a.claimed_until > app_now()
where (%(risk)s = '' or a.risk = %(risk)s)
  and (%(like)s = '' or a.title ilike %(like)s or g.name ilike %(like)s or a.id::text = %(id)s)
"""
_MINE = """
with listed as (
    select action_id, coalesce(due_at, 'infinity') as due from approvals_asked
    where org_id = %(org)s and person_id = %(person)s and left_at is null
      and {snoozed}
)
"""
_LISTS = {
    "for-you": _MINE.format(snoozed="(snoozed_until is null or snoozed_until <= app_now())"),
    "snoozed": _MINE.format(snoozed="snoozed_until > app_now()"),
    "teams": """
with listed as (
    select action_id, min(coalesce(due_at, 'infinity')) as due from approvals_asked
    where org_id = %(org)s and left_at is null and person_id in (
        select b.person_id from accounts_membership a join accounts_membership b
            on b.org_id = a.org_id and b.team_id = a.team_id
        where a.org_id = %(org)s and a.person_id = %(person)s)
    group by action_id
)
""",
    "everyone": """
with listed as (
    select id as action_id, coalesce(decide_by, 'infinity') as due from approvals_action
    where org_id = %(org)s and status = 'pending'
)
""",
    "decided": """
with listed as (
    select action_id, max(left_at) as due from (
        select action_id, left_at from approvals_asked
        where org_id = %(org)s and person_id = %(person)s and left_at is not null
        order by left_at desc limit 1000
    ) mine group by action_id
)
""",
}
_ONE = "with listed as (select %(action)s::uuid as action_id, 'infinity'::timestamptz as due)"
_UP = "and (l.due, l.action_id) > (%(after)s::timestamptz, %(last)s::uuid) order by l.due, l.action_id limit %(limit)s"
_DOWN = "and a.status <> 'pending' and (l.due, l.action_id) < (%(after)s::timestamptz, %(last)s::uuid)"
_DOWN += " order by l.due desc, l.action_id desc limit %(limit)s"
_FIRST, _LAST = uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)
_COUNTS = """select
    (select count(*) from (select 1 from approvals_asked where org_id = %(org)s and person_id = %(person)s
        and left_at is null and (snoozed_until is null or snoozed_until <= app_now()) limit 1000) a)
    + (select count(*) from approvals_audit where org_id = %(org)s and person_id = %(person)s and answered_at is null
        and created_at > app_now() - interval '24 hours'),
    (select count(*) from (select 1 from approvals_asked where org_id = %(org)s and person_id = %(person)s
        and left_at is null and snoozed_until > app_now() limit 1000) a)"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list; `more` is the cursor of the next, "" at the end."""

    rows: tuple[RowFace, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of `_COLUMNS`. `due` sorts the list; None is never."""

    id: uuid.UUID
    title: str
    type: str
    risk: str
    oddity: str
    version: int
    status: str
    created_at: datetime
    decide_by: datetime | None
    held_at: datetime | None
    closed_at: datetime | None
    approvals: int
    needed: int
    kind: str
    amount: Decimal | None
    currency: str
    slug: str
    agent: str
    edited: bool | None
    reviewer: str | None
    reviewer_email: str | None
    due: datetime | None
    lender: str | None
    next_at: datetime | None
    next_do: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a list is wanted: one risk, words in the title or the agent's name, after a cursor."""

    tab: str = "for-you"
    risk: str = ""
    words: str = ""
    after: str = ""


def listed(viewer: Viewer, wish: Wish, *, now: datetime, most: int = MOST) -> Listed:
    """Return rows of one tab: the most urgent first, of what is decided the latest first. Raises BadCursor."""
    name = "everyone" if wish.tab == "teams" and watches(viewer) else wish.tab
    down = name == "decided"
    after, last = _read(wish.after) if wish.after else (NEVER if down else f"-{NEVER}", _LAST if down else _FIRST)
    words = wish.words.strip()[:100]
    values: dict[str, Any] = {
        "org": tx.current().org,
        "person": viewer.person_id,
        "risk": wish.risk,
        "like": f"%{_plain(words)}%" if words else "",
        "id": str(ids.parse("act", words) or ""),
        "after": after,
        "last": last,
        "limit": most + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LISTS[name] + _COLUMNS + (_DOWN if down else _UP), values)
        found = [_Line(*row) for row in cursor.fetchall()]
    more = _spell(found[most - 1]) if len(found) > most else ""
    return Listed(tuple(_row(row, viewer, now) for row in found[:most]), more)


def one(viewer: Viewer, identifier: uuid.UUID, *, now: datetime) -> RowFace:
    """Return the row of one action, in the scope that is open; it must be there."""
    values: dict[str, Any] = {"org": tx.current().org, "risk": "", "like": "", "id": "", "action": identifier}
    values["person"] = viewer.person_id
    with connection.cursor() as cursor:
        cursor.execute(_ONE + _COLUMNS, values)
        return _row(_Line(*cursor.fetchone()), viewer, now)


def watches(viewer: Viewer) -> bool:
    """Whether the reader sees what waits for anybody, beside what waits for their teams."""
    return viewer.has(*WATCHERS)


def counts(viewer: Viewer) -> tuple[int, int]:
    """Return how many actions wait for the reader now and how many are snoozed; both counted to 1,000."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"org": tx.current().org, "person": viewer.person_id})
        found: tuple[int, int] = cursor.fetchone()
    return found


def tabs(viewer: Viewer, waiting: int, snoozed: int) -> tuple[TabFace, ...]:
    """Return the tabs of the inbox."""
    return (
        TabFace("for-you", "For you", waiting),
        TabFace("teams", "Everyone" if watches(viewer) else "My teams"),
        TabFace("snoozed", "Snoozed", snoozed or None),
        TabFace("decided", "Decided"),
    )


def opened(rows: Sequence[RowFace | StackFace], public_id: str) -> tuple[RowFace | StackFace, ...]:
    """Return the rows with the one that is open marked."""
    return tuple(replace(row, is_open=row.id == public_id) for row in rows)


def grouped(rows: Sequence[RowFace | StackFace], *, now: datetime, zone: str, tab: str) -> tuple[GroupFace, ...]:
    """Return the rows under the headings of their deadlines; what is decided under one."""
    if tab == "decided":
        return (GroupFace("Decided lately", tuple(rows)),) if rows else ()
    groups: dict[str, list[RowFace | StackFace]] = {}
    for row in rows:
        groups.setdefault(heading(row, now, zone), []).append(row)
    return tuple(GroupFace(title, tuple(members)) for title, members in groups.items())


def heading(row: RowFace | StackFace, now: datetime, zone: str) -> str:
    """Return the heading that a row stands under."""
    if row.due_at is None:
        return "No deadline"
    if row.due_at - now <= SOON:
        return "Due in the next 30 minutes"
    here = zone_of(zone)
    today = now.astimezone(here).date()
    due = row.due_at.astimezone(here).date()
    if due <= today:
        return "Today"
    return "Tomorrow" if due == today + timedelta(days=1) else "Later"


def _row(line: _Line, viewer: Viewer, now: datetime) -> RowFace:
    waits = line.status == "pending"
    due = line.decide_by if waits and line.held_at is None else None
    span = (due - line.created_at).total_seconds() if due else 0
    public_id = ids.public("act", line.id)
    reviewer: tuple[PersonFace, ...] = ()
    if line.reviewer and line.reviewer_email:
        reviewer = (face_of(line.reviewer, line.reviewer_email, you=line.reviewer_email == viewer.email),)
    return RowFace(
        id=public_id,
        url=f"/actions/{public_id}",
        title=line.title,
        agent=line.agent,
        glyph=glyph_of(line.type),
        risk=line.risk,
        odd=_odd(line, viewer, now),
        lender=line.lender.split()[0] if line.lender and waits else "",
        version=line.version,
        due_at=due,
        share_left=max(0.0, min(1.0, (due - now).total_seconds() / span)) if due and span > 0 else 0.0,
        reviewers=reviewer,
        waiting=waits,
        held=line.held_at is not None and waits,
        outcome="" if waits else outcome_of(line.status, edited=bool(line.edited)),
        outcome_at=line.closed_at,
        twin=_twin(line) if waits and not reviewer and not line.lender else None,
        amount=f"{line.amount.normalize():f}" if line.amount is not None else "",
    )


def _twin(line: _Line) -> tuple[str, str, str] | None:
    """Return what it may stand with others by; only what is of low risk, not unusual, and not held."""
    plain = line.risk == "low" and not line.oddity and line.kind == "approval" and line.held_at is None
    return (line.slug, line.type, line.currency) if plain else None


def midnight(now: datetime, zone: str) -> datetime:
    """Return when the reader's day began."""
    return now.astimezone(zone_of(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def outcome_of(status: str, *, edited: bool) -> str:
    """Return the end as rows show it: approved, edited, rejected, expired or other."""
    if status == "approved":
        return "edited" if edited else "approved"
    return status if status in ("rejected", "expired") else "other"


def _odd(line: _Line, viewer: Viewer, now: datetime) -> str:
    if line.status != "pending":
        return line.oddity or "nothing unusual"
    count = f"{line.approvals} of {line.needed} approvals" if 0 < line.approvals < line.needed else ""
    bring = ONWARD.get(line.next_do or "")  # of the steps, those that bring others in
    onward = f"{bring} at {clock(line.next_at, now, viewer.timezone)}" if bring and line.next_at else ""
    return " · ".join(part for part in (count, line.oddity, onward) if part) or "nothing unusual"


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _spell(line: _Line) -> str:
    at = line.due.isoformat() if line.due else NEVER
    return base64.urlsafe_b64encode(json.dumps([at, str(line.id)]).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, uuid.UUID]:
    try:
        at, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return (at if at == NEVER else datetime.fromisoformat(at).isoformat()), uuid.UUID(last)
    except (binascii.Error, ValueError, TypeError, AttributeError) as wrong:
        raise BadCursor("This cursor is not one of ours. Start again without one.") from wrong
