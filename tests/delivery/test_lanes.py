"""Who goes next: pure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from core import ids
from delivery.lanes import ENOUGH, Lanes
from delivery.transports.base import Letter, Result

OK = Result(is_ok=True, status=200)
SILENT = Result(is_ok=False, error="timeout", timed_out=True)


def letter(endpoint: str, *, taken: float = 0.0, org: int = 1) -> Letter:
    """Return a letter to an endpoint."""
    return Letter(org, ids.new(), "callback", "x", None, None, None, endpoint, endpoint, "{}", 1, None, taken)


def test_two_go_abreast_to_one_endpoint_and_the_third_waits() -> None:
    lanes = Lanes(threads=8, abreast=2)
    for _ in range(3):
        lanes.add(letter("a"))
    going = lanes.start(0)
    assert len(going) == 2
    assert lanes.start(0) == []
    lanes.done(going[0], OK, 1)
    assert len(lanes.start(1)) == 1


def test_a_long_lane_does_not_keep_others_waiting() -> None:
    lanes = Lanes(threads=4, abreast=2)
    for _ in range(50):
        lanes.add(letter("big"))
    lanes.add(letter("small"))
    lanes.add(letter("other", org=2))
    assert Counter(one.endpoint for one in lanes.start(0)) == {"big": 2, "small": 1, "other": 1}


def test_organizations_do_not_share_a_lane() -> None:
    lanes = Lanes(threads=4, abreast=1)
    lanes.add(letter("hooks.acme.test:443", org=1))
    lanes.add(letter("hooks.acme.test:443", org=2))
    assert len(lanes.start(0)) == 2


def test_a_silent_endpoint_is_closed_longer_each_time_and_probed_with_one() -> None:
    lanes = Lanes(threads=8, abreast=2)
    at, pauses = 0.0, []
    for _ in range(9):
        lanes.add(letter("a", taken=at))
        lanes.add(letter("a", taken=at))
        (one, *more) = lanes.start(at)
        assert len(more) == (1 if at == 0 else 0), "a probe goes alone"
        for each in (one, *more):
            lanes.done(each, SILENT, at)
        closed = at
        lanes.hand_back(at)
        while lanes.shut(closed):
            closed += 0.5
        pauses.append(closed - at)
        at = closed
    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300, 300]
    lanes.add(letter("a", taken=at))
    (probe,) = lanes.start(at)
    lanes.done(probe, OK, at)
    lanes.add(letter("a"))
    lanes.add(letter("a"))
    assert len(lanes.start(at)) == 2


def test_what_waits_behind_a_silent_endpoint_is_handed_back_unsent() -> None:
    lanes = Lanes(threads=8, abreast=2)
    for _ in range(5):
        lanes.add(letter("a"))
    first, _ = lanes.start(0)
    assert lanes.hand_back(0) == []
    lanes.done(first, SILENT, 10)
    assert len(lanes.hand_back(10)) == 3
    assert lanes.waiting == 0


def test_what_waited_almost_as_long_as_its_lease_is_handed_back() -> None:
    lanes = Lanes(threads=8, abreast=1)
    lanes.add(letter("a", taken=0))
    lanes.add(letter("a", taken=30))
    assert [one.taken for one in lanes.hand_back(50, before=5)] == [0]
    assert lanes.waiting == 1


def test_silent_endpoints_together_hold_half_the_threads_at_most() -> None:
    lanes = Lanes(threads=8, abreast=2)
    for number in range(20):
        lanes.add(letter(f"bad{number}"))
    for _ in range(3):
        for one in lanes.start(0):
            lanes.done(one, SILENT, 0)
    for number in range(20):
        lanes.add(letter(f"bad{number}", taken=100))
    for number in range(4):
        lanes.add(letter(f"good{number}", taken=100))
    going = Counter(one.endpoint[:3] for one in lanes.start(100))
    assert going["bad"] <= 4
    assert going["goo"] == 4


def test_429_closes_the_lane_for_as_long_as_asked_but_not_for_ever() -> None:
    lanes = Lanes(threads=8, abreast=2)
    for asked, closed in ((7, 7), (86_400, 300)):
        lanes.add(letter("a"))
        (one,) = lanes.start(1000.0 * closed)
        at = 1000.0 * closed
        lanes.done(one, Result(is_ok=False, status=429, retry_after=timedelta(seconds=asked)), at)
        assert lanes.shut(at + closed - 1) == ["1 a"]
        assert lanes.shut(at + closed) == []


def test_a_plain_failure_closes_nothing() -> None:
    lanes = Lanes(threads=8, abreast=2)
    lanes.add(letter("a"))
    (one,) = lanes.start(0)
    lanes.done(one, Result(is_ok=False, status=500), 0)
    assert lanes.shut(0) == []


def test_no_more_is_taken_for_a_lane_that_has_enough() -> None:
    lanes = Lanes(threads=8, abreast=2)
    for _ in range(ENOUGH + 2):
        lanes.add(letter("a"))
    lanes.start(0)
    assert lanes.shut(0) == ["1 a"]


def test_lanes_that_are_empty_and_well_are_forgotten() -> None:
    lanes = Lanes(threads=8, abreast=2)
    lanes.add(letter("a"))
    (one,) = lanes.start(0)
    lanes.done(one, OK, 0)
    lanes.hand_back(0)
    assert lanes._lanes == {}
