"""Open time: vectors of both nights of changed clocks, properties, and an oracle that counts minutes."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalations.calendars import NeverOpens, add_open, is_open, next_opening, open_between
from escalations.terms import Calendar, Window

AMSTERDAM = "Europe/Amsterdam"
MINUTE = timedelta(minutes=1)


def calendar(zone: str, *windows: str, days: range = range(7), holidays: tuple[str, ...] = ()) -> Calendar:
    spans = tuple(window(text) for text in windows)
    return Calendar("test", zone, dict.fromkeys(days, spans), frozenset(map(date.fromisoformat, holidays)))


def window(text: str) -> Window:
    begins, until = text.split("-")
    return Window(time.fromisoformat(begins), time.fromisoformat(until.replace("24:00", "00:00")))


def at(text: str, zone: str = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


OFFICE = calendar(AMSTERDAM, "08:00-17:00", days=range(5), holidays=("2026-04-06", "2026-12-25"))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-04-03T16:00", 2, "2026-04-07T09:00"),  # Friday, then Easter Monday
        ("2026-11-20T16:00", 2, "2026-11-23T09:00"),  # Friday, then an ordinary Monday
        ("2026-11-18T16:00", 2, "2026-11-19T09:00"),
        ("2026-11-18T16:00", 1, "2026-11-18T17:00"),  # an end at closing time is that evening, not the next morning
        ("2026-11-18T05:00", 1, "2026-11-18T09:00"),
        ("2026-11-18T19:00", 1, "2026-11-19T09:00"),
        ("2026-11-21T12:00", 9, "2026-11-23T17:00"),  # from a Saturday
        ("2026-12-24T16:00", 10, "2026-12-28T17:00"),  # over Christmas Day, a Friday
        ("2026-11-18T16:00", 0, "2026-11-18T16:00"),
        ("2026-11-21T16:00", 0, "2026-11-21T16:00"),  # nothing passes at once, open or not
    ],
)
def test_a_wait_in_office_hours_ends_in_office_hours(start, hours, end):
    assert add_open(OFFICE, at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 6), ("2026-03-29", 5), ("2026-10-24", 6), ("2026-10-25", 7), ("2026-10-26", 6)]
)
def test_the_night_has_five_hours_in_spring_and_seven_in_autumn(day, hours):
    night = calendar(AMSTERDAM, "00:00-06:00")
    begin = at(f"{day}T00:00")
    assert open_between(night, begin, at(f"{day}T12:00")) == timedelta(hours=hours)
    assert add_open(night, begin, timedelta(hours=hours)) == at(f"{day}T06:00")


@pytest.mark.parametrize(
    ("zone", "windows", "day", "opens", "closes"),
    [
        # 02:30 is left out in spring: the first moment after the gap, 01:00 UTC.
        (AMSTERDAM, "02:30-06:00", "2026-03-29", "2026-03-29T01:00Z", "2026-03-29T04:00Z"),
        (AMSTERDAM, "00:00-02:30", "2026-03-29", "2026-03-28T23:00Z", "2026-03-29T01:00Z"),
        # 02:30 comes twice in autumn, at 00:30 and 01:30 UTC: begun at the first, ended at the last.
        (AMSTERDAM, "02:30-06:00", "2026-10-25", "2026-10-25T00:30Z", "2026-10-25T05:00Z"),
        (AMSTERDAM, "00:00-02:30", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T01:30Z"),
        (AMSTERDAM, "02:15-02:45", "2026-10-25", "2026-10-25T00:15Z", "2026-10-25T01:45Z"),
        # Lord Howe moves by half an hour: 02:00 becomes 02:30 in October, 02:00 becomes 01:30 in April.
        ("Australia/Lord_Howe", "02:15-06:00", "2026-10-04", "2026-10-03T15:30Z", "2026-10-03T19:00Z"),
        ("Australia/Lord_Howe", "01:45-06:00", "2026-04-05", "2026-04-04T14:45Z", "2026-04-04T19:30Z"),
        ("Australia/Lord_Howe", "00:00-01:45", "2026-04-05", "2026-04-04T13:00Z", "2026-04-04T15:15Z"),
        # Kathmandu keeps 5:45 all year.
        ("Asia/Kathmandu", "09:00-17:00", "2026-03-29", "2026-03-29T03:15Z", "2026-03-29T11:15Z"),
        # Havana's midnight comes twice in autumn and not at all in spring.
        ("America/Havana", "20:00-24:00", "2026-10-31", "2026-11-01T00:00Z", "2026-11-01T04:00Z"),
        ("America/Havana", "00:00-06:00", "2026-11-01", "2026-11-01T04:00Z", "2026-11-01T11:00Z"),
        ("America/Havana", "00:00-06:00", "2026-03-08", "2026-03-08T05:00Z", "2026-03-08T10:00Z"),
        # Nuuk puts the clock back at midnight: the day's last hour comes twice.
        ("America/Nuuk", "22:00-24:00", "2026-10-24", "2026-10-24T23:00Z", "2026-10-25T02:00Z"),
        # St. John's, a minute after midnight, put it back to 23:01 of the day before.
        ("America/St_Johns", "22:00-24:00", "2006-10-28", "2006-10-29T00:30Z", "2006-10-29T03:30Z"),
    ],
)
def test_the_edges_of_a_window_in_a_night_of_changed_clocks(zone, windows, day, opens, closes):
    begins, ends = datetime.fromisoformat(opens), datetime.fromisoformat(closes)
    only = date.fromisoformat(day)
    hours = Calendar("test", zone, {only.weekday(): (window(windows),)})
    assert next_opening(hours, begins - timedelta(hours=5)) == begins
    assert not is_open(hours, begins - MINUTE)
    assert is_open(hours, begins)
    assert is_open(hours, ends - MINUTE)
    assert not is_open(hours, ends)
    assert open_between(hours, begins - timedelta(days=1), ends + timedelta(days=1)) == ends - begins


def test_a_day_that_was_left_out_has_no_hours():
    apia = calendar("Pacific/Apia", "08:00-17:00")
    assert open_between(apia, at("2011-12-29T00:00", "Pacific/Apia"), at("2012-01-01T00:00", "Pacific/Apia")) == (
        timedelta(hours=18)
    )


def test_a_holiday_is_a_day_where_the_calendar_is():
    kiribati = calendar("Pacific/Kiritimati", "08:00-17:00", holidays=("2026-01-01",))
    assert not is_open(kiribati, datetime(2025, 12, 31, 20, tzinfo=UTC))  # 10:00 on 1 January there
    assert is_open(kiribati, datetime(2026, 1, 1, 20, tzinfo=UTC))


def test_windows_may_overlap_and_meet_at_midnight():
    always = calendar(AMSTERDAM, "00:00-13:00", "12:00-24:00")
    begin = at("2026-03-20T00:00")
    assert open_between(always, begin, begin + timedelta(days=30)) == timedelta(days=30)
    assert add_open(always, begin, timedelta(days=30)) == begin + timedelta(days=30)


def test_a_calendar_that_hardly_opens_says_so():
    closed = Calendar("never", AMSTERDAM, {})
    rare = calendar(AMSTERDAM, "08:00-08:01", days=range(1))
    begin = at("2026-03-20T00:00")
    with pytest.raises(NeverOpens):
        add_open(closed, begin, MINUTE)
    with pytest.raises(NeverOpens):
        next_opening(closed, begin)
    with pytest.raises(NeverOpens):
        add_open(rare, begin, timedelta(days=1))
    assert not is_open(closed, begin)
    assert open_between(closed, begin, begin + timedelta(days=100)) == timedelta(0)
    assert open_between(OFFICE, begin, begin - timedelta(days=100)) == timedelta(0)
    with pytest.raises(ValueError, match="below zero"):
        add_open(OFFICE, begin, -MINUTE)


def test_ninety_days_of_open_time_cost_less_than_a_millisecond():
    begin = at("2026-11-18T16:00")
    add_open(OFFICE, begin, timedelta(days=90))
    taken = []
    for _ in range(5):
        started = stopwatch.perf_counter()
        add_open(OFFICE, begin, timedelta(days=90))
        taken.append(stopwatch.perf_counter() - started)
    assert min(taken) < 0.001


ZONES = [AMSTERDAM, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "America/Nuuk"]
ZONES += ["America/Santiago", "Pacific/Chatham", "Africa/Casablanca", "UTC"]
TURNS = ["2026-03-08", "2026-03-28", "2026-03-29", "2026-04-05", "2026-09-06", "2026-09-27", "2026-10-04"]
TURNS += ["2026-10-25", "2026-11-01", "2026-06-15", "2026-02-15", "2026-03-22"]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    hours = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        edges = draw(st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(sorted))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        hours[day] = tuple(Window(quarter(begins), quarter(until)) for begins, until in pairs)
    near = date.fromisoformat(draw(st.sampled_from(TURNS)))
    holidays = draw(st.frozensets(st.integers(-3, 5).map(lambda days: near + timedelta(days=days)), max_size=2))
    return Calendar("drawn", draw(st.sampled_from(ZONES)), hours, holidays)


def quarter(number: int) -> time:
    return time(number // 4 % 24, number % 4 * 15)


@lru_cache(maxsize=200)
def minutes(zone: str, near: date) -> list[tuple[datetime, datetime]]:
    """Return every minute of the eight days around `near`, as (UTC, what the clocks show)."""
    begin = datetime.combine(near, time(), UTC) - timedelta(days=4)
    there = ZoneInfo(zone)
    moments = [begin + number * MINUTE for number in range(8 * 1440)]
    return [(moment, moment.astimezone(there).replace(tzinfo=None, fold=0)) for moment in moments]


def counted(drawn: Calendar, near: date) -> list[bool]:
    """Return of each minute whether the calendar is open, by walking along the clock."""
    clock = minutes(drawn.timezone, near)
    found = [False] * len(clock)
    for day in (near + timedelta(days=number) for number in range(-4, 5)):
        for span in () if day in drawn.holidays else drawn.hours.get(day.weekday(), ()):
            begins, until = datetime.combine(day, span.begins), datetime.combine(day, span.until)
            opens = next((n for n, (_, shown) in enumerate(clock) if shown >= begins), len(clock))
            if span.until == time():
                closes = max((n + 1 for n, (_, shown) in enumerate(clock) if shown.date() == day), default=0)
            else:
                same = [n for n, (_, shown) in enumerate(clock) if shown == until]
                closes = max(same or [n + 1 for n, (_, shown) in enumerate(clock) if shown < until] or [0])
            found[opens:closes] = [True] * max(0, closes - opens)
    return found


@settings(max_examples=60, deadline=None)
@given(calendars(), st.sampled_from(TURNS).map(date.fromisoformat), st.data())
def test_open_time_is_what_counting_minutes_finds(drawn, near, data):
    clock, found = minutes(drawn.timezone, near), counted(drawn, near)
    inner = range(2 * 1440, 6 * 1440)  # what the days beyond the edge cannot touch
    for number in inner[:: data.draw(st.sampled_from([7, 11, 13]))]:
        assert is_open(drawn, clock[number][0]) == found[number]
    low = data.draw(st.integers(inner.start, inner.stop - 2))
    high = data.draw(st.integers(low, inner.stop - 1))
    assert open_between(drawn, clock[low][0], clock[high][0]) == sum(found[low:high]) * MINUTE
    if sum(found[low:high]):
        span = data.draw(st.integers(1, sum(found[low:high]))) * MINUTE
        end = next(n for n in range(low, high + 1) if sum(found[low:n]) * MINUTE == span)
        assert add_open(drawn, clock[low][0], span) == clock[end][0]
        opens = next(n for n in range(low, high) if found[n])
        assert next_opening(drawn, clock[low][0]) == clock[opens][0]


moments = st.timedeltas(timedelta(0), timedelta(days=5_000)).map(lambda span: datetime(2020, 1, 1, tzinfo=UTC) + span)
spans = st.timedeltas(timedelta(0), timedelta(days=40))


@settings(max_examples=300, deadline=None)
@given(calendars(), moments, spans, spans)
def test_adding_and_measuring_are_each_others_inverse(drawn, start, span, more):
    try:
        end, later = add_open(drawn, start, span), add_open(drawn, start, span + more)
    except NeverOpens:
        return
    assert open_between(drawn, start, end) == span
    assert start <= end <= later
    assert add_open(drawn, end, more) == later
    assert open_between(drawn, start, later) == open_between(drawn, start, end) + open_between(drawn, end, later)
    assert open_between(drawn, start, later) <= later - start
    if span:
        assert open_between(drawn, start, end - timedelta(microseconds=1)) < span


@settings(max_examples=200, deadline=None)
@given(calendars(), moments)
def test_the_next_opening_is_the_first_open_moment(drawn, start):
    try:
        opens = next_opening(drawn, start)
    except NeverOpens:
        return
    assert is_open(drawn, opens)
    assert open_between(drawn, start, opens) == timedelta(0)
    assert (opens == start) == is_open(drawn, start)
