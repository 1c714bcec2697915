"""The timetable of a chain, its clock, and its snapshot."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalations.plan import (
    MOST_ENTRIES,
    WALL,
    Clock,
    Entry,
    calendar_from,
    calendar_json,
    clock_from,
    due,
    target_from,
    target_json,
    timetable,
    unreachable,
)
from escalations.terms import Calendar, Chain, Step, Target, Window

HOUR = timedelta(hours=1)
TEAM = Target("team", "finance")


def chain(*steps: Step, within: timedelta = 4 * HOUR) -> Chain:
    return Chain("standard", within, steps=steps)


def keys(built: Chain) -> list[tuple[str, float]]:
    return [(entry.key, entry.after / HOUR) for entry in timetable(built)]


def test_shares_are_of_the_time_to_decide():
    steps = (Step(Decimal("0.25"), "remind"), Step(Decimal("0.5"), "add", TEAM), Step(Decimal("0.9"), "warn"))
    assert timetable(chain(*steps)) == (
        Entry("1", HOUR, "remind"),
        Entry("2", 2 * HOUR, "add", TEAM),
        Entry("3", timedelta(hours=3, minutes=36), "warn"),
    )


def test_a_repeat_runs_the_steps_before_it_again():
    steps = (
        Step(HOUR, "remind"),
        Step(2 * HOUR, "add", TEAM),
        Step(3 * HOUR, "repeat", first=1, times=2),
        Step(10 * HOUR, "warn"),
    )
    assert keys(chain(*steps)) == [("1", 1), ("2", 2), ("1.1", 4), ("2.1", 5), ("1.2", 7), ("2.2", 8), ("4", 10)]


def test_a_repeat_of_later_steps_takes_the_time_from_the_step_before_them():
    steps = (Step(HOUR, "remind"), Step(2 * HOUR, "remind"), Step(4 * HOUR, "repeat", first=2, times=1))
    assert keys(chain(*steps)) == [("1", 1), ("2", 2), ("2.1", 5)]


def test_two_repeats_count_on_and_the_second_repeats_what_the_first_did():
    steps = (
        Step(HOUR, "remind"),
        Step(2 * HOUR, "repeat", first=1, times=1),
        Step(6 * HOUR, "repeat", first=1, times=1),
    )
    assert keys(chain(*steps)) == [("1", 1), ("1.1", 3), ("1.2", 7), ("1.3", 9)]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([Step(2 * HOUR, "remind"), Step(HOUR, "warn")], "step 2 stands before step 1"),
        ([Step(Decimal("0.5"), "remind"), Step(HOUR, "warn")], "step 2 stands before step 1"),
        ([Step(HOUR, "repeat", first=1)], "step 1 repeats from a step before it"),
        ([Step(HOUR, "remind"), Step(2 * HOUR, "repeat", first=2)], "repeats from a step before it"),
        ([Step(HOUR, "remind"), Step(2 * HOUR, "repeat", first=0)], "repeats from a step before it"),
        ([Step(HOUR, "remind"), Step(2 * HOUR, "repeat", times=0)], "at least once"),
        ([Step(timedelta(0), "remind"), Step(timedelta(0), "repeat")], "takes no time"),
        ([Step(HOUR, "remind"), Step(2 * HOUR, "repeat", times=10**12)], "more than 100"),
        ([Step(HOUR, "remind")] * 101, "more than 100"),
        ([Step(HOUR, "remind")] * 60 + [Step(2 * HOUR, "repeat")], "more than 100"),
    ],
)
def test_a_chain_that_cannot_be_run_is_refused(steps, says):
    with pytest.raises(ValueError, match=says):
        timetable(chain(*steps))


def test_what_stands_at_the_end_or_after_it_is_never_done():
    steps = (Step(Decimal("0.5"), "remind"), Step(Decimal(1), "warn"), Step(5 * HOUR, "add", TEAM))
    assert unreachable(chain(*steps)) == ("2", "3")
    assert unreachable(chain(Step(HOUR, "remind"), Step(2 * HOUR, "repeat", times=2), within=5 * HOUR)) == ("1.2",)
    assert unreachable(chain()) == ()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=6).map(sorted), st.data())
def test_a_timetable_is_in_order_with_distinct_keys_of_the_right_number(minutes, data):
    steps = [Step(timedelta(minutes=minute), "remind") for minute in minutes]
    first = data.draw(st.integers(1, len(steps)))
    times = data.draw(st.integers(1, 20))
    steps.append(Step(timedelta(minutes=minutes[-1] + 5), "repeat", first=first, times=times))
    again = (len(minutes) - first + 1) * times
    built = chain(*steps)
    if len(minutes) + again > MOST_ENTRIES:
        with pytest.raises(ValueError, match="more than 100"):
            timetable(built)
        return
    found = timetable(built)
    assert len(found) == len(minutes) + again == len({entry.key for entry in found})
    assert [entry.after for entry in found] == sorted(entry.after for entry in found)
    lap = timedelta(minutes=minutes[-1] + 5 - (minutes[first - 2] if first > 1 else 0))
    by_key = {entry.key: entry.after for entry in found}
    for number in range(first, len(minutes) + 1):
        for turn in range(1, times + 1):
            assert by_key[f"{number}.{turn}"] == by_key[str(number)] + turn * lap


OFFICE = Calendar(
    "office",
    "Europe/Amsterdam",
    dict.fromkeys(range(5), (Window(time(8), time(12)), Window(time(13), time(0)))),
    frozenset({date(2026, 12, 25), date(2026, 1, 1)}),
)


def test_a_clock_counts_elapsed_time_or_a_calendars():
    friday = datetime(2026, 11, 20, 10, tzinfo=UTC)  # 11:00 there
    assert WALL.add(friday, 2 * HOUR) == friday + 2 * HOUR
    assert Clock(OFFICE).add(friday, 2 * HOUR) == friday + 3 * HOUR  # over lunch
    assert WALL.between(friday, friday + HOUR) == HOUR
    assert Clock(OFFICE).between(friday, friday + 2 * HOUR) == HOUR
    assert WALL.between(friday, friday - HOUR) == Clock(OFFICE).between(friday, friday - HOUR) == timedelta(0)


def test_what_was_due_before_the_anchor_is_due_at_it():
    anchor = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert due(WALL, anchor, elapsed=HOUR, after=3 * HOUR) == anchor + 2 * HOUR
    assert due(WALL, anchor, elapsed=3 * HOUR, after=HOUR) == anchor
    assert due(Clock(OFFICE), anchor, elapsed=3 * HOUR, after=HOUR) == anchor
    assert due(Clock(OFFICE), anchor, elapsed=HOUR, after=3 * HOUR) == anchor + 3 * HOUR


def test_a_snapshot_says_the_same():
    assert calendar_from(json.loads(json.dumps(calendar_json(OFFICE)))) == OFFICE
    assert clock_from({"clock": "office", "calendar": calendar_json(OFFICE)}) == Clock(OFFICE)
    assert clock_from({"clock": "wall", "calendar": None}) == clock_from({"clock": "wall"}) == WALL
    for target in (TEAM, Target("schedule", "duty", "next"), Target("manager_of", "asked")):
        assert target_from(target_json(target)) == target
    assert target_json(Target("schedule", "duty", "next")) == {"schedule": "duty", "who": "next"}
    assert target_json(TEAM) == {"team": "finance"}
    for entry in (
        Entry("2.1", timedelta(seconds=90.25), "add", TEAM),
        Entry("1", HOUR, "webhook", None, "https://x.test"),
    ):
        assert Entry.from_json(json.loads(json.dumps(entry.to_json()))) == entry
