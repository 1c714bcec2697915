"""Who is on call: whole days keep their local time, hours are elapsed time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalations.schedules import Shift, next_on_call, on_call, shift_of
from escalations.terms import Schedule

ANA, BO, CHI = "ana@acme.test", "bo@acme.test", "chi@acme.test"
WEEK = timedelta(weeks=1)
START = datetime.fromisoformat("2026-01-01T00:00")


def schedule(
    starts: str = "2026-11-02T09:00", every: timedelta = WEEK, zone: str = "Europe/Amsterdam", people=(ANA, BO)
):
    return Schedule("duty", zone, tuple(people), every, datetime.fromisoformat(starts))


def at(text: str, zone: str = "Europe/Amsterdam") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def turn(on: Schedule, moment: datetime) -> Shift:
    found = shift_of(on, moment)
    assert found
    return found


@pytest.mark.parametrize(
    ("moment", "now", "then"),
    [
        ("2026-11-02T08:59", None, ANA),  # before it starts nobody is, and the first comes next
        ("2026-11-02T09:00", ANA, BO),
        ("2026-11-09T08:59", ANA, BO),
        ("2026-11-09T09:00", BO, ANA),
        ("2026-11-16T09:00", ANA, BO),
        ("2027-03-29T08:59", ANA, BO),  # after the clocks went forward it is still nine o'clock
        ("2027-03-29T09:00", BO, ANA),
    ],
)
def test_a_week_changes_hands_at_the_same_local_time(moment, now, then):
    assert on_call(schedule(), at(moment)) == now
    assert next_on_call(schedule(), at(moment)) == then


def test_turns_of_days_are_23_and_25_hours_long_in_the_nights_of_changed_clocks():
    daily = schedule("2026-01-01T09:00", timedelta(days=1))
    spring, autumn = turn(daily, at("2026-03-28T12:00")), turn(daily, at("2026-10-24T12:00"))
    assert spring.ends - spring.begins == timedelta(hours=23)
    assert autumn.ends - autumn.begins == timedelta(hours=25)


def test_turns_of_hours_are_elapsed_time():
    half_days = schedule("2026-03-28T20:00", timedelta(hours=12))
    shift = turn(half_days, at("2026-03-29T09:30"))
    assert (shift.number, shift.person) == (1, BO)
    assert shift.begins == at("2026-03-29T09:00")  # eleven hours on the clock: one was left out
    assert shift.ends == at("2026-03-29T21:00")


def test_a_handover_that_the_clocks_leave_out_is_right_after_the_gap():
    nightly = schedule("2026-03-20T02:30", timedelta(days=1))
    assert turn(nightly, at("2026-03-29T12:00")).begins == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert turn(nightly, at("2026-10-25T12:00")).begins == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_one_person_is_always_on_call_and_nobody_never():
    assert next_on_call(schedule(people=[ANA]), at("2026-12-01T00:00")) == ANA
    assert on_call(schedule(people=[]), at("2026-12-01T00:00")) is None
    assert next_on_call(schedule(people=[]), at("2026-12-01T00:00")) is None


def test_a_start_with_an_offset_is_that_moment():
    aware = schedule("2026-11-02T08:00+00:00")
    assert on_call(aware, at("2026-11-02T08:59")) is None
    assert on_call(aware, at("2026-11-02T09:00")) == ANA


def test_a_turn_beyond_the_last_year_never_ends():
    endless = schedule("2026-11-02T09:00", timedelta(days=3_000_000))
    assert on_call(endless, at("2500-01-01T00:00")) == ANA
    assert turn(endless, at("2500-01-01T00:00")).ends.year == 9999


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["Europe/Amsterdam", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "America/Nuuk"]),
    st.sampled_from([timedelta(hours=7), timedelta(minutes=90), timedelta(days=1), timedelta(days=3), WEEK]),
    st.integers(0, 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    st.timedeltas(timedelta(0), timedelta(days=200)),
)
def test_turns_follow_each_other_without_gap(zone, every, starts, later):
    people = (ANA, BO, CHI)
    drawn = Schedule("duty", zone, people, every, starts)
    begin = starts.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moment = begin + timedelta(hours=2) + later
    shift = turn(drawn, moment)
    assert shift.begins <= moment < shift.ends
    assert shift.person == people[shift.number % 3] == on_call(drawn, moment)
    after = turn(drawn, shift.ends)
    assert (after.number, after.begins) == (shift.number + 1, shift.ends)
    assert next_on_call(drawn, moment) == after.person
    assert turn(drawn, shift.ends - timedelta(microseconds=1)) == shift
    if shift.number:
        assert turn(drawn, shift.begins - timedelta(microseconds=1)).number == shift.number - 1


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["Europe/Amsterdam", "America/Santiago", "Australia/Lord_Howe"]))
def test_walking_day_by_day_finds_the_same_people(zone):
    """The oracle: from local midnight to local midnight, whoever's date it is."""
    people = (ANA, BO, CHI)
    noon = START.replace(hour=12)
    daily = Schedule("duty", zone, people, timedelta(days=1), noon)
    moment = noon.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for _ in range(365 * 24):
        shown = moment.astimezone(ZoneInfo(zone))
        days = (shown.date() - START.date()).days - (shown.hour < 12)
        assert on_call(daily, moment) == people[days % 3]
        moment += timedelta(hours=1)
