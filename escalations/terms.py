"""What the configuration document says of silence: chains, their steps, calendars, schedules; frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

Do = Literal["remind", "warn", "add", "replace", "webhook", "repeat"]
End = Literal["reject", "hold", "approve"]
Who = Literal["on_call", "next"]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a requirement or a step asks: `Target("team", "finance")`.

    Kinds: person (an e-mail), team, role, schedule (with `who`), manager_of (asked, owner or requester).
    """

    kind: str
    name: str
    who: Who = "on_call"


@dataclass(frozen=True, slots=True)
class Window:
    """Opening hours of one weekday, local time of the calendar; `until` at midnight is the end of the day."""

    begins: time
    until: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business hours: windows by weekday (0 is Monday), in a time zone, without the holidays."""

    slug: str
    timezone: str
    hours: Mapping[int, tuple[Window, ...]]
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Schedule:
    """People by turns: each for `every`, the first from `starts`, a local time of the schedule's zone."""

    slug: str
    timezone: str
    people: tuple[str, ...]
    every: timedelta
    starts: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain. `at` is a span after the start, or a share of `decide_within` from 0 to 1.

    `to` belongs to add and replace, `url` to webhook; a repeat runs the steps from number `first` (from 1) again,
    `times` times.
    """

    at: timedelta | Decimal
    do: Do
    to: Target | None = None
    url: str = ""
    first: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True)
class Chain:
    """What happens when nobody answers. `clock` is wall, or the slug of the calendar by whose hours it runs."""

    slug: str
    decide_within: timedelta
    execute_within: timedelta | None = None
    clock: str = "wall"
    finally_: End = "reject"
    steps: tuple[Step, ...] = field(default=())
