"""Everything that can happen to one action, in an order nobody planned: what must never be, never is."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from approvals.flow import (
    ask,
    claim,
    escalate,
    finish,
    pause,
    reassign,
    release,
    reply,
    report,
    resume,
    revise,
    revoke,
    snooze,
    start,
    withdraw,
)
from approvals.models import Action, Asked, Vote
from core import tx
from core.canonical import action_digest
from core.errors import DomainError
from delivery.models import Parcel
from tests.play import cast, history_holds, key_of, kinds, now, post, refund, revised, sweep
from tests.world import Document, World

PEOPLE = ("ana", "bo", "cy", "dee", "eve", "gus")
AMOUNTS = ("20.00", "90.00", "300.00", "700.00", "lots")
STEPS = 22
Move = Callable[[], object]


def crowd(document: Document) -> None:
    """Add one more approver of finance, a chief's road and a chain that holds."""
    gus = document["people"][0]["email"].replace("ana@", "gus@")
    document["people"].append({"email": gus, "name": "Gus", "roles": ["approver"]})
    document["teams"][0]["members"].append(gus)
    document["agents"][0]["callback_url"] = "https://agent.example/hook"


class Walk:
    """One action and somebody who does whatever comes to mind."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        world.change(crowd)
        self.requester = self.random.choice(("", "bo", "gus"))
        more: dict[str, Any] = {"requested_by": world.email(self.requester).upper()} if self.requester else {}
        if self.random.random() < 0.3:
            more["decide_within"] = 3600
        self.told = post(world, refund(self.random.choice(AMOUNTS)), **more)
        self.key, self.agent = key_of(self.told), world.as_agent()
        self.ends: set[tuple[Any, ...]] = set()

    def step(self) -> str:
        """Do one thing, which may be refused, and look at everything."""
        name, move = self.random.choice(self.moves())
        try:
            move()
        except DomainError as refused:
            name = f"{name}: {refused.code}"
        self.look()
        return name

    def moves(self) -> list[tuple[str, Move]]:
        """Return what can be tried now."""
        told, org, key = self.told, self.world.org, self.key
        name = self.random.choice(PEOPLE)
        who = self.world.as_person(name)
        other = self.world.email(self.random.choice(PEOPLE))
        arguments = refund(self.random.choice(AMOUNTS))
        soon = datetime.now(UTC) + timedelta(days=30)
        votes: list[tuple[str, Move]] = [
            (f"{name} approves", lambda: cast(self.world, name, told)),
            (f"{name} approves again", lambda: cast(self.world, name, told)),
            (f"{name} rejects", lambda: cast(self.world, name, told, "reject")),
        ]
        return [
            *votes,
            (f"{name} abstains", lambda: cast(self.world, name, told, "abstain")),
            (f"{name} edits", lambda: cast(self.world, name, told, arguments=arguments)),
            ("revises", lambda: revise.revise(org, key, actor=self.agent, revised=revised(arguments))),
            (f"{name} asks", lambda: ask.ask(org, key, actor=who, text="Why?")),
            ("replies", lambda: reply.reply(org, key, actor=self.agent, text="So.")),
            (f"{name} hands to {other}", lambda: reassign.reassign(org, key, actor=who, to=other)),
            (f"{name} escalates", lambda: escalate.escalate(org, key, actor=who, epoch=told["epoch"])),
            (f"{name} claims", lambda: claim.claim(org, key, actor=who)),
            (f"{name} releases", lambda: release.release(org, key, actor=who)),
            (f"{name} snoozes", lambda: snooze.snooze(org, key, actor=who, until=soon)),
            ("an hour", lambda: self.world.turn(minutes=self.random.choice((5, 70, 300, 1500)))),
            ("the engine", lambda: sweep(self.world)),
            (f"{name} changes roles", lambda: self.world.change(lambda document: self.roles(document, name))),
            (f"{name} changes teams", lambda: self.world.change(lambda document: self.teams(document, name))),
            ("starts", lambda: start.start(org, key, actor=self.agent, digest=told["digest"])),
            ("finishes", lambda: finish.finish(org, key, actor=self.agent, status="succeeded", detail="")),
            (f"{name} revokes", lambda: revoke.revoke(org, key, actor=who, reason="no")),
            (f"{name} reports", lambda: report.report(org, key, actor=who, verdict="correct")),
            (f"{name} pauses", lambda: pause.pause(org, actor=who, agent="refunds", reason="")),
            (f"{name} resumes", lambda: resume.resume(org, actor=who, agent="refunds", reason="")),
            *(
                [("withdraws", lambda: withdraw.withdraw(org, key, actor=self.agent, reason=""))]
                * (self.random.random() < 0.1)
            ),
        ]

    def roles(self, document: Document, name: str) -> None:
        """Take somebody the right to decide, or give it back."""
        row = next(one for one in document["people"] if one["email"] == self.world.email(name))
        if name != "ana":
            row["roles"] = ["viewer"] if "approver" in row["roles"] else ["approver"]

    def teams(self, document: Document, name: str) -> None:
        """Take somebody out of finance, or let them in."""
        members = document["teams"][0]["members"]
        email = self.world.email(name)
        if email in members and len(members) > 2:
            members.remove(email)
        elif email not in members:
            members.append(email)

    def look(self) -> None:
        """Check what holds at every moment; see the action as it is from now on, or sometimes as it was."""
        fresh = now(self.world, self.told)
        with tx.reading(self.world.org):
            action = Action.objects.get(pk=self.key)
            asked = Asked.objects.filter(action_id=self.key, left_at=None).count()
            mail = Parcel.objects.filter(action=self.key, kind="action.asked", status="waiting").count()
        assert fresh["digest"] == action_digest(self.world.slug, "refunds", "refund.create", fresh["arguments"])
        if fresh["status"] == "pending":
            stands = fresh["held"] and action.decide_cap is None  # the agent's own limit is never stopped
            assert (action.lapse_at is None) == stands, "what waits has a clock, or is held and has none"
            assert fresh["decision"] is None
            assert asked or fresh["held"] or fresh["votes"]["approvals"] or self.everyone_spoke(), "somebody is asked"
        else:
            self.ends.add((fresh["status"], (fresh["decision"] or {}).get("id"), fresh["digest"]))
            assert len(self.ends) == 1, "it ends once, and stays as it ended"
            assert (asked, mail) == (0, 0)
        if fresh["status"] == "approved":
            self.look_at_approval(fresh)
        if self.random.random() < 0.8:
            self.told = fresh

    def everyone_spoke(self) -> bool:
        """Whether there are votes at all: those who voted are asked no more."""
        with tx.reading(self.world.org):
            return Vote.objects.filter(action_id=self.key).exists()

    def look_at_approval(self, fresh: Document) -> None:
        """Check that enough people, each another and none of them barred, have approved just this."""
        approving = [one["email"] for one in fresh["decision"]["people"] if one["vote"] == "approve"]
        assert len(set(approving)) == len(approving) >= max(fresh["votes"]["needed"], 1)
        assert not {self.world.email("ana"), self.world.email(self.requester or "nobody")} & set(approving)
        with tx.reading(self.world.org):
            counted = Vote.objects.filter(action_id=self.key, standing=Vote.Standing.COUNTED)
            assert {vote.revision for vote in counted} == {fresh["revision"]}
        amount = fresh["amount"]
        if amount is None or float(amount["value"]) >= 500:
            assert fresh["votes"]["needed"] == 2
        if amount is None or float(amount["value"]) > 100:
            assert self.world.email("dee") not in approving


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens(world: World, seed: int) -> None:
    walk = Walk(world, seed)
    said: list[str] = []
    try:
        said.extend(walk.step() for _ in range(STEPS))
        history_holds(world)
        told = [one for one in kinds(world, walk.told) if one == "action.decided"]
        assert len(told) <= 1
        assert kinds(world, walk.told).count("action.started") <= 1
    except AssertionError as broken:
        broken.add_note("\n".join([f"requested by {walk.requester}", *said]))
        raise
