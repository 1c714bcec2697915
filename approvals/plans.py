"""The snapshot an action carries of the road it started on: `Action.plan`, and the arithmetic of its chain's clock.

    {"stages": […], "fallback": …, "route": "big refunds", "assign": "all", "fallback_used": false,
     "added": [{"stage": 1, "to": {"role": "admin"}, "step": "2", "replace": false}],
     "chain": {"slug": "standard", "decide_within": 14400.0, "execute_within": 900.0, "clock": "wall", "calendar": null,
               "finally": "reject", "steps": [escalations.plan.Entry.to_json…],
               "anchor": {"at": "2026-11-20T10:13:00+00:00", "elapsed": 0.0}, "extended": false,
               "ran": ["3"], "empty": ["2"]}}

`anchor` says that at that moment so many seconds of the chain's clock had passed; everything to come counts from it.
`ran` are the steps that were run before their time, `empty` those that found nobody. `extended` is what an outage gave
back, in seconds. Actions of before chains had steps have no anchor: they have their `decide_by` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from approvals.models import Action
from approvals.quorum import Plan
from approvals.routing import Asking
from approvals.terms import Chain, Route, Target
from escalations.calendars import NeverOpens
from escalations.plan import WALL, Clock, Entry, calendar_json, clock_from, due, target_from, timetable
from escalations.terms import Calendar

PEOPLE_STEPS = ("add", "replace")
PlanJson = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """A step of the timetable that is still to come: its place there (from 0), and when it is due."""

    place: int
    entry: Entry
    at: datetime


@dataclass(frozen=True, slots=True)
class ChainMoment:
    """A step as a page tells it; `due` is None if it is done, or as long as the clock stands still."""

    key: str
    do: str
    to: Target | None
    due: datetime | None
    state: Literal["done", "next", "coming"]


def plan_json(
    route: Route, chain: Chain, asking: Asking, *, at: datetime, calendars: Iterable[Calendar] = ()
) -> dict[str, Any]:
    """Return the plan of an action that starts on this road at the moment `at`; `calendars` are the policy's."""
    return {
        **Plan.of(route).to_json(),
        "route": route.name,
        "assign": route.assign,
        "fallback_used": asking.used_fallback,
        "added": [],
        "chain": chain_json(chain, at=at, calendars=calendars),
    }


def chain_json(
    chain: Chain, *, at: datetime, elapsed: timedelta = timedelta(0), calendars: Iterable[Calendar] = ()
) -> dict[str, Any]:
    """Return a chain as an action keeps it, of whose clock `elapsed` has passed at the moment `at`.

    What stands at or after the end of the chain is never done, and left out.
    """
    calendar = next((one for one in calendars if one.slug == chain.clock), None) if chain.clock != "wall" else None
    return {
        "slug": chain.slug,
        "decide_within": chain.decide_within.total_seconds(),
        "execute_within": chain.execute_within.total_seconds() if chain.execute_within else None,
        "clock": chain.clock,
        "calendar": calendar_json(calendar) if calendar else None,
        "finally": chain.finally_,
        "steps": list(_steps(chain)),
        "anchor": {"at": at.isoformat(), "elapsed": elapsed.total_seconds()},
        "extended": False,
    }


@lru_cache(maxsize=1024)
def _steps(chain: Chain) -> tuple[dict[str, Any], ...]:
    return tuple(entry.to_json() for entry in timetable(chain) if entry.after < chain.decide_within)


def decide_within(plan: PlanJson) -> timedelta:
    """Return how long the chain lets people decide."""
    return timedelta(seconds=plan["chain"]["decide_within"])


def is_anchored(plan: PlanJson | None) -> bool:
    """Whether the plan has a clock of its own; those of before chains had steps have none."""
    return bool(plan) and "anchor" in (plan or {}).get("chain", {})


def clock_of(plan: PlanJson) -> Clock:
    """Return the clock of the plan's chain, by the calendar it started with."""
    return clock_from(plan["chain"]) if plan["chain"].get("calendar") else WALL


def moment_of(plan: PlanJson, after: timedelta) -> datetime:
    """Return when what comes `after` the start of the chain is due; at the anchor if it should have been before."""
    anchor = plan["chain"]["anchor"]
    at, elapsed = datetime.fromisoformat(anchor["at"]), timedelta(seconds=anchor["elapsed"])
    try:
        return due(clock_of(plan), at, elapsed, after)
    except NeverOpens:  # a calendar of nothing but holidays: rather too soon than never
        return due(WALL, at, elapsed, after)


def elapsed_at(plan: PlanJson, at: datetime) -> timedelta:
    """Return how much of the chain's clock has passed at the moment `at`, not before the anchor."""
    anchor = plan["chain"]["anchor"]
    since = datetime.fromisoformat(anchor["at"])
    return timedelta(seconds=anchor["elapsed"]) + clock_of(plan).between(since, at)


def deadline(plan: PlanJson, *, cap: datetime | None = None) -> datetime:
    """Return when the chain ends, and not after the agent's own `cap`."""
    ends = moment_of(plan, decide_within(plan))
    return min(ends, cap) if cap is not None else ends


def next_due(plan: PlanJson, step: int) -> Due | None:
    """Return the first step from place `step` on that was not run before its time, or None if none is left."""
    chain = plan["chain"]
    ran = chain.get("ran", ())
    for place, row in enumerate(chain["steps"][step:], start=step):
        if row["key"] not in ran:
            entry = Entry.from_json(row)
            return Due(place, entry, moment_of(plan, entry.after))
    return None


def entries(plan: PlanJson) -> list[Entry]:
    """Return the steps of the chain in the order of time; none for a plan of before chains had steps."""
    return [Entry.from_json(row) for row in plan["chain"]["steps"]]


def people_steps(plan: PlanJson, step: int) -> list[Entry]:
    """Return the steps from place `step` on that ask people and were not run before their time."""
    chain = plan["chain"]
    ran = chain.get("ran", ())
    rows = [row for row in chain["steps"][step:] if row["do"] in PEOPLE_STEPS and row["key"] not in ran]
    return [Entry.from_json(row) for row in rows]


def can_go_on(action: Action) -> bool:
    """Whether an action is held though its chain knows people who could be asked."""
    is_held = action.status == "pending" and action.held_at is not None
    return is_held and is_anchored(action.plan) and bool(people_steps(action.plan or {}, action.step))


def wind(action: Action) -> None:
    """Set `decide_by` and `lapse_at` of a pending action, by its plan: the next step, else the end of the chain."""
    plan = action.plan or {}
    if is_anchored(plan):
        action.decide_by = deadline(plan, cap=action.decide_cap)
    action.lapse_at = first_lapse(plan, action.step, action.decide_by)


def first_lapse(plan: PlanJson, step: int, decide_by: datetime | None) -> datetime | None:
    """Return when something is to be done next about an action that waits: a step, or its end at `decide_by`."""
    coming = next_due(plan, step) if is_anchored(plan) else None
    if coming is None:
        return decide_by
    return min(coming.at, decide_by) if decide_by is not None else coming.at


def anchored(plan: PlanJson, *, at: datetime, elapsed: timedelta) -> dict[str, Any]:
    """Return the plan with its clock set: `elapsed` of it has passed at the moment `at`."""
    return with_chain(plan, anchor={"at": at.isoformat(), "elapsed": elapsed.total_seconds()})


def stopped(plan: PlanJson, at: datetime) -> dict[str, Any]:
    """Return the plan with its clock stopped at the moment `at`; it goes on from wherever it is anchored next."""
    return anchored(plan, at=at, elapsed=elapsed_at(plan, at)) if is_anchored(plan) else dict(plan)


def started(plan: PlanJson, at: datetime) -> dict[str, Any]:
    """Return a plan whose clock stood still, going on at the moment `at`."""
    elapsed = timedelta(seconds=plan["chain"]["anchor"]["elapsed"])
    return anchored(plan, at=at, elapsed=elapsed)


def with_chain(plan: PlanJson, **changed: Any) -> dict[str, Any]:
    """Return the plan with some members of its chain changed."""
    return {**plan, "chain": {**plan["chain"], **changed}}


def emptied(plan: PlanJson, key: str) -> dict[str, Any]:
    """Return the plan with a step marked as having found nobody."""
    return with_chain(plan, empty=[*plan["chain"].get("empty", ()), key])


def story_of_chain(plan: PlanJson, action: Action) -> list[ChainMoment]:
    """Return every step of the chain in the order of time, the end apart: what is done, what is next, what comes."""
    if not is_anchored(plan):
        return []
    chain = plan["chain"]
    ran, is_next = set(chain.get("ran", ())), True
    is_running = action.status == "pending" and action.held_at is None and action.paused_at is None
    told = []
    for place, row in enumerate(chain["steps"]):
        is_done = place < action.step or row["key"] in ran
        state: Literal["done", "next", "coming"] = "done" if is_done else ("next" if is_next else "coming")
        is_next = is_next and is_done
        at = moment_of(plan, timedelta(seconds=row["after"])) if is_running and not is_done else None
        to = target_from(row["to"]) if row["to"] else None
        told.append(ChainMoment(row["key"], row["do"], to, at, state))
    return told
