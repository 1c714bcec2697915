"""What is proven of one version, carried over to the next: two bounds together, and every difference an error."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.accuracy import error_bound
from agents.lane import Lane
from agents.ledger import Entry, Label, NewVersion, Signal, VersionKind, entry_from_json
from agents.ratchet import Moved, fold, step
from agents.transfer import Shadowed, transferred_bound
from agents.trust import MONITORED, SUPERVISED, usual

LOW = usual("low")
PROVEN = {(1.0, 1.0, 0.0): 597, (1.0, 1.0, 1.0): 3}


def test_the_specification_s_example() -> None:
    assert transferred_bound(PROVEN, Shadowed(1000, 0), 0.01) == pytest.approx(0.029, abs=0.0005)
    assert transferred_bound({}, Shadowed(1000, 0), 0.01) == 1.0
    assert transferred_bound(PROVEN, Shadowed(0, 0), 0.01) == 1.0


@given(st.integers(0, 400), st.integers(0, 40))
def test_a_difference_never_helps_and_a_run_that_agrees_never_harms(same: int, different: int) -> None:
    bound = transferred_bound(PROVEN, Shadowed(same, different), 0.01)
    assert bound >= error_bound(PROVEN, 0.01)
    assert transferred_bound(PROVEN, Shadowed(same, different + 1), 0.01) >= bound - 1e-12
    assert transferred_bound(PROVEN, Shadowed(same + 1, different), 0.01) <= bound + 1e-12


def monitored() -> Lane:
    lane = fold(LOW, [Entry(number * 0.05, Label(0.0, catch=1.0)) for number in range(250)], now=0.0).lane
    assert lane.earned == MONITORED
    return lane


def came(lane: Lane, kind: VersionKind, shadowed: Shadowed | None) -> Moved:
    return step(lane, LOW, Entry(lane.now, NewVersion(kind, shadowed)))


@pytest.mark.parametrize("kind", ["patch", "minor", "major"])
def test_one_that_did_the_same_stays_and_is_not_held(kind: VersionKind) -> None:
    moved = came(monitored(), kind, Shadowed(400, 2))
    assert (moved.lane.earned, moved.lane.tightened) == (MONITORED, None)
    assert all(not one.cells for one in moved.lane.attempts), "its evidence starts anew"
    assert moved.lane.attempt(MONITORED).number == 2
    (move,) = moved.moves
    assert move.code == "version"
    assert move.sentence.startswith(f"A {kind} version: beside the old one it did the same 400 of 402 times, so it is")


@pytest.mark.parametrize("shadowed", [None, Shadowed(10, 0), Shadowed(380, 20)])
def test_otherwise_it_comes_down_as_any_version(shadowed: Shadowed | None) -> None:
    moved = came(monitored(), "major", shadowed)
    assert moved.lane == came(monitored(), "major", None).lane
    assert moved.lane.earned == SUPERVISED
    assert came(monitored(), "patch", shadowed).lane.tightened is not None


def test_what_is_held_is_not_let_go_by_it() -> None:
    held = step(monitored(), LOW, Entry(20.0, Signal("Something looks wrong"))).lane
    assert came(held, "patch", Shadowed(4000, 0)).lane.tightened is not None


def test_it_cannot_be_carried_over_twice_without_reviews() -> None:
    once = came(monitored(), "minor", Shadowed(4000, 0)).lane
    assert once.earned == MONITORED
    assert came(once, "minor", Shadowed(4000, 0)).lane.earned == MONITORED - 1


def test_an_entry_reads_as_it_was_written() -> None:
    for entry in (Entry(1.0, NewVersion("minor")), Entry(1.0, NewVersion("minor", Shadowed(3, 1)))):
        assert entry_from_json(entry.as_json()) == entry
    assert Entry(1.0, NewVersion("minor")).as_json() == {"t": 1.0, "type": "version", "kind": "minor"}


def test_a_version_that_is_too_often_wrong_is_kept_as_seldom_as_alpha_says() -> None:
    """The old one is wrong 8 % of the time, the new differs in 6 %, always wrongly: 14 % where 10 % are tolerated."""
    kept = 0
    for seed in range(300):
        random = Random(seed)
        wrong = sum(random.random() < 0.08 for _ in range(200))
        different = sum(random.random() < 0.06 for _ in range(400))
        cells = {(1.0, 1.0, 0.0): 200 - wrong, (1.0, 1.0, 1.0): wrong}
        kept += transferred_bound(cells, Shadowed(400 - different, different), 0.02) <= 0.10
    assert kept <= 6
