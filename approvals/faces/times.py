"""Moments in words: short and relative in lists, absolute in sentences. Never "soon" or "recently"."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SOON = timedelta(minutes=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone called `name`; UTC where there is no such zone."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def left(at: datetime, now: datetime) -> str:
    """Return how long is left until `at`, for lists: "12 min", "1 h 02", "3 h", "2 d"."""
    span = max(at - now, timedelta(0))
    if span < MINUTE:
        return "under 1 min"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < 2 * DAY:
        hours, minutes = span // HOUR, span % HOUR // MINUTE
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    return f"{span // DAY} d"


def left_spoken(at: datetime, now: datetime) -> str:
    """Return how long is left, to be read aloud: "12 minutes left", "1 hour 2 minutes left"."""
    span = max(at - now, timedelta(0))
    if span < MINUTE:
        return "under a minute left"
    days, hours, minutes = span // DAY, span % DAY // HOUR, span % HOUR // MINUTE
    parts = [many(days, "day")] if days else []
    parts += [many(hours, "hour")] if hours else []
    parts += [many(minutes, "minute")] if minutes and not days else []
    return f"{' '.join(parts)} left"


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago `at` was: "20 seconds ago", "32 min ago", "3 h ago", "2 days ago"."""
    span = max(now - at, timedelta(0))
    if span < MINUTE:
        return f"{many(max(int(span.total_seconds()), 1), 'second')} ago"
    if span < HOUR:
        return f"{span // MINUTE} min ago"
    if span < DAY:
        return f"{span // HOUR} h ago"
    return f"{many(span // DAY, 'day')} ago"


def clock(at: datetime, now: datetime, zone: str) -> str:
    """Return the time of day in `zone`, with the date when it is not today: "14:10", "21 Nov, 14:10"."""
    here = zone_of(zone)
    local, today = at.astimezone(here), now.astimezone(here)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return day(at, now, zone) + f", {local:%H:%M}"


def dated(at: datetime, now: datetime, zone: str) -> str:
    """Return the time of day in `zone` with its date, today's too: "21 Nov, 14:10"."""
    return f"{day(at, now, zone)}, {at.astimezone(zone_of(zone)):%H:%M}"


def day(at: datetime, now: datetime, zone: str) -> str:
    """Return the calendar day in `zone`: "4 Nov", with the year when it is another one: "4 Nov 2025"."""
    here = zone_of(zone)
    local = at.astimezone(here)
    year = "" if local.year == now.astimezone(here).year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


def length(span: timedelta) -> str:
    """Return a length: "45 s", "3 min 04", "1 h 30", "2 d"."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02}" if seconds % 60 else f"{seconds // 60} min"
    if seconds < 2 * 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02}" if seconds % 3600 // 60 else f"{seconds // 3600} h"
    return f"{seconds // 86400} d"


def is_soon(at: datetime, now: datetime) -> bool:
    """Tell whether so little is left that the list says so."""
    return at - now <= SOON


def many(count: int, word: str) -> str:
    """Return a count with its noun: `many(1, "day")` is "1 day", `many(2, "day")` is "2 days"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
