"""Who is asked and who may decide at one moment of a simulated action: its asks, its votes, its stage."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from approvals.asking import AskedPerson, Road, invite, is_frozen, resolve_stage
from approvals.assignment import ALL
from approvals.authority import Matter
from approvals.directory import Around, Directory
from approvals.lending import hands, has_authority
from approvals.quorum import Ballot, Plan, Tally, outcome
from approvals.stages import ANY
from approvals.terms import Target

VOTED, REPLACED, CLOSED, ENDED = "voted", "replaced", "stage_closed", "delegation_ended"


@dataclass(slots=True)
class Ask:
    """One person who is asked; `owner` has the seat they are asked to fill. Open while `left` is empty."""

    email: str
    owner: str
    requirement: int
    stage: int
    via: str
    since: datetime
    delegation: uuid.UUID | None = None
    left: str = ""


@dataclass(slots=True)
class Room:
    """What is known of the action at the moment `at`; `directory` is of that moment."""

    road: Road
    matter: Matter
    directory: Directory
    owner: str
    requester: str
    at: datetime
    stage: int = 1
    asks: list[Ask] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    added: list[tuple[int, Target, bool]] = field(default_factory=list)
    fallback_used: bool = False
    spent: frozenset[str] = frozenset()

    @property
    def plan(self) -> Plan:
        """What the votes must meet."""
        return self.road.plan

    def to(self, at: datetime) -> None:
        """Go on to the moment `at`."""
        self.at, self.directory = at, self.directory.on(at)

    def take(self, people: Iterable[AskedPerson]) -> list[Ask]:
        """Ask people; those who are asked already stay as they are. Returns the new asks."""
        there = {one.email for one in self.open()}
        fresh = []
        for one in people:
            if one.email not in there:
                there.add(one.email)
                owner = one.on_behalf_of or one.email
                ask = Ask(one.email, owner, one.requirement, self.stage, one.via, self.at, one.delegation)
                fresh.append(ask)
        self.asks.extend(fresh)
        return fresh

    def open(self) -> list[Ask]:
        """Return the asks that stand."""
        return [one for one in self.asks if not one.left]

    def owners(self) -> tuple[str, ...]:
        """Return whose seats of this stage are asked for, or were voted for."""
        return tuple(dict.fromkeys(one.owner for one in self._had(self.stage)))

    def lent(self) -> frozenset[str]:
        """Return those for whom somebody else is asked."""
        return frozenset(one.owner for one in self.open() if one.owner != one.email)

    def waiting(self) -> list[Ask]:
        """Return those who are asked and are to be told of it again: not who has lent their seat for now."""
        may, lent = frozenset[str]().union(*self.seats(self.stage)), self.lent()
        return [one for one in self.open() if one.email not in lent and one.owner in may]

    def around(self, asked: tuple[str, ...] = ()) -> Around:
        """Return what a target is resolved around."""
        return Around(asked=asked, owner=self.owner, requester=self.requester)

    def seats(self, number: int) -> list[frozenset[str]]:
        """Return the owners of each requirement's seats in stage `number`, be they here or away."""
        stage = self.plan.stages[number - 1]
        named = resolve_stage(stage, self.directory, self.around())
        relieved = {one.owner for one in self.asks if one.stage == number and one.left == REPLACED}
        relieved -= {one.owner for one in self._had(number)}
        voters = {one.seat_of for one in self.ballots if one.stage == number}
        found = []
        for place, requirement in enumerate(stage.requirements):
            people = {one.owner for one in self._had(number) if one.requirement in (place, ANY)} | self.joined(number)
            if self.road.assign == ALL and not is_frozen(requirement.target):
                people |= voters.intersection(named[place]) if self.is_replaced(number) else set(named[place])
            able = (one for one in people - relieved if has_authority(one, self.matter, self.directory))
            found.append(frozenset(able))
        return found

    def _had(self, number: int) -> list[Ask]:
        return [one for one in self.asks if one.stage == number and one.left in ("", VOTED, CLOSED)]

    def is_replaced(self, number: int) -> bool:
        """Whether a step put others in the place of those whom the stage names."""
        return any(replaces for of, _, replaces in self.added if of == number)

    def joined(self, number: int) -> set[str]:
        """Return those whom the fallback and the steps of the chain let decide any seat of the stage."""
        targets = [self.plan.fallback] if self.fallback_used and self.plan.fallback else []
        for of, target, replaces in self.added:
            if of == number:
                targets = [target] if replaces else [*targets, target]
        return {email for one in targets if not is_frozen(one) for email in self.directory.members(one, self.around())}

    def invited(self, people: Iterable[str], via: str, *, requirement: int = ANY) -> tuple[AskedPerson, ...]:
        """Return how to ask those of `people` who may decide and have not voted, and who stands in for them."""
        wanted = [email for email in people if email.lower() not in self.voted()]
        taken = {one.email for one in self.open() if one.stage == self.stage}
        taken |= {one.person for one in self.ballots if one.stage == self.stage}
        sits = self.sitting()
        return invite(wanted, via, self.matter, self.directory, requirement=requirement, asked=taken, spent=sits)

    def sitting(self) -> frozenset[str]:
        """Return who sits in an earlier stage, and so cannot in this one."""
        return frozenset() if self.plan.stages[self.stage - 1].allow_shared_seat else self.spent

    def voted(self) -> frozenset[str]:
        """Return who has had their say in this stage, and whose seat was voted for."""
        votes = [one for one in self.ballots if one.stage == self.stage]
        filled = {one.on_behalf_of for one in votes if one.on_behalf_of and one.vote != "abstain"}
        return frozenset({one.person for one in votes} | filled)

    def tally(self) -> Tally:
        """Return what the votes come to at this moment."""
        eligible = tuple(tuple(self.seats(number)) for number in range(1, self.stage + 1))
        them = frozenset(email for stage in eligible for one in stage for email in one)
        lent = {}
        if self.directory.lending:
            lent = {owner: hands(owner, self.matter, self.directory) for owner in them}
        away = self.directory.away
        return outcome(self.plan, self.ballots, eligible, now=self.at, decide_by=None, absent=away, hands=lent)
