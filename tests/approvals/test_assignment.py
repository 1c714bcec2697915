"""Who is asked where only as many as needed are: by turns, by load, and never so that a seat stays empty."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.assignment import Load, by_load, in_turn, seated

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("able", "last", "turned"),
    [
        ("abcd", "", "abcd"),
        ("abcd", "b", "cdab"),
        ("abcd", "d", "abcd"),
        ("acd", "a", "cda"),
        ("acd", "b", "cda"),  # b had the last turn and is away since
        ("ad", "b", "da"),
        ("abcd", "gone", "abcd"),
        ("", "a", ""),
        ("dx", "c", "dx"),  # x is not of the target's own
    ],
)
def test_turns_go_round_in_the_targets_order_and_pass_over_who_cannot(able: str, last: str, turned: str) -> None:
    assert "".join(in_turn(tuple("abcd"), set(able), last)) == turned


def test_who_was_passed_over_is_owed_nothing() -> None:
    """b is away for a while: on return they are next once, and then every fourth time as everybody."""
    last, had = "", []
    for turn in range(20):
        able = set("acd") if turn < 8 else set("abcd")
        last = in_turn(tuple("abcd"), able, last)[0]
        had.append(last)
    assert had.count("b") == 3
    assert all(one != other for one, other in itertools.pairwise(had))


def test_the_least_loaded_is_asked_and_between_equals_who_was_idle_longest() -> None:
    loads = {
        "a": Load(3.0, NOW),
        "b": Load(1.0, NOW - timedelta(hours=1)),
        "c": Load(1.0, NOW - timedelta(hours=2)),
        "d": Load(1.0, None),
    }
    assert by_load(["a", "b", "c", "d"], loads) == ("d", "c", "b", "a")
    assert by_load(["a", "new"], loads) == ("new", "a")


def test_an_old_ask_weighs_more_than_a_new_one() -> None:
    assert by_load(["old", "new"], {"old": Load(2.0), "new": Load(1.0)}) == ("new", "old")


@pytest.mark.parametrize(
    ("wishes", "seats", "filled"),
    [
        (["abc"], [1], ["a"]),
        (["abc"], [2], ["ab"]),
        (["ab", "a"], [1, 1], ["b", "a"]),
        (["ab", "ab"], [1, 1], ["a", "b"]),
        (["abc", "ab", "a"], [1, 1, 1], ["c", "b", "a"]),
        (["ab", "ab"], [2, 1], ["ab", ""]),
        (["a"], [3], ["a"]),
        (["", "a"], [1, 1], ["", "a"]),
    ],
)
def test_the_first_wish_is_met_unless_that_leaves_another_seat_empty(
    wishes: list[str], seats: list[int], filled: list[str]
) -> None:
    assert ["".join(one) for one in seated(wishes, seats)] == filled


@given(
    st.lists(
        st.tuples(
            st.permutations("abcde").flatmap(lambda p: st.integers(0, 5).map(lambda n: p[:n])), st.integers(1, 3)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_as_many_seats_are_filled_as_any_choice_could(needs: list[tuple[list[str], int]]) -> None:
    wishes, seats = [wish for wish, _ in needs], [number for _, number in needs]
    filled = seated(wishes, seats)
    everybody = [email for one in filled for email in one]
    assert len(everybody) == len(set(everybody)), "nobody sits twice"
    for one, wish, number in zip(filled, wishes, seats, strict=True):
        assert set(one) <= set(wish)
        assert len(one) <= number
    assert len(everybody) == _most_by_trying(wishes, seats)


def _most_by_trying(wishes: list[list[str]], seats: list[int]) -> int:
    """Return how many seats can be filled, by giving each person every place or none."""
    people = sorted({email for wish in wishes for email in wish})
    best = 0
    for places in itertools.product(range(-1, len(wishes)), repeat=len(people)):
        counts = [0] * len(wishes)
        for person, place in zip(people, places, strict=True):
            if place >= 0 and person in wishes[place]:
                counts[place] += 1
        best = max(best, sum(min(count, room) for count, room in zip(counts, seats, strict=True)))
    return best
