"""What became of past actions, as rules and chains would like to know: which took which way, and how far they went.

The newest 10,000 of the last 30 days are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from approvals.drafting.chain_form import step_code
from approvals.drafting.chains import moments, within_of
from approvals.drafting.spans import spoken
from approvals.faces.escalation import BarFace
from approvals.faces.times import many
from approvals.portraits.named import Names
from approvals.portraits.sentences import step_title
from core import tx
from escalations.calendars import open_between
from escalations.terms import Calendar

LOOKS_BACK = timedelta(days=30)
MOST = 10_000
FIRST = "0"
FULL = 200  # the width of a whole bar
NEVER = float("inf")

_USED = """
select verdict->>'route', verdict->'shadow'->>'route', plan->'chain'->>'slug', count(*) from (
    select verdict, plan from approvals_action where org_id = %(org)s and created_at >= %(since)s
    order by id desc limit %(most)s
) recent group by 1, 2, 3
"""
_HITS = """
select hit.name, count(*) from (
    select verdict from approvals_action where org_id = %(org)s and created_at >= %(since)s
    order by id desc limit %(most)s
) recent, jsonb_array_elements_text(
    coalesce(verdict->'rules', '[]') || coalesce(verdict->'shadow'->'rules', '[]')
) as hit(name) group by 1
"""
_DECIDED = """
select recent.status, recent.key, recent.created_at, recent.closed_at, recent.spent, d.by from (
    select id, org_id, status, created_at, closed_at, plan->'chain'->>'slug' as chain, pause_spent as spent,
        case when step > 0 then coalesce(plan->'chain'->'steps'->(step - 1)->>'key', '0') else '0' end as key
    from approvals_action where org_id = %(org)s and created_at >= %(since)s order by id desc limit %(most)s
) recent join approvals_decision d on d.org_id = recent.org_id and d.action_id = recent.id
where recent.chain = %(slug)s and recent.status in ('approved', 'rejected', 'expired')
"""


@dataclass(frozen=True, slots=True)
class Used:
    """How many actions took each route and each chain, or would have taken one that is watched; and hit each rule."""

    routes: Mapping[str, int]
    chains: Mapping[str, int]
    rules: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ended:
    """One past action: how far its chain had gone, by the number of the last step done, and whether anybody decided."""

    step: int
    by_people: bool
    began: datetime
    ended: datetime
    paused: timedelta


def used(now: datetime) -> Used:
    """Return the counts, in the scope that is open."""
    routes: Counter[str] = Counter()
    chains: Counter[str] = Counter()
    for route, watched, chain, number in _rows(_USED, now):
        routes[route or ""] += number
        routes[watched or ""] += number
        chains[chain or ""] += number
    return Used(routes, chains, dict(_rows(_HITS, now)))


def ended(slug: str, now: datetime) -> tuple[Ended, ...]:
    """Return the actions of one chain that have ended, in the scope that is open."""
    return tuple(
        Ended(int(key.partition(".")[0]), status != "expired" and by == "people", began, closed, spent or timedelta(0))
        for status, key, began, closed, spent, by in _rows(_DECIDED, now, slug=slug)
        if closed is not None and key.partition(".")[0].isdigit()
    )


def bars(past: Sequence[Ended], steps: int) -> tuple[BarFace, ...]:
    """Return where actions were decided: at first, at each step, or by nobody."""
    counted = Counter(one.step for one in past if one.by_people)
    nobody = sum(not one.by_people for one in past)
    found = [_bar(f"Step {number}", counted[number], len(past)) for number in range(1, max([steps, *counted]) + 1)]
    return (_bar("At first", counted[0], len(past)), *found, _bar("Nobody", nobody, len(past), odd=True))


def reached(past: Sequence[Ended], chain: Mapping[str, Any], calendar: Calendar | None) -> list[int]:
    """Return how many of the past actions would have reached each step of a chain, and last its end."""
    took = [_took(one, calendar) for one in past]
    points = [float(one) for one in moments(chain)] + [float(within_of(chain))]
    return [sum(length >= point for length in took) for point in points]


def consequence(
    past: Sequence[Ended],
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    names: Names,
    calendars: Mapping[str, Calendar],
) -> str:
    """Return in a sentence what a changed chain would have come to of late; "" if there is nothing to tell."""
    if before is None or not past:
        return ""
    old, new = (_by_step(past, one, calendars.get(one.get("clock", "wall"))) for one in (before, after))
    changed = [code for code in new if code in old and old[code] != new[code]]
    changed += [code for code in new if code not in old and new[code]]
    if not changed:
        return _later(past, before, after)
    # Steps that bring people in say most, then the end, then the rest.
    changed.sort(key=lambda code: (not code.startswith(("add", "replace")), code != "end"))
    said = [_reach(code, after, old.get(code, 0), new[code], names) for code in changed[:2]]
    return f"Over the last 30 days {' and '.join(said)}."


def _later(past: Sequence[Ended], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return what becomes of those that nobody decided, where no step is reached more or less often."""
    nobody, was, now = sum(not one.by_people for one in past), within_of(before), within_of(after)
    if not nobody or was == now:
        return f"Over the last 30 days that would have changed nothing for {many(len(past), 'request')}."
    return (
        f"Over the last 30 days {many(nobody, 'request')} of {len(past)} that nobody decided would have come to the end"
        f" after {spoken(now)} instead of {spoken(was)}."
    )


def _reach(code: str, chain: Mapping[str, Any], was: int, now: int, names: Names) -> str:
    if code == "end":
        return f"{many(now, 'request')} would have come to the end instead of {was}"
    steps = chain.get("steps", ())
    number = next(place for place, step in enumerate(steps, start=1) if step_code(step) == code)
    title = step_title(steps[number - 1], number, names)
    return f"step {number}, “{title}”, would have been reached by {many(now, 'request')} instead of {was}"


def _by_step(past: Sequence[Ended], chain: Mapping[str, Any], calendar: Calendar | None) -> dict[str, int]:
    counts = reached(past, chain, calendar)
    found: dict[str, int] = {}
    for step, number in zip(chain.get("steps", ()), counts, strict=False):
        found.setdefault(step_code(step), number)
    return found | {"end": counts[-1]}


def _took(one: Ended, calendar: Calendar | None) -> float:
    """Return how long an action was open by a clock, in seconds; endless if nobody ever decided it."""
    if not one.by_people:
        return NEVER
    if calendar is not None:
        return open_between(calendar, one.began, one.ended).total_seconds()
    return (one.ended - one.began - one.paused).total_seconds()


def _bar(label: str, number: int, total: int, *, odd: bool = False) -> BarFace:
    share = number / total if total else 0
    width = max(3, round(share * FULL)) if number else 0
    return BarFace(label, number, f"{share:.0%}", width, odd=odd)


def _rows(query: str, now: datetime, **values: Any) -> list[tuple[Any, ...]]:
    given = {"org": tx.current().org, "since": now - LOOKS_BACK, "most": MOST, **values}
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
