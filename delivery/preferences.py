"""How one person hears of one thing: on which channels, when, and why then. Pure.

Channels come in the person's order for the urgency. Quiet hours put off what is low to their end, leave high in the
app alone until then, and do not hold for critical; but nothing is put off past half of the time there is to decide.
Nobody ever hears of nothing: the app always shows it, and with no channel left mail is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Channel = Literal["slack", "email", "inapp"]
Urgency = Literal["low", "high", "critical"]
CHANNELS: tuple[Channel, ...] = ("slack", "email", "inapp")
URGENCIES: tuple[Urgency, ...] = ("low", "high", "critical")
AT_ONCE = timedelta(0)
IN_SPITE = "in spite of quiet hours, which end too late"
AT_HALF = "when half of the time is over"
AFTER_QUIET = "when quiet hours are over"


@dataclass(frozen=True, slots=True)
class Way:
    """One channel, and how long after the moment it is used."""

    channel: Channel
    after: timedelta = AT_ONCE


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours, local time: from one hour to another, over midnight if that is earlier."""

    begins: time
    until: time


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one person wishes. Urgencies that are not named have the default: everything, at once."""

    ways: Mapping[Urgency, tuple[Way, ...]] = field(default_factory=dict)
    quiet: Quiet | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Telling:
    """One message: on which channel, when, and, where it is not simply at once, why then.

    `is_put_off` says that quiet hours hold it back: what is low then comes with the rest of the night as one.
    """

    channel: Channel
    at: datetime
    why: str = ""
    is_put_off: bool = False


DEFAULT = Preferences()


def urgency_of(risk: str) -> Urgency:
    """Return how urgent an action of this risk is."""
    return "critical" if risk == "critical" else "high" if risk == "high" else "low"


def tellings(
    wish: Preferences,
    urgency: Urgency,
    *,
    now: datetime,
    decide_by: datetime | None,
    able: Iterable[Channel] = CHANNELS,
) -> tuple[Telling, ...]:
    """Return how the person hears of something at `now`, in their order; `able` are the channels that reach them."""
    at, ends = now.astimezone(UTC), decide_by.astimezone(UTC) if decide_by is not None else None
    return tuple(_when(way, wish, urgency, at, ends) for way in _ways(wish, urgency, set(able)))


def _ways(wish: Preferences, urgency: Urgency, reach: set[Channel]) -> list[Way]:
    """Return the channels that can be used: mail in place of what cannot reach the person, and always the app."""
    wished = wish.ways.get(urgency) or tuple(Way(channel) for channel in CHANNELS)
    ways = [way for way in wished if way.channel in reach or way.channel == "inapp"]
    lost = [way for way in wished if way not in ways]
    if lost and "email" in reach and all(way.channel == "inapp" for way in ways):
        ways.insert(0, Way("email", min(way.after for way in lost)))
    return ways if any(way.channel == "inapp" for way in ways) else [*ways, Way("inapp")]


def _when(way: Way, wish: Preferences, urgency: Urgency, now: datetime, decide_by: datetime | None) -> Telling:
    if way.channel == "inapp":
        return Telling("inapp", now)
    half = now + max(decide_by - now, AT_ONCE) / 2 if decide_by is not None else None
    at, why = now + way.after, f"{_span(way.after)} later, if still asked" if way.after else ""
    if half is not None and at > half:
        at, why = half, AT_HALF
    wakes = quiet_until(wish.quiet, wish.zone, at) if wish.quiet is not None and urgency != "critical" else None
    if wakes is None or wakes <= at:
        return Telling(way.channel, at, why)
    if half is not None and wakes > half:
        return Telling(way.channel, at, IN_SPITE)
    return Telling(way.channel, wakes, AFTER_QUIET, is_put_off=True)


def put_off(wish: Preferences, urgency: Urgency, now: datetime) -> datetime | None:
    """Return until when news that asks for nothing waits for the person, or None if it is told at `now`.

    Nothing is decided by it, so no deadline cuts quiet hours short; they never hold for what is critical.
    """
    if wish.quiet is None or urgency == "critical":
        return None
    return quiet_until(wish.quiet, wish.zone, now)


def quiet_until(quiet: Quiet, zone: str, at: datetime) -> datetime | None:
    """Return when the quiet hours that hold at `at` are over, in UTC, or None if none do.

    An hour that the clocks leave out is the moment after; one that comes twice begins the first time and ends the last.
    """
    if quiet.begins == quiet.until:
        return None
    at = at.astimezone(UTC)  # two times of one zone would be compared by what the clock on the wall says
    today = at.astimezone(ZoneInfo(zone)).date()
    for day in (today - timedelta(days=1), today):
        ends_on = day + timedelta(days=1) if quiet.until < quiet.begins else day
        if _moment(day, quiet.begins, zone) <= at < (ends := _moment(ends_on, quiet.until, zone, last=True)):
            return ends
    return None


def _moment(day: date, hour: time, zone: str, *, last: bool = False) -> datetime:
    """Return a local time as a moment in UTC."""
    there = ZoneInfo(zone)
    moment = datetime.combine(day, hour, tzinfo=there).replace(fold=1 if last else 0).astimezone(UTC)
    is_there = moment.astimezone(there).time() == hour
    if is_there:
        return moment
    first, second = (datetime.combine(day, hour, tzinfo=there).replace(fold=fold).utcoffset() for fold in (0, 1))
    if first is None or second is None:
        raise ValueError(f"{zone} has no offset")
    gap = second - first
    start = datetime.combine(day, time(0), tzinfo=there).astimezone(UTC)
    while start.astimezone(there).utcoffset() != second:  # the moment at which the clocks are put forward
        start += min(gap, timedelta(minutes=15))
    return start


def _span(span: timedelta) -> str:
    """Return a length in the largest unit it is a whole number of: "10 min"."""
    seconds = int(span.total_seconds())
    units = ((86_400, "days"), (3600, "h"), (60, "min"), (1, "s"))
    return next(f"{seconds // size} {name}" for size, name in units if seconds % size == 0)
