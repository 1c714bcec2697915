"""Every pair of state and move."""

from __future__ import annotations

import itertools

import pytest

from approvals.states import NEXT, Execution, Move, NotPossible, Place, State, after, may, place

WAITING = {"vote", "ask", "reply", "claim", "release", "reassign", "escalate", "snooze", "revise", "hold"}
ENDS = {
    "approve": State.APPROVED,
    "reject": State.REJECTED,
    "expire": State.EXPIRED,
    "withdraw": State.WITHDRAWN,
    "supersede": State.SUPERSEDED,
}
EXECUTING: dict[tuple[Place, str], Place] = {
    (State.APPROVED, "start"): Execution.STARTED,
    (State.APPROVED, "lapse"): Execution.LAPSED,
    (State.APPROVED, "revoke"): Execution.REVOKED,
    (State.APPROVED, "report"): State.APPROVED,
    (Execution.STARTED, "finish"): Execution.SUCCEEDED,
    (Execution.STARTED, "fail"): Execution.FAILED,
    (Execution.STARTED, "report"): Execution.STARTED,
    (Execution.SUCCEEDED, "report"): Execution.SUCCEEDED,
    (Execution.FAILED, "report"): Execution.FAILED,
}
POSSIBLE: dict[tuple[Place, str], Place] = {
    **{(State.PENDING, move): State.PENDING for move in WAITING},
    **{(State.PENDING, move): end for move, end in ENDS.items()},
    **EXECUTING,
}
PLACES: list[Place] = [*State, *Execution]


@pytest.mark.parametrize(("state", "move"), list(itertools.product(PLACES, Move)))
def test_every_pair_of_state_and_move_is_as_written(state: Place, move: Move) -> None:
    expected = POSSIBLE.get((state, move.value))
    assert may(state, move) is (expected is not None)
    if expected is None:
        with pytest.raises(NotPossible) as refused:
            after(state, move)
        assert refused.value.status == 409
    else:
        assert after(state, move) is expected


def test_every_state_is_in_the_table() -> None:
    assert set(NEXT) == set(PLACES)


def test_no_end_leads_anywhere_but_through_its_execution() -> None:
    assert all(isinstance(end, Execution) or end is state for state in ENDS.values() for end in NEXT[state].values())


def test_the_two_columns_of_an_action_give_its_place() -> None:
    assert place("approved") is State.APPROVED
    assert place("approved", "started") is Execution.STARTED
