"""Who is on call: people take turns of equal length, from a first moment on, for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from escalations.terms import Schedule
from escalations.zones import first, zone_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn: number 0 is the first; `person` is on call from `begins` and no longer at `ends` (UTC)."""

    number: int
    person: str
    begins: datetime
    ends: datetime


def on_call(schedule: Schedule, at: datetime) -> str | None:
    """Return the e-mail of the person on call at the moment `at`; None before the schedule starts."""
    shift = shift_of(schedule, at)
    return shift.person if shift else None


def next_on_call(schedule: Schedule, at: datetime) -> str | None:
    """Return who takes over from the person on call at `at`.

    Before the schedule starts that is the first person; with one person only, the same one again.
    """
    shift = shift_of(schedule, at)
    return _person(schedule, shift.number + 1 if shift else 0)


def shift_of(schedule: Schedule, at: datetime) -> Shift | None:
    """Return the turn that the moment `at` lies in; None before the schedule starts, or if it has no people.

    Turns of whole days change at the same local time all year, also over a change of the clocks; turns of hours
    or minutes are elapsed time.
    """
    if not schedule.people or at < _begin(schedule, 0):
        return None
    number = _guess(schedule, at)
    while at < _begin(schedule, number):
        number -= 1
    while at >= _begin(schedule, number + 1):
        number += 1
    return Shift(number, _person(schedule, number) or "", _begin(schedule, number), _begin(schedule, number + 1))


def _person(schedule: Schedule, number: int) -> str | None:
    return schedule.people[number % len(schedule.people)] if schedule.people else None


def _guess(schedule: Schedule, at: datetime) -> int:
    """Return the turn by elapsed time alone: off by one at most, by what the clocks were moved."""
    return max(0, (at - _begin(schedule, 0)) // schedule.every)


def _begin(schedule: Schedule, number: int) -> datetime:
    """Return the moment (UTC) at which turn `number` begins; the end of time where the calendar has no more years."""
    zone = zone_of(schedule.timezone)
    start = schedule.starts.astimezone(zone).replace(tzinfo=None) if schedule.starts.tzinfo else schedule.starts
    try:
        if schedule.every % DAY:
            return first(start, zone) + number * schedule.every
        return first(start + number * schedule.every, zone)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
