"""Chains, calendars and schedules as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.faces.drafts import DraftFace
from approvals.faces.people import PersonFace

Options = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Choices of a select in groups: (heading, ((value, label), …))."""


@dataclass(frozen=True, slots=True)
class TargetFace:
    """Whom something asks: a group, its size, the first of its people. `links` (words, URL) are routes that ask."""

    name: str = ""
    people: tuple[PersonFace, ...] = ()
    count: int = 0
    links: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> int:
        """How many there are beyond those shown."""
        return max(0, self.count - len(self.people))


@dataclass(frozen=True, slots=True)
class WaitFace:
    """One wait as two fields. `was` is what it is in the version in force, where that differs."""

    place: int
    number: str
    unit: str
    spoken: str
    was: str = ""
    error: str = ""
    last: bool = False

    @property
    def word(self) -> str:
        """The unit in words."""
        return {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[self.unit]


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step. `to`, `url`, `first`, `times` are what its fields hold; `errors` are (field, what to write instead)."""

    number: int
    do: str
    title: str
    icon: str
    text: str = ""
    target: TargetFace | None = None
    to: str = ""
    url: str = ""
    first: int = 1
    times: int = 1
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    wait: WaitFace | None = None
    is_first: bool = False
    is_last: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class AskCard:
    """What the routes that lead here ask at first."""

    title: str
    targets: tuple[TargetFace, ...]
    text: str = ""
    wait: WaitFace | None = None


@dataclass(frozen=True, slots=True)
class EndCard:
    """How it ends if nobody decides; `approve_why` says why it may not approve, "" if it may."""

    end: str
    was: str = ""
    approve_why: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BarFace:
    """One bar: how many of all; `width` of 200."""

    label: str
    count: int
    share: str
    width: int
    odd: bool = False


@dataclass(frozen=True, slots=True)
class SimLine:
    """One moment of a rehearsed escalation; `time` is `at` in words.

    `tone` is "", small-step, passed, end, good or held; who is `struck` is not asked, and `text` says why.
    """

    at: datetime
    time: str
    title: str
    text: str = ""
    people: tuple[PersonFace, ...] = ()
    chip: str = ""
    tone: str = ""
    struck: bool = False


@dataclass(frozen=True, slots=True)
class TryFace:
    """The form of the rehearsal and what came of it. `notes` are (tone, icon, sentence)."""

    url: str
    kinds: tuple[tuple[str, str], ...]
    kind: str
    amount: str
    risk: str
    arrives: str
    zone: str
    lines: tuple[SimLine, ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()
    error: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class ChainPageFace:
    """One chain with its draft, the fields to edit it, the rehearsal, and where past actions were decided."""

    slug: str
    title: str
    used: str
    clock: str
    clock_name: str
    execute: str
    execute_unit: str
    execute_spoken: str
    draft: DraftFace
    ask: AskCard
    steps: tuple[StepCard, ...]
    end: EndCard
    targets: Options = ()
    calendars: tuple[tuple[str, str], ...] = ()
    fresh: StepCard | None = None
    can_remove: bool = False
    trial: TryFace | None = None
    bars: tuple[BarFace, ...] = ()
    decided: int = 0
    faults: tuple[str, ...] = ()
    error: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One chain in the list."""

    slug: str
    title: str
    routes: int
    actions: int
    within: str
    steps: str
    end: str
    faults: int = 0


@dataclass(frozen=True, slots=True)
class CalendarFace:
    """A calendar in words, and as fields: `fields` are (day, its name, hours)."""

    slug: str
    title: str
    zone: str
    hours: tuple[str, ...]
    holidays: str
    state: str = ""
    is_open: bool = False
    fields: tuple[tuple[str, str, str], ...] = ()
    holiday_lines: str = ""
    typed_zone: str = ""
    faults: tuple[str, ...] = ()
    used: str = ""


@dataclass(frozen=True, slots=True)
class TurnFace:
    """One person of a schedule, in order."""

    person: PersonFace
    email: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleFace:
    """A schedule in words, and as fields."""

    slug: str
    title: str
    zone: str
    every: str
    turns: tuple[TurnFace, ...]
    now: str = ""
    then: str = ""
    number: str = ""
    unit: str = "d"
    starts: str = ""
    typed_zone: str = ""
    others: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    used: str = ""


@dataclass(frozen=True, slots=True)
class EscalationFace:
    """All chains, calendars and schedules."""

    draft: DraftFace
    chains: tuple[ChainRow, ...]
    calendars: tuple[CalendarFace, ...] = ()
    schedules: tuple[ScheduleFace, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class DutyPageFace:
    """The page of one calendar or schedule, to be edited."""

    draft: DraftFace
    calendar: CalendarFace | None = None
    schedule: ScheduleFace | None = None
    error: str = ""
