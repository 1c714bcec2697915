"""Open time: what a business calendar counts, exact over holidays and both nights of changed clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from escalations.terms import Calendar, Window
from escalations.zones import end_of, first, last, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = timedelta(days=1)
MONDAY = date(1969, 12, 29)
"""The Monday that week 0 begins with."""
HORIZON = 523
"""How many weeks are looked through for an opening: ten years."""
KEPT = 2_000
"""How many weeks of one calendar are kept worked out."""
MIDNIGHT = time()

Hours = tuple[tuple[Window, ...], ...]
Span = tuple[int, int]
"""An open stretch: from, and no longer at, in microseconds since 1970."""


class NeverOpens(ValueError):
    """This calendar is not open for as long as was asked within ten years."""


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the calendar is open at the moment `at`."""
    moment = _number(at)
    return any(begins <= moment < ends for begins, ends in _from(calendar, at, weeks=2))


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Return `at` itself if the calendar is open then, else the moment it next opens. Raises NeverOpens."""
    moment = _number(at)
    for begins, ends in _from(calendar, at, weeks=HORIZON):
        if moment < ends:
            return _moment(max(begins, moment))
    raise NeverOpens(f"calendar {calendar.slug} does not open within ten years")


def add_open(calendar: Calendar, start: datetime, span: timedelta) -> datetime:
    """Return the first moment by which `span` of open time has passed since `start`.

    Two hours from Friday 16:00 on a calendar of 08:00 to 17:00 end on Monday at 09:00. A span of nothing ends at
    `start`. Raises NeverOpens if it does not end within ten years, and ValueError for a span below zero.
    """
    if span < timedelta(0):
        raise ValueError("a span of open time is not below zero")
    if not span:
        return start
    left = span // MICROSECOND
    moment = _number(start)
    for begins, ends in _from(calendar, start, weeks=HORIZON):
        counted = max(begins, moment)
        if counted + left <= ends:
            return _moment(counted + left)
        left -= max(0, ends - counted)
    raise NeverOpens(f"calendar {calendar.slug} is not open for {span} within ten years")


def open_between(calendar: Calendar, start: datetime, until: datetime) -> timedelta:
    """Return how long the calendar is open from `start` until `until`; nothing if `until` is not later."""
    low, high = _number(start), _number(until)
    if high <= low:
        return timedelta(0)
    weeks = (until - start) // (7 * DAY) + 4
    found = 0
    for begins, ends in _from(calendar, start, weeks=weeks):
        if begins >= high:
            break
        found += max(0, min(ends, high) - max(begins, low))
    return found * MICROSECOND


def _number(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _moment(number: int) -> datetime:
    return EPOCH + number * MICROSECOND


def _from(calendar: Calendar, start: datetime, *, weeks: int) -> Iterator[Span]:
    """Yield the open stretches in order, none overlapping, from some that may end before `start`."""
    almanac = _almanac(calendar.timezone, tuple(calendar.hours.get(day, ()) for day in range(7)), calendar.holidays)
    week = ((start.astimezone(UTC).date() - MONDAY).days - 1) // 7
    open_from, open_until = 0, None
    for number in range(week, week + weeks + 1):
        for begins, ends in almanac.week(number):
            if open_until is not None and begins <= open_until:
                open_until = max(open_until, ends)
                continue
            if open_until is not None:
                yield open_from, open_until
            open_from, open_until = begins, ends
    if open_until is not None:
        yield open_from, open_until


class _Almanac:
    """The open stretches of one calendar, worked out week by week and kept."""

    def __init__(self, zone: ZoneInfo, hours: Hours, holidays: frozenset[date]) -> None:
        self.zone = zone
        self.hours = hours
        self.holidays = holidays
        self.weeks: dict[int, tuple[Span, ...]] = {}

    def week(self, number: int) -> tuple[Span, ...]:
        """Return the open stretches of the seven local days from Monday `number` weeks after MONDAY."""
        kept = self.weeks.get(number)
        if kept is None:
            if len(self.weeks) >= KEPT:
                self.weeks = {}
            kept = self.weeks[number] = tuple(sorted(self._work_out(MONDAY + 7 * number * DAY)))
        return kept

    def _work_out(self, monday: date) -> Iterator[Span]:
        """Yield what is open in the week from `monday`; a day on which no clock moves is plain arithmetic."""
        starts = datetime.combine(monday, MIDNIGHT, self.zone)
        for windows in self.hours:
            ends = starts + DAY
            on = starts.date()
            if windows and on not in self.holidays:
                if starts.utcoffset() == ends.replace(fold=1).utcoffset():
                    yield from _plain(_number(starts), windows)
                else:
                    yield from _odd(on, windows, self.zone)
            starts = ends


def _plain(midnight: int, windows: tuple[Window, ...]) -> Iterator[Span]:
    for window in windows:
        begins, until = _seconds(window.begins), _seconds(window.until) or 86_400
        if begins < until:
            yield midnight + begins * SECOND, midnight + until * SECOND


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _odd(on: date, windows: tuple[Window, ...], zone: ZoneInfo) -> Iterator[Span]:
    """Yield the windows of a day on which the clocks move: begun at the first such time, ended at the last."""
    for window in windows:
        begins = _number(first(datetime.combine(on, window.begins), zone))
        if window.until == MIDNIGHT:
            until = _number(end_of(on, zone))
        else:
            until = _number(last(datetime.combine(on, window.until), zone))
        if begins < until and (window.begins < window.until or window.until == MIDNIGHT):
            yield begins, until


@lru_cache(maxsize=256)
def _almanac(timezone: str, hours: Hours, holidays: frozenset[date]) -> _Almanac:
    return _Almanac(zone_of(timezone), hours, holidays)
