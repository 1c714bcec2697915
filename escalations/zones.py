"""Local times made into moments, where a zone's clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone called `name`. Raises ZoneInfoNotFoundError (a KeyError) if there is none."""
    return ZoneInfo(name)


def first(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at which clocks in `zone` show `local`, a naive time.

    A time that the clocks leave out is the first moment after the gap: 02:30 in the spring night is 03:00.
    """
    return _moments(local, zone)[0]


def last(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment (UTC) at which clocks in `zone` show `local`; after the gap if they never do."""
    return _moments(local, zone)[1]


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) at which the local `day` is over for good.

    Where the clocks go back over midnight (as they did in St. John's) the day's last hour comes twice; where midnight
    itself comes twice (Havana), the day is over at the first.
    """
    midnight = datetime.combine(day + timedelta(days=1), time())
    earlier, later = _moments(midnight, zone)
    return later if (later - SECOND).astimezone(zone).date() == day else earlier


def _moments(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the last moment that `zone` shows as `local`; in a gap, twice the moment after it."""
    before = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    after = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if before <= after:
        return before, after
    moved = _change(after, before, zone)
    return moved, moved


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the second between `low` and `high` from which the zone's new offset holds."""
    old = low.astimezone(zone).utcoffset()
    span = int((high - low) / SECOND)
    below, above = 0, span
    while above - below > 1:
        middle = (below + above) // 2
        if (low + middle * SECOND).astimezone(zone).utcoffset() == old:
            below = middle
        else:
            above = middle
    return (low + above * SECOND).replace(microsecond=0)
