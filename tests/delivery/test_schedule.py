"""When a failed try is repeated: pure, in tables and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.schedule import LONGEST, next_try, retry_after, wait

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DRAWS = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempts", "draw", "seconds"),
    [
        (1, 0.999, 4.995),
        (2, 0.5, 5),
        (3, 0.5, 10),
        (5, 0.5, 40),
        (10, 0.5, 1280),
        (12, 0.5, 5120),
        (13, 0.5, 7200),
        (99, 0.5, 7200),
        (1, 0, 1),
    ],
)
def test_the_wait_doubles_up_to_four_hours(attempts: int, draw: float, seconds: float) -> None:
    assert wait(attempts, draw=draw).total_seconds() == pytest.approx(seconds)


@given(st.integers(1, 10_000), DRAWS, st.none() | st.timedeltas(timedelta(0), timedelta(days=30)))
def test_the_wait_is_never_short_of_a_second_nor_of_what_was_asked(
    attempts: int, draw: float, asked: timedelta | None
) -> None:
    pause = wait(attempts, draw=draw, retry_after=asked)
    assert pause >= timedelta(seconds=1)
    assert pause >= (asked or timedelta(0))
    assert pause <= max(LONGEST, asked or timedelta(0))


@given(st.integers(1, 200), DRAWS, st.none() | st.timedeltas(timedelta(0), timedelta(days=300)))
def test_no_try_is_later_than_the_window_and_one_is_at_its_end(
    attempts: int, draw: float, asked: timedelta | None
) -> None:
    ends = NOW + timedelta(minutes=1)
    due = next_try(attempts, at=NOW, give_up_at=ends, draw=draw, retry_after=asked)
    assert due is not None
    assert NOW < due <= ends
    assert next_try(attempts, at=ends, give_up_at=ends, draw=draw, retry_after=asked) is None


@given(st.lists(DRAWS, min_size=400, max_size=400))
def test_72_hours_are_a_bounded_number_of_tries(draws: list[float]) -> None:
    at, tries = NOW, 0
    for tries, draw in enumerate(draws, start=1):
        due = next_try(tries, at=at, give_up_at=NOW + timedelta(hours=72), draw=max(draw, 0.2))
        if due is None:
            break
        at = due
    assert 18 <= tries <= 110


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Sat, 21 Nov 2026 10:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 09:00:00 GMT", None),
        ("Saturday, 21-Nov-26 10:01:00 GMT", 60),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("9" * 400, None),
        ("Sat, 99 Nov 2026 10:01:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_is_nothing(header: str | None, seconds: int | None) -> None:
    asked = retry_after(header, at=NOW)
    assert asked == (None if seconds is None else timedelta(seconds=seconds))
