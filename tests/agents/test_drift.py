"""What a lane did of late beside its own past: what changed is found, and what did not is left alone."""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.drift import (
    ALPHA,
    CONFIDENCE,
    ESCALATED,
    FAILED,
    FEWEST_PAST,
    LATEST,
    OVERRIDDEN,
    Figure,
    Seen,
    alarms,
    compare,
    reason,
    tail,
)

NOW = 1000.0


def stream(days_back: float, a_day: float, random: Random, *, until: float = 0.0, rate: float = 0.1) -> list[Seen]:
    """Return actions from so many days ago until `until` days ago, of which each signal hits `rate`."""
    count = int((days_back - until) * a_day)
    hits = [[random.random() < rate for _ in range(3)] for _ in range(count)]
    return [
        Seen(NOW - days_back + number / a_day, failed=one[0], escalated=one[1], overridden=one[2])
        for number, one in enumerate(hits)
    ]


def of(name: str, figures: tuple[Figure, ...]) -> Figure:
    return next(one for one in figures if one.signal == name)


@given(st.integers(0, 12), st.integers(0, 12), st.data())
def test_the_tail_is_that_of_the_hypergeometric_law(recent: int, past: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, recent + past))
    least = data.draw(st.integers(0, recent))
    exact = sum(comb(hits, k) * comb(recent + past - hits, recent - k) for k in range(least, recent + 1) if k <= hits)
    assert tail(least, recent, hits, recent + past) == pytest.approx(exact / comb(recent + past, recent), abs=1e-12)


def test_a_share_that_triples_is_found_within_the_window() -> None:
    found = 0
    for seed in range(40):
        random = Random(seed)
        before = stream(60, 30, random, until=6.5)
        now = stream(6.5, 31, random, rate=0.3)
        found += of(OVERRIDDEN, compare(before + now, now=NOW)).is_alarming
    assert found >= 36


def test_a_rare_error_that_triples_is_found_in_a_busy_lane() -> None:
    for seed in range(10):
        random = Random(seed)
        seen = stream(40, 150, random, until=6.9, rate=0.05) + stream(6.9, 150, random, rate=0.15)
        figure = of(FAILED, compare(seen, now=NOW))
        assert figure.is_alarming, figure
        assert figure.recent_of in LATEST


@pytest.mark.parametrize(("rate", "a_day"), [(0.02, 30), (0.1, 30), (0.3, 200)])
def test_a_lane_that_never_changes_is_left_alone(rate: float, a_day: int) -> None:
    """Look every hour of two lane-years, as `compare` does, with sums instead of lists."""
    random = Random(5)
    hits = [0, *accumulate(random.random() < rate for _ in range((2 * 365 + 97) * a_day))]
    least = 1.0
    ends = (int(hour / 24 * a_day) for hour in range(97 * 24, (2 * 365 + 97) * 24))
    for end in ends:
        for most in LATEST:
            begin = end - min(most, 7 * a_day)
            past = begin - 90 * a_day
            late, all_ = hits[end] - hits[begin], hits[end] - hits[past]
            if late * (end - past) > 1.2 * all_ * (end - begin):
                least = min(least, tail(late, end - begin, all_, end - past))
    assert least > 10 * ALPHA, "not even near"


def test_confidence_that_falls_or_rises_is_found() -> None:
    def sure(value: float, days_back: float, until: float, spread: float = 0.0) -> list[Seen]:
        random = Random(3)
        count = int((days_back - until) * 20)
        return [
            Seen(NOW - days_back + number / 20, confidence=min(1.0, value + random.uniform(-spread, spread)))
            for number in range(count)
        ]

    for before, after, spread, is_other in (
        (0.9, 0.9, 0.0, False),
        (0.9, 0.9, 0.05, False),
        (0.9, 0.6, 0.0, True),
        (0.6, 0.99, 0.0, True),
        (0.9, 0.8, 0.05, True),
    ):
        figures = compare(sure(before, 60, 5, spread) + sure(after, 5, 0, spread), now=NOW)
        assert of(CONFIDENCE, figures).is_alarming == is_other, (before, after, spread)
        assert not any(one.enough for one in figures if one.signal != CONFIDENCE)


def test_fewer_errors_are_no_alarm_and_too_few_actions_say_nothing() -> None:
    random = Random(1)
    better = stream(60, 30, random, until=6, rate=0.4) + stream(6, 30, random, rate=0.02)
    assert alarms(compare(better, now=NOW)) == ()
    young = stream(8, 20, random, until=6, rate=0.0) + stream(6, 20, random, rate=0.9)
    figure = of(ESCALATED, compare(young, now=NOW))
    assert figure.past_of < FEWEST_PAST
    assert (figure.enough, figure.recent, figure.is_alarming) == (False, None, False)
    assert figure.spoken == "requests that went to further people: too early to compare"
    assert compare([], now=NOW)[0].recent_of == 0


def test_the_past_may_begin_anew() -> None:
    random = Random(1)
    seen = stream(60, 30, random, until=20, rate=0.02) + stream(20, 30, random, rate=0.5)
    assert not alarms(compare(seen, now=NOW, since=NOW - 20))
    assert alarms(compare(seen, now=NOW - 15))


def test_an_alarm_says_what_changed() -> None:
    figures = [Figure(FAILED, 0.31, 200, 0.1, 1640, 1e-12), Figure(CONFIDENCE, 0.625, 200, 0.9, 1640, 1e-12)]
    assert reason(figures) == (
        "Requests do not look like before (executions that failed: 31% of the last 200, 10% of the 1,640 before; "
        "mean confidence: 62% of the last 200, 90% of the 1,640 before)"
    )


def test_the_windows_grow() -> None:
    assert all(one < other for one, other in pairwise(LATEST))
