"""A chain worked out: what it does and when, by its own clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from escalations.calendars import add_open, open_between
from escalations.terms import Calendar, Chain, Do, Step, Target, Who, Window

MOST_ENTRIES = 100
"""How many entries a chain may come to once its repeats are unrolled."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a chain does, `after` so much of its clock: "2" is its second step, "2.1" that step the second time."""

    key: str
    after: timedelta
    do: Do
    to: Target | None = None
    url: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return {"key": "2", "after": 7200.0, "do": "add", "to": {"team": "finance"} or null, "url": ""}."""
        return {
            "key": self.key,
            "after": self.after.total_seconds(),
            "do": self.do,
            "to": target_json(self.to) if self.to else None,
            "url": self.url,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Entry:
        """Return the entry that `to_json` wrote."""
        to = target_from(row["to"]) if row["to"] else None
        return cls(row["key"], timedelta(seconds=row["after"]), row["do"], to, row["url"])


@dataclass(frozen=True, slots=True)
class Clock:
    """What a chain counts: elapsed time, or the open time of a calendar."""

    calendar: Calendar | None = None

    def add(self, at: datetime, span: timedelta) -> datetime:
        """Return the moment at which `span` has passed on this clock since `at`; `at` itself for none or less.

        Raises calendars.NeverOpens if the calendar is not open for so long within ten years.
        """
        if span <= timedelta(0):
            return at
        return add_open(self.calendar, at, span) if self.calendar else at + span

    def between(self, start: datetime, until: datetime) -> timedelta:
        """Return what passes on this clock from `start` to `until`; nothing if `until` is not later."""
        if self.calendar:
            return open_between(self.calendar, start, until)
        return max(until - start, timedelta(0))


WALL = Clock()


def due(clock: Clock, anchor_at: datetime, elapsed: timedelta, after: timedelta) -> datetime:
    """Return when what comes `after` the start is due, if `elapsed` of it had passed at the anchor.

    What should have been done before the anchor is due at the anchor.
    """
    return clock.add(anchor_at, after - elapsed)


def after_of(chain: Chain, step: Step) -> timedelta:
    """Return how long after the start a step stands; a share of `decide_within` is rounded down to the microsecond."""
    if isinstance(step.at, timedelta):
        return step.at
    whole = Decimal(chain.decide_within // timedelta(microseconds=1))
    return timedelta(microseconds=int(whole * step.at))


def timetable(chain: Chain) -> tuple[Entry, ...]:
    """Return what the chain does in the order of time, its repeats unrolled.

    `repeat from f, times n` at step r runs steps f to r - 1 again, n times, each pass later by the time from the step
    before f (or the start) to the repeat. Raises ValueError for steps that are not in the order of time, a repeat of
    what does not come before it or that takes no time, and for more than 100 entries.
    """
    by_step: list[list[tuple[int, timedelta]]] = []
    spans = [after_of(chain, step) for step in chain.steps]
    for number, step in enumerate(chain.steps, start=1):
        if number > 1 and spans[number - 1] < spans[number - 2]:
            raise ValueError(f"step {number} stands before step {number - 1} in time")
        if step.do == "repeat":
            by_step.append(_passes(number, step, spans, by_step))
        else:
            by_step.append([(number, spans[number - 1])])
        if sum(map(len, by_step)) > MOST_ENTRIES:
            raise ValueError(f"the chain comes to more than {MOST_ENTRIES} steps with its repeats")
    return _keyed(chain, [run for runs in by_step for run in runs])


def _passes(
    number: int, repeat: Step, spans: list[timedelta], by_step: list[list[tuple[int, timedelta]]]
) -> list[tuple[int, timedelta]]:
    """Return what the repeat at step `number` runs again, as (step, after)."""
    if not 1 <= repeat.first < number or repeat.times < 1:
        raise ValueError(f"step {number} repeats from a step before it, at least once")
    lap = spans[number - 1] - (spans[repeat.first - 2] if repeat.first > 1 else timedelta(0))
    if not lap:
        raise ValueError(f"step {number} repeats what takes no time")
    again = [run for runs in by_step[repeat.first - 1 :] for run in runs]
    if len(again) * repeat.times > MOST_ENTRIES:
        raise ValueError(f"step {number} repeats more than {MOST_ENTRIES} steps")
    return [(step, after + turn * lap) for turn in range(1, repeat.times + 1) for step, after in again]


def _keyed(chain: Chain, runs: list[tuple[int, timedelta]]) -> tuple[Entry, ...]:
    """Return the runs in the order of time, each with its key: the step's number, then which time it is again."""
    entries = []
    times: dict[int, int] = {}
    for number, after in sorted(runs, key=lambda run: (run[1], run[0])):
        step = chain.steps[number - 1]
        turn = times.get(number, 0)
        times[number] = turn + 1
        entries.append(Entry(f"{number}.{turn}" if turn else f"{number}", after, step.do, step.to, step.url))
    return tuple(entries)


def unreachable(chain: Chain) -> tuple[str, ...]:
    """Return the keys of what stands at or after the end of the chain, and so is never done."""
    return tuple(entry.key for entry in timetable(chain) if entry.after >= chain.decide_within)


def target_json(target: Target) -> dict[str, str]:
    """Return {"team": "finance"}, or {"schedule": "duty", "who": "next"}."""
    found: dict[str, str] = {target.kind: target.name}
    return {**found, "who": target.who} if target.kind == "schedule" else found


def target_from(row: Mapping[str, str]) -> Target:
    """Return the target that `target_json` wrote, or the document spells."""
    kind = next(key for key in row if key != "who")
    return Target(kind, row[kind], cast(Who, row.get("who", "on_call")))  # written by target_json, or checked


def calendar_json(calendar: Calendar) -> dict[str, Any]:
    """Return the calendar as a snapshot keeps it.

    {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"0": [["08:00:00", "17:00:00"]]},
    "holidays": ["2026-12-25"]}
    """
    return {
        "slug": calendar.slug,
        "timezone": calendar.timezone,
        "hours": {
            str(day): [[window.begins.isoformat(), window.until.isoformat()] for window in windows]
            for day, windows in sorted(calendar.hours.items())
        },
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
    }


def calendar_from(row: Mapping[str, Any]) -> Calendar:
    """Return the calendar that `calendar_json` wrote."""
    hours = {
        int(day): tuple(Window(time.fromisoformat(begins), time.fromisoformat(until)) for begins, until in windows)
        for day, windows in row["hours"].items()
    }
    holidays = frozenset(date.fromisoformat(day) for day in row["holidays"])
    return Calendar(row["slug"], row["timezone"], hours, holidays)


def clock_from(row: Mapping[str, Any]) -> Clock:
    """Return the clock of a snapshot's chain: {"clock": "office", "calendar": {…}}, or no calendar for the wall's."""
    return Clock(calendar_from(row["calendar"])) if row.get("calendar") else WALL
