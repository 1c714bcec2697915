"""Whether an action's votes decide it: one pure function, run under the row lock and again by the auditor.

A plan has stages in order; all requirements of a stage must be met, each by so many distinct
natural persons, and one person fills one seat. A seat belongs to somebody whom the stage names, its
owner; somebody else may fill it for them. E-mails stand for people here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from approvals.seats import most_lent, most_seats
from approvals.stages import InvalidQuorum, Plan, Stage

__all__ = [
    "Ballot",
    "Eligible",
    "Hands",
    "InvalidQuorum",
    "Plan",
    "Seat",
    "Stage",
    "Tally",
    "can_be_met",
    "outcome",
]

TallyState = Literal["pending", "approved", "rejected", "expired", "unreachable", "stage_closed"]
VoteWord = Literal["approve", "reject", "abstain"]

# Who owns which seat now: one tuple a stage, one set of e-mails a requirement.
Eligible = tuple[tuple[frozenset[str], ...], ...]
# Who could fill whose seat now, by its owner; an owner who is not there can fill it themselves.
Hands = Mapping[str, frozenset[str]]
_OWN: Hands = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One vote on the current revision, in stage `stage` (from 1).

    With `on_behalf_of` the seat is that person's, but the natural person is still `person`. `eligible` is what the
    caller checked beyond the sets of eligible people (a delegation that ended, for one).
    """

    person: str
    vote: VoteWord
    at: datetime
    on_behalf_of: str | None = None
    stage: int = 1
    eligible: bool = True
    edited: bool = False

    @property
    def seat_of(self) -> str:
        """The person whose seat this ballot is for."""
        return self.on_behalf_of or self.person


@dataclass(frozen=True, slots=True)
class Seat:
    """One filled seat: of requirement number `requirement` (from 0), by `person`; for `owner` if it is not theirs."""

    requirement: int
    person: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the votes come to, of the stage that is open or where it ended: `stage`, from 1.

    `stage_closed` says that the stage before `stage` was met and that people must be found for this one. `voided` are
    those of this stage whose vote no longer counts, `voided_before` those of earlier ones, each with the stage.
    `spent` sit in an earlier stage, or somebody sits for them, and so cannot in this one.
    """

    state: TallyState
    stage: int
    approvals: int
    needed: int
    counted: tuple[str, ...] = ()
    voided: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    voided_before: tuple[tuple[int, str], ...] = ()
    spent: frozenset[str] = frozenset()


def outcome(
    plan: Plan,
    ballots: Iterable[Ballot],
    eligible_people_by_requirement: Eligible,
    *,
    now: datetime,
    decide_by: datetime | None,
    absent: frozenset[str] = frozenset(),
    hands: Hands = _OWN,
) -> Tally:
    """Return what the votes come to now. Order: expiry, denial, approval, reachability.

    The deadline is over at `decide_by` itself. An edited approval counts only where one approval suffices. `absent` and
    `hands` matter only to whether the rest could still be filled: who is absent fills no seat, but a vote they cast
    counts. Raises InvalidQuorum if the people do not fit the plan.
    """
    tally = _tally(plan, tuple(ballots), eligible_people_by_requirement, _Coming(absent, hands))
    if decide_by is not None and now >= decide_by:
        return Tally(state="expired", stage=tally.stage, approvals=tally.approvals, needed=tally.needed)
    return tally


@dataclass(frozen=True, slots=True)
class _Coming:
    """Who could still come and fill a seat."""

    absent: frozenset[str] = frozenset()
    hands: Hands = field(default_factory=dict)

    def of(self, owner: str) -> frozenset[str]:
        return self.hands.get(owner, frozenset({owner})) - self.absent


def _tally(plan: Plan, ballots: tuple[Ballot, ...], eligible: Eligible, coming: _Coming) -> Tally:
    spent: frozenset[str] = frozenset()
    lost: tuple[tuple[int, str], ...] = ()
    tally: Tally | None = None
    for number, stage in enumerate(plan.stages, start=1):
        sat = frozenset[str]() if stage.allow_shared_seat else spent
        if number > len(eligible) and tally is not None:
            state: TallyState = "stage_closed"
            needed = stage.needed
            return Tally(state=state, stage=number, approvals=0, needed=needed, voided_before=lost, spent=sat)
        people = eligible[number - 1] if number <= len(eligible) else (frozenset(),) * len(stage.requirements)
        if len(people) != len(stage.requirements):
            raise InvalidQuorum(f"stage {number} has {len(stage.requirements)} requirements, people for {len(people)}")
        cast = [ballot for ballot in ballots if ballot.stage == number]
        tally = _tally_of_stage(number, stage, cast, people, sat, coming, alone=plan.needed == 1)
        tally = replace(tally, voided_before=lost, spent=sat)
        if tally.state != "approved":
            return tally
        spent |= {name for seat in tally.seats for name in (seat.person, seat.owner) if name}
        lost += tuple((number, person) for person in tally.voided)
    assert tally is not None
    return tally


def _tally_of_stage(
    number: int,
    stage: Stage,
    cast: Sequence[Ballot],
    people: Sequence[frozenset[str]],
    spent: frozenset[str],
    coming: _Coming,
    *,
    alone: bool,
) -> Tally:
    latest = {ballot.person: ballot for ballot in sorted(cast, key=lambda ballot: ballot.at)}
    left = {ballot.seat_of for ballot in latest.values() if ballot.vote == "abstain" and not ballot.on_behalf_of}
    sets = [one - left - spent for one in people]
    valid = [
        ballot
        for ballot in sorted(latest.values(), key=lambda ballot: ballot.at)
        if ballot.vote != "abstain" and _stands(ballot, sets, spent, alone=alone)
    ]
    rejecting = [ballot for ballot in valid if ballot.vote == "reject"]
    approving = _one_a_seat(valid, {ballot.seat_of for ballot in rejecting})
    seats = _seats(stage, approving, sets)
    counting = {ballot.person for ballot in (*rejecting, *approving)}
    state: TallyState = "pending"
    if len(rejecting) >= stage.deny_threshold:
        state = "rejected"
    elif len(seats) == stage.needed:
        state = "approved"
    elif not _reachable(stage, approving, sets, spent.union(latest), coming):
        state = "unreachable"
    return Tally(
        state=state,
        stage=number,
        approvals=len(seats),
        needed=stage.needed,
        counted=tuple(ballot.person for ballot in valid if ballot.person in counting),
        voided=tuple(
            person for person, ballot in latest.items() if ballot.vote != "abstain" and person not in counting
        ),
        seats=seats,
    )


def _stands(ballot: Ballot, sets: Sequence[frozenset[str]], spent: frozenset[str], *, alone: bool) -> bool:
    if not ballot.eligible or ballot.person in spent or (ballot.edited and ballot.vote == "approve" and not alone):
        return False
    return any(ballot.seat_of in one for one in sets)


def _one_a_seat(valid: Iterable[Ballot], refused: set[str]) -> list[Ballot]:
    """Return the approvals, at most one for each person's seat: who voted first holds it, a rejection takes it away."""
    held = set(refused)
    approving = []
    for ballot in valid:
        if ballot.vote == "approve" and ballot.seat_of not in held:
            held.add(ballot.seat_of)
            approving.append(ballot)
    return approving


def _seats(stage: Stage, approving: Sequence[Ballot], sets: Sequence[frozenset[str]]) -> tuple[Seat, ...]:
    """Return the most seats that these approvals can fill together."""
    choices = [[i for i, one in enumerate(sets) if ballot.seat_of in one] for ballot in approving]
    capacity = [one.approvals for one in stage.requirements]
    filled = most_seats(choices, capacity, shared=stage.allow_shared_seat)
    return tuple(
        Seat(i, approving[who].person, approving[who].on_behalf_of or "")
        for i, holders in enumerate(filled)
        for who in holders
    )


def _reachable(
    stage: Stage,
    approving: Sequence[Ballot],
    sets: Sequence[frozenset[str]],
    done: frozenset[str],
    coming: _Coming,
) -> bool:
    """Return whether those who have not voted could still fill the rest; `done` have voted, or sit elsewhere."""
    capacity = [one.approvals for one in stage.requirements]
    taken = {ballot.seat_of for ballot in approving}
    free = sorted(frozenset[str]().union(*sets) - taken)
    if not coming.hands:  # everybody for themselves, which is a plain matching
        own = [ballot.seat_of for ballot in approving] + [one for one in free if one not in coming.absent | done]
        choices = [[i for i, one in enumerate(sets) if owner in one] for owner in own]
        return sum(map(len, most_seats(choices, capacity, shared=stage.allow_shared_seat))) == stage.needed
    hands: dict[str, list[str]] = {ballot.person: [ballot.seat_of] for ballot in approving}
    for owner in free:
        for person in coming.of(owner) - done:
            hands.setdefault(person, []).append(owner)
    tables = {owner: [i for i, one in enumerate(sets) if owner in one] for owner in (*taken, *free)}
    if stage.allow_shared_seat:
        return all(
            most_lent(hands, {owner: [0] for owner, at in tables.items() if i in at}, [most]) == most
            for i, most in enumerate(capacity)
        )
    return most_lent(hands, tables, capacity) == stage.needed


def can_be_met(
    stage: Stage,
    people: Sequence[frozenset[str]],
    *,
    absent: frozenset[str] = frozenset(),
    hands: Hands = _OWN,
    spent: frozenset[str] = frozenset(),
) -> bool:
    """Return whether these people, one set a requirement, are enough distinct persons for the whole stage.

    `hands` and `absent` as for `outcome`; `spent` sit in an earlier stage.
    """
    return _reachable(stage, (), [one - spent for one in people], spent, _Coming(absent, hands))
