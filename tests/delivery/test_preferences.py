"""How one person hears of one thing: in their order, after quiet hours where that leaves time, and never not at all."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.preferences import (
    AFTER_QUIET,
    AT_HALF,
    CHANNELS,
    IN_SPITE,
    URGENCIES,
    Preferences,
    Quiet,
    Way,
    quiet_until,
    tellings,
    urgency_of,
)

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine, at times
NIGHT = Quiet(time(22), time(8))
ZONE = "Europe/Amsterdam"


def local(text: str, zone: str = ZONE, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "until"),
    [
        (NIGHT, ZONE, "2026-11-22T03:00", "2026-11-22T08:00"),
        (NIGHT, ZONE, "2026-11-21T22:00", "2026-11-22T08:00"),
        (NIGHT, ZONE, "2026-11-21T21:59", None),
        (NIGHT, ZONE, "2026-11-22T08:00", None),
        (NIGHT, "Asia/Kolkata", "2026-11-22T07:59", "2026-11-22T08:00"),
        (NIGHT, "America/St_Johns", "2026-12-31T23:30", "2027-01-01T08:00"),
        (Quiet(time(12), time(13, 30)), ZONE, "2026-11-22T12:45", "2026-11-22T13:30"),
        (Quiet(time(12), time(13, 30)), ZONE, "2026-11-22T13:30", None),
        (Quiet(time(0), time(6)), ZONE, "2026-11-22T00:00", "2026-11-22T06:00"),
        (Quiet(time(9), time(9)), ZONE, "2026-11-22T09:00", None),
    ],
)
def test_quiet_hours_are_local(quiet: Quiet, zone: str, at: str, until: str | None) -> None:
    found = quiet_until(quiet, zone, local(at, zone))
    assert found == (local(until, zone) if until else None)


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("2026-03-29T22:00", 10),  # an ordinary night
        ("2026-03-28T22:00", 9),  # the clocks are put forward in it
        ("2026-10-24T22:00", 11),  # and back
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall_over_both_changes(at: str, hours: int) -> None:
    begins = local(at)
    ends = quiet_until(NIGHT, ZONE, begins)
    assert ends is not None
    assert ends.astimezone(ZoneInfo(ZONE)).time() == time(8)
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours)


def test_an_hour_that_is_left_out_and_one_that_comes_twice() -> None:
    short = Quiet(time(1), time(2, 30))
    assert quiet_until(short, ZONE, local("2026-03-29T01:59")) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert quiet_until(short, ZONE, local("2026-03-29T03:00")) is None
    for fold in (0, 1):
        found = quiet_until(short, ZONE, local("2026-10-25T02:15", fold=fold))
        assert found == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    late = Quiet(time(2, 30), time(6))
    assert quiet_until(late, ZONE, local("2026-03-29T03:00")) == datetime(2026, 3, 29, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("risk", ["low", "medium", "high", "critical"])
def test_urgency_comes_from_the_risk(risk: str) -> None:
    assert urgency_of(risk) == {"medium": "low"}.get(risk, risk)


SLEEPER = Preferences(quiet=NIGHT, zone=ZONE)
AT = local("2026-11-22T03:00")


def told(wish: Preferences, urgency: Any, *, hours: float | None, able: Any = CHANNELS, at: datetime = AT) -> Any:
    until = None if hours is None else at + timedelta(hours=hours)
    return [
        (one.channel, round((one.at - at).total_seconds() / 60), one.why)
        for one in tellings(wish, urgency, now=at, decide_by=until, able=able)
    ]


@pytest.mark.parametrize(
    ("urgency", "hours", "minutes", "why"),
    [
        ("low", 24, 300, AFTER_QUIET),
        ("low", 10, 300, AFTER_QUIET),  # exactly half
        ("low", 9.9, 0, IN_SPITE),
        ("low", None, 300, AFTER_QUIET),
        ("high", 24, 300, AFTER_QUIET),
        ("high", 4, 0, IN_SPITE),
        ("critical", 24, 0, ""),
    ],
)
def test_nothing_is_put_off_past_half_of_the_time(urgency: str, hours: float | None, minutes: int, why: str) -> None:
    assert told(SLEEPER, urgency, hours=hours) == [("slack", minutes, why), ("email", minutes, why), ("inapp", 0, "")]


def test_channels_come_in_their_order_with_their_delays() -> None:
    wish = Preferences({"high": (Way("email", timedelta(minutes=10)), Way("slack"))}, zone=ZONE)
    later = "10 min later, if still asked"
    assert told(wish, "high", hours=4) == [("email", 10, later), ("slack", 0, ""), ("inapp", 0, "")]
    assert told(wish, "high", hours=0.1) == [("email", 3, AT_HALF), ("slack", 0, ""), ("inapp", 0, "")]
    assert told(wish, "low", hours=4) == [("slack", 0, ""), ("email", 0, ""), ("inapp", 0, "")]


def test_slack_without_an_account_is_mail() -> None:
    only = Preferences({"high": (Way("slack"),), "low": (Way("inapp"),)}, zone=ZONE)
    unlinked = ("email", "inapp")
    assert told(only, "high", hours=4, able=unlinked) == [("email", 0, ""), ("inapp", 0, "")]
    assert told(only, "low", hours=4, able=unlinked) == [("inapp", 0, "")]
    assert told(Preferences(), "low", hours=4, able=unlinked) == [("email", 0, ""), ("inapp", 0, "")]
    assert told(only, "high", hours=4, able=()) == [("inapp", 0, "")]


ways = st.lists(
    st.builds(Way, st.sampled_from(CHANNELS), st.timedeltas(timedelta(0), timedelta(days=2))),
    max_size=3,
    unique_by=lambda way: way.channel,
).map(tuple)
quiets = st.none() | st.builds(Quiet, st.times(), st.times())
zones = st.sampled_from(["UTC", ZONE, "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"])
moments = st.timedeltas(timedelta(0), timedelta(days=2200)).map(lambda span: datetime(2024, 1, 1, tzinfo=UTC) + span)


@BUSY
@given(
    st.dictionaries(st.sampled_from(URGENCIES), ways),
    quiets,
    zones,
    st.sampled_from(URGENCIES),
    moments,
    st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=30)),
    st.sets(st.sampled_from(CHANNELS)),
)
def test_somebody_always_hears_and_never_before_nor_after_half(
    by_urgency: Any, quiet: Any, zone: str, urgency: Any, now: datetime, time_left: timedelta | None, able: Any
) -> None:
    until = None if time_left is None else now + time_left
    found = tellings(Preferences(by_urgency, quiet, zone), urgency, now=now, decide_by=until, able=able)
    assert sum(one.channel == "inapp" for one in found) == 1
    assert len({one.channel for one in found}) == len(found)
    assert {one.channel for one in found} <= {*able, "inapp"}
    wished = by_urgency.get(urgency) or tuple(map(Way, CHANNELS))
    if "email" in able and any(way.channel != "inapp" for way in wished):
        assert any(one.channel != "inapp" for one in found)
    for one in found:
        assert one.at >= now
        if until is not None:
            assert one.at <= now + max(time_left or timedelta(0), timedelta(0)) / 2
        if urgency == "critical":
            assert not one.is_put_off


@BUSY
@given(quiets.filter(bool), zones, moments)
def test_quiet_hours_end_and_last_less_than_a_day_and_an_hour(quiet: Any, zone: str, at: datetime) -> None:
    ends = quiet_until(quiet, zone, at)
    assert ends is None or at < ends <= at + timedelta(hours=25)
