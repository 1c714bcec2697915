"""Whether an action's votes decide it: one pure function, run under the row lock and again by the auditor.

A plan has stages in order; all requirements of a stage must be met, each by so many distinct
natural persons, and one person fills one seat. E-mails stand for people here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from approvals.seats import most_seats
from approvals.terms import Requirement, Route, StageOptions, Target

TallyState = Literal["pending", "approved", "rejected", "expired", "unreachable", "stage_closed"]
VoteWord = Literal["approve", "reject", "abstain"]

# Who may fill which seat now: one tuple a stage, one set of e-mails a requirement.
Eligible = tuple[tuple[frozenset[str], ...], ...]


class InvalidQuorum(ValueError):
    """A quorum that is none: no stage, no requirement, or fewer than one approval. It never approves."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What must be met together.

    `deny_threshold` rejections close the action. With `allow_shared_seat` one person counts for several requirements
    of this stage, and also if they sat in an earlier one.
    """

    requirements: tuple[Requirement, ...]
    deny_threshold: int = 1
    allow_shared_seat: bool = False

    def __post_init__(self) -> None:
        if not self.requirements:
            raise InvalidQuorum("a stage needs at least one requirement")
        for number in (self.deny_threshold, *(one.approvals for one in self.requirements)):
            if type(number) is not int or number < 1:
                raise InvalidQuorum(f"a quorum is a whole number of at least 1, not {number!r}")

    @property
    def needed(self) -> int:
        """How many seats there are to fill."""
        return sum(one.approvals for one in self.requirements)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an action is decided, as it was when it started: kept on the action, so later policy does not move it."""

    stages: tuple[Stage, ...]
    fallback: Target | None = None

    def __post_init__(self) -> None:
        if not self.stages:
            raise InvalidQuorum("a plan needs at least one stage")

    @classmethod
    def of(cls, route: Route) -> Plan:
        """Return the plan that `route` asks for. Raises InvalidQuorum."""
        options = route.options or (StageOptions(),) * len(route.stages)
        stages = tuple(
            Stage(requirements, option.deny_threshold, option.allow_shared_seat)
            for requirements, option in zip(route.stages, options, strict=True)
        )
        return cls(stages, route.fallback)

    @property
    def needed(self) -> int:
        """How many seats all stages have together."""
        return sum(stage.needed for stage in self.stages)

    def to_json(self) -> dict[str, Any]:
        """Return it for storing.

        `{"stages": [{"requirements": [{"approvals": 2, "from": {"team": "finance"}}], "deny_threshold": 1,
        "allow_shared_seat": false}], "fallback": {"person": "ana@acme.test"}}`
        """
        return {
            "stages": [
                {
                    "requirements": [
                        {"approvals": one.approvals, "from": _spell(one.target)} for one in s.requirements
                    ],
                    "deny_threshold": s.deny_threshold,
                    "allow_shared_seat": s.allow_shared_seat,
                }
                for s in self.stages
            ],
            "fallback": _spell(self.fallback) if self.fallback else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Plan:
        """Return what `to_json` stored; other members are passed over. Raises InvalidQuorum for what is no plan."""
        try:
            stages = tuple(
                Stage(
                    tuple(Requirement(one["approvals"], _read(one["from"])) for one in s["requirements"]),
                    s["deny_threshold"],
                    s["allow_shared_seat"] is True,
                )
                for s in stored["stages"]
            )
            fallback = _read(stored["fallback"]) if stored["fallback"] else None
        except (KeyError, TypeError, AttributeError) as wrong:
            raise InvalidQuorum(f"this is not a plan: {wrong!r}") from wrong
        return cls(stages, fallback)


def _spell(target: Target) -> dict[str, str]:
    return {target.kind: target.name}


def _read(stored: Mapping[str, str]) -> Target:
    if len(stored) != 1:
        raise InvalidQuorum("a target has one kind")
    ((kind, name),) = stored.items()
    return Target(kind, name)


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
    """One filled seat: of requirement number `requirement` (from 0), by `person`."""

    requirement: int
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the votes come to, of the stage that is open or where it ended: `stage`, from 1.

    `stage_closed` says that the stage before `stage` was met and that people must be found for this one.
    """

    state: TallyState
    stage: int
    approvals: int
    needed: int
    counted: tuple[str, ...] = ()
    voided: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()


def outcome(
    plan: Plan,
    ballots: Iterable[Ballot],
    eligible_people_by_requirement: Eligible,
    *,
    now: datetime,
    decide_by: datetime | None,
) -> Tally:
    """Return what the votes come to now. Order: expiry, denial, approval, reachability.

    The deadline is over at `decide_by` itself. An edited approval counts only where one approval suffices. Raises
    InvalidQuorum if the people do not fit the plan.
    """
    tally = _tally(plan, tuple(ballots), eligible_people_by_requirement)
    if decide_by is not None and now >= decide_by:
        return Tally(state="expired", stage=tally.stage, approvals=tally.approvals, needed=tally.needed)
    return tally


def _tally(plan: Plan, ballots: tuple[Ballot, ...], eligible: Eligible) -> Tally:
    spent: frozenset[str] = frozenset()
    tally: Tally | None = None
    for number, stage in enumerate(plan.stages, start=1):
        if number > len(eligible) and tally is not None:
            return Tally(state="stage_closed", stage=number, approvals=0, needed=stage.needed)
        people = eligible[number - 1] if number <= len(eligible) else (frozenset(),) * len(stage.requirements)
        if len(people) != len(stage.requirements):
            raise InvalidQuorum(f"stage {number} has {len(stage.requirements)} requirements, people for {len(people)}")
        cast = [ballot for ballot in ballots if ballot.stage == number]
        sat = frozenset[str]() if stage.allow_shared_seat else spent
        tally = _tally_of_stage(number, stage, cast, people, sat, alone=plan.needed == 1)
        if tally.state != "approved":
            return tally
        spent |= {seat.person for seat in tally.seats}
    assert tally is not None
    return tally


def _tally_of_stage(
    number: int,
    stage: Stage,
    cast: Sequence[Ballot],
    people: Sequence[frozenset[str]],
    spent: frozenset[str],
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
    seats = _seats(stage, [(ballot.person, ballot.seat_of) for ballot in approving], sets)
    counting = {ballot.person for ballot in (*rejecting, *approving)}
    state: TallyState = "pending"
    if len(rejecting) >= stage.deny_threshold:
        state = "rejected"
    elif len(seats) == stage.needed:
        state = "approved"
    elif not _reachable(stage, approving, sets, latest.keys()):
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


def _seats(stage: Stage, people: Sequence[tuple[str, str]], sets: Sequence[frozenset[str]]) -> tuple[Seat, ...]:
    """Return the most seats that these people, each with the person whose seat it is, can fill together."""
    choices = [[i for i, one in enumerate(sets) if seat_of in one] for _, seat_of in people]
    capacity = [one.approvals for one in stage.requirements]
    filled = most_seats(choices, capacity, shared=stage.allow_shared_seat)
    return tuple(Seat(i, people[who][0]) for i, holders in enumerate(filled) for who in holders)


def _reachable(stage: Stage, approving: Sequence[Ballot], sets: Sequence[frozenset[str]], voted: Iterable[str]) -> bool:
    """Return whether those who have not voted could still fill the rest."""
    gone = {*voted, *(ballot.seat_of for ballot in approving)}
    others = sorted(frozenset[str]().union(*sets) - gone)
    people = [(ballot.person, ballot.seat_of) for ballot in approving] + [(person, person) for person in others]
    return len(_seats(stage, people, sets)) == stage.needed


def can_be_met(stage: Stage, people: Sequence[frozenset[str]]) -> bool:
    """Return whether these people, one set a requirement, are enough distinct persons for the whole stage."""
    return _reachable(stage, (), people, ())
