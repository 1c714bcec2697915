"""Thousands of actions to which anything happens in any order, counted by us and by a small reference: no difference.

Votes, changes of votes, rejections, delegations and their revocation, steps of the chain, people who leave, lose or
regain authority, go away and come back, edits, and time. All in memory.
"""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Organization, Person
from agents.models import Agent
from agents.terms import ActionType, AgentTerms, AmountPointers, Money
from approvals.directory import Directory, Lent
from approvals.electors import Place, place_of
from approvals.ground import Ground, Known
from approvals.models import Action, Revision, Vote
from approvals.quorum import Plan, Stage, Tally
from approvals.stages import spell
from approvals.story import Story
from approvals.tallies import tally
from approvals.terms import (
    Authority,
    OrganizationTerms,
    Period,
    PersonTerms,
    Policy,
    Requirement,
    Target,
    TeamTerms,
)
from tests.approvals.reference import Lends, Reference, Said

SEQUENCES, STEPS = 5_000, 30
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTERS = "abcdefg"
ALWAYS = Period(NOON - timedelta(days=1), NOON + timedelta(days=30))
TEAMS = {"finance": "abc", "security": "cd", "board": "efa", "chief": "g"}
FOUND = tuple(TeamTerms(name, name, tuple(members)) for name, members in TEAMS.items())
KIND = ActionType(type="refund.create", risk="medium", amount=AmountPointers("/amount", "/currency"))
ROADS: list[list[list[tuple[int, str]]]] = [
    [[(1, "finance")]],
    [[(2, "finance")]],
    [[(1, "finance"), (1, "security")]],
    [[(1, "finance")], [(1, "security")]],
    [[(2, "finance")], [(1, "board"), (1, "security")]],
    [[(1, "security")], [(1, "finance")], [(2, "board")]],
]


class Walk:
    """One action in memory, and the reference beside it."""

    def __init__(self, seed: int) -> None:
        self.random = chance = random.Random(seed)
        stages = chance.choice(ROADS)
        thresholds = [chance.choice((1, 1, 2)) for _ in stages]
        self.requester, self.owner = chance.choice(["", "a", "b", "c"]), chance.choice(["", "d", "e"])
        self.fallback = chance.choice(["", "chief", "board"])
        self.ladder = chance.sample(["chief", "security", "board"], chance.randint(0, 2))
        self.amount = chance.choice([50, 150])
        self.now, self.decide_by = NOON, NOON + timedelta(hours=chance.choice((8, 60)))
        self.delegations: list[Lent] = []
        self.model = Reference(
            stages=stages,
            thresholds=thresholds,
            teams=TEAMS,
            amount=self.amount,
            barred={self.requester, self.owner} - {""},
            depth=chance.choice((1, 1, 2, 3)),
            most={who: 100 for who in LETTERS if chance.random() < 0.25},
            fallback=TEAMS.get(self.fallback, ""),
            ladder=[TEAMS[one] for one in self.ladder],
        )
        plan = Plan(
            tuple(
                Stage(tuple(Requirement(many, Target("team", team)) for many, team in needs), threshold)
                for needs, threshold in zip(stages, thresholds, strict=True)
            ),
            Target("team", self.fallback) if self.fallback else None,
        )
        self.people = {who: Person(id=uuid.uuid4(), email=who, name=who) for who in LETTERS}
        self.org = Organization(id=1, slug="acme", timezone="UTC")
        self.agent = Agent(id=uuid.uuid4(), slug="refunds", name="Refunds")
        self.action = Action(
            type="refund.create",
            risk="medium",
            amount=Decimal(self.amount),
            currency="EUR",
            requested_by=self.requester,
            plan=plan.to_json() | {"fallback_used": False, "added": []},
        )
        self.story = Story(
            action=self.action, agent=self.agent, org=self.org, revisions=[Revision(number=1, author="")]
        )
        self.held, self.ends = False, list[str]()
        self.ground = self.stand()
        self.settle()
        for _ in range(chance.randint(0, 3)):
            self.lend()

    def stand(self) -> Ground:
        """Return the ground as it is now."""
        model = self.model
        people = tuple(
            PersonTerms(
                who,
                who,
                frozenset({"approver"} if who in model.approvers else {"viewer"}),
                authority=Authority(max_amount=Money(Decimal(model.most[who]), "EUR") if who in model.most else None),
                away=(ALWAYS,) if who in model.away else (),
            )
            for who in LETTERS
        )
        terms = AgentTerms(slug="refunds", name="Refunds", owner=self.owner or "nobody", actions=(KIND,))
        policy = Policy(
            OrganizationTerms("acme", "Acme", delegation_depth=model.depth), people, FOUND, (terms,), (), (), ()
        )
        directory = Directory.of(policy, inactive=frozenset(model.gone), delegations=self.delegations).on(self.now)
        known = {who: Known(one.id, who, who) for who, one in self.people.items() if who not in model.gone}
        return Ground(self.org, self.agent, policy, directory, known, self.now)

    # What can happen

    def step(self) -> str:
        """Do one thing to both, and compare them."""
        self.now += timedelta(minutes=self.random.choice((1, 30, 60)))
        moves = (
            [self.vote] * 10
            + [self.lend] * 3
            + [self.revoke, self.demote, self.leave, self.go, self.edit, self.escalate]
        )
        told = self.random.choice(moves)()
        if self.action.status == "pending" and not self.held and self.now >= self.decide_by:
            self.end("expired")
            self.model.state = "expired"
        self.look()
        return told

    def vote(self) -> str:
        who = self.random.choice(LETTERS)
        word = self.random.choice(("approve", "approve", "approve", "reject", "abstain"))
        wish = self.random.choice(["", "", *LETTERS, *(one.grantor for one in self.delegations)])
        told = f"{who} {word}s{f' for {wish}' if wish else ''}"
        if self.action.status != "pending" or (not self.held and self.now >= self.decide_by):
            return f"{told}: closed"
        self.ground = self.ground.at(self.now)
        place = place_of(self.story, self.ground, who, on_behalf_of=wish)
        model = self.model
        if not isinstance(place, Place):
            seats = [wish or who] if wish or who in set().union(*model.named(model.stage)) else [*LETTERS]
            assert not any(model.may(who, seat) for seat in seats), f"{told} is refused: {place.code}"
            return f"{told}: {place.code}"
        assert model.may(who, place.owner), f"{told} is taken in the seat of {place.owner}"
        assert place.owner == wish or not wish
        for earlier in self.counted():
            if earlier.person.email == who and earlier.stage == self.action.stage:
                earlier.standing = Vote.Standing.SUPERSEDED
        owner = self.people[place.owner] if place.stand_in else None
        cast = Vote(
            person=self.people[who],
            on_behalf_of=owner,
            revision=self.action.revision,
            stage=self.action.stage,
            vote=word,
            cast_at=self.now,
        )
        self.story.votes.append(cast)
        model.said = [one for one in model.said if (one.natural, one.stage) != (who, model.stage)]
        model.said.append(Said(who, place.owner, word, model.stage))
        self.settle()
        return told

    def lend(self) -> str:
        grantor, delegate = self.random.sample(LETTERS, 2)
        if self.delegations and self.random.random() < 0.6:  # a longer way is tried as often as a short one
            grantor = self.delegations[-1].delegate
            delegate = self.random.choice([one for one in LETTERS if one != grantor])
        most = self.random.choice((None, None, 100))
        self.model.lends.append(Lends(grantor, delegate, most))
        self.delegations.append(
            Lent(
                id=uuid.uuid4(),
                grantor=grantor,
                delegate=delegate,
                period=ALWAYS,
                max_amount=Money(Decimal(most), "EUR") if most else None,
                created_at=self.now,
            )
        )
        return self.changed(f"{grantor} lends to {delegate}")

    def revoke(self) -> str:
        if not self.delegations:
            return "nothing is lent"
        place = self.random.randrange(len(self.delegations))
        del self.delegations[place], self.model.lends[place]
        return self.changed("a delegation is revoked")

    def demote(self) -> str:
        who = self.random.choice([*LETTERS, *[one.person.email for one in self.counted()] * 3])
        self.model.approvers ^= {who}
        return self.changed(f"{who} gains or loses authority")

    def leave(self) -> str:
        who = self.random.choice(LETTERS)
        if len(self.model.gone) < 2:
            self.model.gone.add(who)
        return self.changed(f"{who} is off-boarded")

    def go(self) -> str:
        who = self.random.choice(LETTERS)
        self.model.away ^= {who}
        return self.changed(f"{who} goes away or comes back")

    def edit(self) -> str:
        who = self.random.choice(LETTERS)
        if self.action.status != "pending" or not self.model.may(who, who):
            return f"{who} may not edit"
        for vote in self.counted():
            vote.standing = Vote.Standing.DISMISSED
        self.action.revision += 1
        self.action.stage = 1
        fresh = Revision(number=self.action.revision, author=f"person:{who}", created_at=self.now)
        self.story.revisions.append(fresh)
        model = self.model
        model.said, model.editor, model.stage = [], who, 1
        return self.changed(f"{who} edits")

    def escalate(self) -> str:
        if self.action.status != "pending" or not self.ladder:
            return "nobody further"
        self.add()
        self.model.joined[self.model.stage] = self.model.joined.get(self.model.stage, "") + self.model.ladder.pop(0)
        return self.changed("escalates")

    def changed(self, told: str) -> str:
        """Count again after something changed around the action."""
        if self.action.status == "pending":
            self.ground = self.stand()
            self.settle()
        return told

    # What flow.count does, in memory

    def settle(self) -> None:
        """Let both count."""
        self.model.settle()
        found = self.counts()
        while found.state == "unreachable" and not self.held:
            if self.fallback and not (self.action.plan or {})["fallback_used"]:
                self.action.plan = (self.action.plan or {}) | {"fallback_used": True}
            elif self.ladder:
                self.add()
            else:
                self.held = True
            found = self.counts()
        self.action.approvals = found.approvals
        if found.state in ("approved", "rejected"):
            self.end(found.state)

    def counts(self) -> Tally:
        """Return what the votes come to, in the stage that is open then."""
        while True:
            found = tally(self.story, self.ground)
            lost = {*found.voided_before, *((found.stage, person) for person in found.voided)}
            if void := [vote for vote in self.counted() if (vote.stage, vote.person.email) in lost]:
                for vote in void:
                    vote.standing = Vote.Standing.VOID
                continue
            if found.state != "stage_closed" and found.stage == self.action.stage:
                return found
            self.action.stage = found.stage

    def add(self) -> None:
        said: dict[str, Any] = {
            "stage": self.action.stage,
            "to": spell(Target("team", self.ladder.pop(0))),
            "step": "1",
        }
        plan = self.action.plan or {}
        self.action.plan = plan | {"added": [*plan["added"], said]}

    def counted(self) -> list[Vote]:
        return [one for one in self.story.votes if one.standing == Vote.Standing.COUNTED]

    def end(self, how: str) -> None:
        self.ends.append(how)
        self.action.status = how
        if how == "approved":
            self.look_at_approval()

    # What must hold

    def look(self) -> None:
        model, action = self.model, self.action
        ours = (action.status, action.stage, action.approvals, self.held)
        assert ours == (model.state, model.stage, model.approvals, model.held)
        votes = sorted((one.person.email, (one.on_behalf_of or one.person).email, one.stage) for one in self.counted())
        assert votes == sorted((one.natural, one.owner, one.stage) for one in model.said)
        assert len(self.ends) == (action.status != "pending"), "it ends once"
        assert action.status != "pending" or self.held or self.now < self.decide_by, (
            "what waits has a clock, or is held"
        )

    def look_at_approval(self) -> None:
        """Check, by the votes alone, that as many different people as are needed could and did approve."""
        model = self.model
        seats: list[str] = []
        for number, needs in enumerate(model.stages, start=1):
            approving = [one for one in self.counted() if one.stage == number and one.vote == "approve"]
            naturals = {one.person.email for one in approving}
            assert len(naturals) == len(approving) >= sum(many for many, _ in needs)
            assert len({(one.on_behalf_of or one.person).email for one in approving}) == len(approving)
            assert (
                not any(one.vote == "reject" for one in self.counted() if one.stage == number)
                or model.thresholds[number - 1] > 1
            )
            seats += naturals
            for one in approving:
                owner = (one.on_behalf_of or one.person).email
                assert model.able(one.person.email)
                assert model.able(owner)
                assert not {one.person.email, owner} & {self.requester, self.owner, model.editor}
        assert len(set(seats)) >= sum(many for needs in model.stages for many, _ in needs)


def test_five_thousand_actions_to_which_anything_happens_never_differ_from_the_reference() -> None:
    ends: dict[str, int] = {}
    for seed in range(SEQUENCES):
        walk, said = Walk(seed), list[str]()
        try:
            for _ in range(STEPS):
                said.append(walk.step())
        except AssertionError as differs:
            model = walk.model
            differs.add_note(f"seed {seed}: {model.stages}, asked by {walk.requester!r}, owned by {walk.owner!r}")
            differs.add_note("\n".join(said))
            raise
        end = "held" if walk.held and walk.action.status == "pending" else walk.action.status
        ends[end] = ends.get(end, 0) + 1
    assert min(ends.get(one, 0) for one in ("approved", "rejected", "expired", "held", "pending")) > 20, ends
