"""The states of an action and of its execution, and every move between them: one table on one page."""

from __future__ import annotations

from django.db.models import TextChoices

from core.errors import Conflict


class State(TextChoices):
    """Where an action stands. All but pending are ends."""

    PENDING = "pending", "Waiting"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired, treated as rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Superseded"


class Execution(TextChoices):
    """What became of an approval; an action that is approved and has none is ready to start."""

    STARTED = "started", "Started"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    LAPSED = "lapsed", "Not started in time"
    REVOKED = "revoked", "Taken back"


class Move(TextChoices):
    """What can be done to an action."""

    VOTE = "vote"
    ASK = "ask"
    REPLY = "reply"
    CLAIM = "claim"
    RELEASE = "release"
    REASSIGN = "reassign"
    ESCALATE = "escalate"
    SNOOZE = "snooze"
    REVISE = "revise"
    HOLD = "hold"
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    START = "start"
    FINISH = "finish"
    FAIL = "fail"
    LAPSE = "lapse"
    REVOKE = "revoke"
    REPORT = "report"


Place = State | Execution


class NotPossible(Conflict):
    """The action is not in a state for this move."""

    code, title = "not_possible", "Not possible now"


NEXT: dict[Place, dict[Move, Place]] = {
    State.PENDING: {
        # These leave it waiting.
        Move.VOTE: State.PENDING,
        Move.ASK: State.PENDING,
        Move.REPLY: State.PENDING,
        Move.CLAIM: State.PENDING,
        Move.RELEASE: State.PENDING,
        Move.REASSIGN: State.PENDING,
        Move.ESCALATE: State.PENDING,
        Move.SNOOZE: State.PENDING,
        Move.REVISE: State.PENDING,
        Move.HOLD: State.PENDING,
        # These end it.
        Move.APPROVE: State.APPROVED,
        Move.REJECT: State.REJECTED,
        Move.EXPIRE: State.EXPIRED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.SUPERSEDE: State.SUPERSEDED,
    },
    State.APPROVED: {
        Move.START: Execution.STARTED,
        Move.LAPSE: Execution.LAPSED,
        Move.REVOKE: Execution.REVOKED,
        Move.REPORT: State.APPROVED,
    },
    State.REJECTED: {},
    State.EXPIRED: {},
    State.WITHDRAWN: {},
    State.SUPERSEDED: {},
    Execution.STARTED: {
        Move.FINISH: Execution.SUCCEEDED,
        Move.FAIL: Execution.FAILED,
        Move.REPORT: Execution.STARTED,
    },
    Execution.SUCCEEDED: {Move.REPORT: Execution.SUCCEEDED},
    Execution.FAILED: {Move.REPORT: Execution.FAILED},
    Execution.LAPSED: {},
    Execution.REVOKED: {},
}


def place(status: str, execution: str = "") -> Place:
    """Return where an action stands, from its two columns."""
    return Execution(execution) if execution else State(status)


def may(state: Place, move: Move) -> bool:
    """Return whether `move` is possible from `state`."""
    return move in NEXT[state]


def after(state: Place, move: Move) -> Place:
    """Return where `move` leads from `state`. Raises NotPossible."""
    if not may(state, move):
        raise NotPossible(f"This action is {state.label.lower()}: “{move.value}” is not possible.")
    return NEXT[state][move]
