"""How one person hears of one thing: on which channels, when, and why then. Pure.

Channels come in the person's order for the urgency. Quiet hours put off what is low to their end, leave high in the
app alone until then, and do not hold for critical; but nothing is put off past half of the time there is to decide.
Nobody ever hears of nothing: the app always shows it, and with no channel left mail is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Channel = Literal["slack", "email", "inapp"]
Urgency = Literal["low", "high", "critical"]
CHANNELS: tuple[Channel, ...] = ("slack", "email", "inapp")
URGENCIES: tuple[Urgency, ...] = ("low", "high", "critical")
AT_ONCE = timedelta(0)


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
    """One message: on which channel, when, and, where it is not simply at once, why then."""

    channel: Channel
    at: datetime
    why: str = ""


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
    reach = set(able)
    wished = wish.ways.get(urgency, tuple(Way(channel) for channel in CHANNELS))
    ways = [way for way in wished if way.channel in reach]
    if not any(way.channel != "inapp" for way in ways) and not wished:
        ways = [Way("inapp"), *([Way("email")] if "email" in reach else [])]
    if not any(way.channel == "inapp" for way in ways):
        ways = [*ways, Way("inapp")]
    lost = [way for way in wished if way.channel not in reach]
    if lost and "email" in reach and not any(way.channel != "inapp" for way in ways):
        ways = [Way("email", lost[0].after), *ways]
    return tuple(_when(way, wish, urgency, now, decide_by) for way in ways)


def _when(way: Way, wish: Preferences, urgency: Urgency, now: datetime, decide_by: datetime | None) -> Telling:
    at = now + way.after
    why = f"{_span(way.after)} later" if way.after else ""
    if way.channel == "inapp" or urgency == "critical" or wish.quiet is None:
        return Telling(way.channel, at, why)
    wakes = quiet_until(wish.quiet, wish.zone, at)
    if wakes is None:
        return Telling(way.channel, at, why)
    if decide_by is not None and wakes > now + (decide_by - now) / 2:
        return Telling(way.channel, at, "in spite of quiet hours: more than half of the time would be over")
    return Telling(way.channel, wakes, "after quiet hours")


def quiet_until(quiet: Quiet, zone: str, at: datetime) -> datetime | None:
    """Return when the quiet hours that hold at `at` are over, or None if none do."""
    local = at.astimezone(ZoneInfo(zone))
    here = local.time()
    over_midnight = quiet.until <= quiet.begins
    inside = (here >= quiet.begins or here < quiet.until) if over_midnight else quiet.begins <= here < quiet.until
    if not inside or quiet.begins == quiet.until:
        return None
    day = local.date()
    if over_midnight and here >= quiet.begins:
        day += timedelta(days=1)
    wakes = datetime.combine(day, quiet.until, tzinfo=ZoneInfo(zone))
    return max(wakes.astimezone(at.tzinfo), at)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes else f"{int(span.total_seconds())} s"
