"""What one lane (agent × action type) has done before, as people decided it: kept in the process, read again seldom.

Everything that pages and lists say of "usual", "similar" and "how often reviewers agreed" comes from here.
"""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any

import structlog
from django.db import connection

from accounts.models import Organization
from agents.calibration import Stated
from agents.models import Agent
from agents.terms import Money
from approvals.habits import MOST, Habits, Past, habits, noun_of
from approvals.likeness import Similar, similar
from approvals.odds import Odds, compare, strangest
from approvals.policies import policy_of
from core import clock, tx
from core.strict_json import JsonValue

log = structlog.get_logger(__name__)

FRESH = timedelta(seconds=60)  # as long as this a lane is not even looked at again
GROWTH = 0.05  # it is read again when so much of it is new
LANES = 4096  # kept in one process, if they are small
PASTS = 64 * MOST  # past actions kept in one process, of all lanes; a full lane takes about 2 MB
LONGEST = 200  # of Action.oddity

_DECIDED = """
select a.id, a.amount, a.currency, a.confidence, d.outcome, d.edited, r.arguments from (
    select id, org_id, amount, currency, confidence, revision from approvals_action
    where org_id = %(org)s and agent_id = %(agent)s and type = %(type)s
    order by created_at desc limit %(window)s
) a
join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id and d.by = 'people' and d.outcome <> 'answered'
join approvals_revision r on r.org_id = a.org_id and r.action_id = a.id and r.number = a.revision
limit %(most)s
"""

_NEW = """
select count(*) from (
    select closed_at from approvals_action where org_id = %(org)s and agent_id = %(agent)s and type = %(type)s
    order by created_at desc limit %(window)s
) a where closed_at > %(since)s
"""

Lane = tuple[int, uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class History:
    """One lane as it was read at `read_at`: `habits` of what was approved, and how sure the agent was of each."""

    habits: Habits
    stated: tuple[Stated, ...]
    read_at: datetime
    looked_at: datetime

    def oddity(self, action_type: str, arguments: JsonValue, amount: Money | None) -> str:
        """Return the strangest thing about an action in at most 200 characters; "" if there is nothing unusual.

        A lane with too little behind it says so. What cannot be compared is no reason to refuse an action: it is
        logged.
        """
        try:
            odds = compare(self.habits, arguments, amount)
            return strangest(odds)[:LONGEST] if odds.oddities or not odds.enough else ""
        except (ArithmeticError, ValueError, TypeError, RecursionError):
            log.warning("oddity_unknown", action=action_type, exc_info=True)
            return ""


_kept: OrderedDict[Lane, History] = OrderedDict()
_locks: dict[Lane, Lock] = {}
_door = Lock()


def history_of(org: int, agent_id: uuid.UUID, action_type: str) -> History:
    """Return the lane's past, at most a minute and five parts in a hundred old.

    What must be read is read in the scope that is open, or in one of its own.
    """
    lane = (org, agent_id, action_type)
    now = clock.now()
    with _door:
        kept = _kept.get(lane)
        lock = _locks.setdefault(lane, Lock())
    if kept is not None and (_is_fresh(kept, now) or not lock.acquire(blocking=False)):
        return kept  # whoever comes while another reads is content with what there was
    if kept is None:
        lock.acquire()
    try:
        with _door:
            kept = _kept.get(lane)
        if kept is None or not _is_fresh(kept, now):
            with tx.reading(org):
                kept = _read_again(lane, kept, now)
            _keep(lane, kept)
        return kept
    finally:
        lock.release()


def oddity(org: int, agent_id: uuid.UUID, action_type: str, arguments: JsonValue, amount: Money | None) -> str:
    """Return the strangest thing about an action, in the scope that is open; see History.oddity."""
    return history_of(org, agent_id, action_type).oddity(action_type, arguments, amount)


def remembered(org: int, agent_id: uuid.UUID, action_type: str) -> History | None:
    """Return the lane's past if this process knows it well enough not to read it, without asking the database."""
    with _door:
        kept = _kept.get((org, agent_id, action_type))
    return kept if kept is not None and _is_fresh(kept, clock.now()) else None


def odds_of(past: History, arguments: JsonValue, amount: Money | None) -> Odds:
    """Return the whole comparison, for a page."""
    return compare(past.habits, arguments, amount)


def alike(past: History, arguments: JsonValue, amount: Money | None, *, but: uuid.UUID) -> tuple[Similar, ...]:
    """Return the four most similar decided actions, without the action `but` itself."""
    found = similar(past.habits, arguments, amount, most=5)
    return tuple(one for one in found if one.key != but.hex)[:4]


def forget() -> None:
    """Drop everything that is kept, as a restart would."""
    with _door:
        _kept.clear()
        _locks.clear()


def _is_fresh(kept: History, now: datetime) -> bool:
    return timedelta(0) <= now - kept.looked_at < FRESH


def _keep(lane: Lane, read: History) -> None:
    with _door:
        _kept[lane] = read
        _kept.move_to_end(lane)
        while len(_kept) > LANES or (len(_kept) > 1 and sum(len(one.habits.flat) for one in _kept.values()) > PASTS):
            gone, _ = _kept.popitem(last=False)
            _locks.pop(gone, None)


def _read_again(lane: Lane, kept: History | None, now: datetime) -> History:
    if kept is not None and now >= kept.read_at:
        fresh = _count(_NEW, lane, since=kept.read_at)
        if fresh < max(1, round(len(kept.habits.flat) * GROWTH)):
            return replace(kept, looked_at=now)
    return _read(lane, now)


def _read(lane: Lane, now: datetime) -> History:
    org, agent_id, action_type = lane
    past, stated = [], []
    for identifier, amount, currency, confidence, outcome, edited, arguments in _rows(_DECIDED, lane):
        decision = "rejected" if outcome == "rejected" else "edited" if edited else "approved"
        money = Money(Decimal(amount), currency) if amount is not None else None
        past.append(Past(json.loads(bytes(arguments)), money, decision, identifier.hex))
        if confidence is not None:
            stated.append(Stated(confidence, agreed=decision == "approved"))
    terms = policy_of(org, Organization.objects.get(pk=org).config_version).agent(Agent.objects.get(pk=agent_id).slug)
    kind = terms.type_named(action_type) if terms else None
    read = habits(past, amount_at=kind.amount if kind else None, noun=noun_of(action_type))
    return History(_lean(read), tuple(stated), read_at=now, looked_at=now)


def _lean(read: Habits) -> Habits:
    """Return the habits without what nobody looks at again: likeness needs only categories and amounts."""
    telling = {habit.pointer for habit in read.fields.values() if habit.kind in ("category", "flag")}
    flat = tuple(
        (replace(past, arguments=None), {pointer: leaf for pointer, leaf in seen.items() if pointer in telling})
        for past, seen in read.flat
    )
    return replace(read, flat=flat)


def _rows(query: str, lane: Lane) -> list[Any]:
    org, agent_id, action_type = lane
    with connection.cursor() as cursor:
        cursor.execute(
            query, {"org": org, "agent": agent_id, "type": action_type, "window": MOST * 3 // 2, "most": MOST}
        )
        return list(cursor.fetchall())


def _count(query: str, lane: Lane, *, since: datetime) -> int:
    org, agent_id, action_type = lane
    with connection.cursor() as cursor:
        cursor.execute(
            query, {"org": org, "agent": agent_id, "type": action_type, "window": MOST * 3 // 2, "since": since}
        )
        found: tuple[int] = cursor.fetchone()
    return found[0]
