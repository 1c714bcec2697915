"""A walk of chance: agents post, people vote, stop, raise and lower, time passes; whatever comes, some things hold.

Nothing goes through alone while its lane is frozen, tightened, paused or supervised; no lane stands above its ceiling
or rises by two; each row is the fold of its ledger; what trust approved was drawn, and says with what chance.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from agents.models import LabelRow, LaneRow, MoveRow
from agents.terms import LEVELS, RISKS
from agents.trust import trust_from_json
from approvals import quick
from approvals.flow import freeze, lapse, pause, report, resume, set_level, submit, trust_sweep, vote
from approvals.models import Action, Decision
from approvals.posted import CastVote, PostedAction
from core import clock, tx
from core.errors import DomainError
from tests.lanes import label, replays
from tests.play import by_key, history_holds, key_of, refund
from tests.world import Document, World

NOTE, TAG, REFUND = "note.add", "tag.add", "refund.create"
AT = {NOTE: "low", TAG: "medium", REFUND: "medium"}
STEPS = 220
Told = dict[str, Any]


def walkable(document: Document) -> None:
    """Let two kinds climb, one by itself and at most to monitored, and Cy be an admin who owns nothing."""
    eager = {"min_labels": 2, "min_days": 0, "tolerance": 0.3, "alpha": 0.2, "sample": 0.3, "sample_flagged": 0.6}
    terms = {"reversible": True, "trust": {"levels": {name: dict(eager) for name in LEVELS[1:]}, "stale": "20d"}}
    agent = document["agents"][0]
    agent["limits"] = {"per_minute": 1000, "pending": 1000}
    agent["actions"] = [
        *(one for one in agent["actions"] if one["type"] == REFUND),
        {"type": NOTE, "title": "Note on {/customer}", "risk": "low", "promotion": "automatic"} | terms,
        {"type": TAG, "title": "Tag {/customer}", "risk": "medium", "promotion": "ratified", "ceiling": "monitored"}
        | terms,
    ]
    next(one for one in document["people"] if one["email"].startswith("cy@"))["roles"] = ["admin", "approver"]


class Walk:
    """One walk: what may happen, with how it is done, and what has to hold after each."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, Random(seed)
        self.waiting: list[Told] = []
        self.through: list[Told] = []
        self.version, self.refused, self.seen = "1.0.0", 0, set[tuple[str, str]]()
        self.steps: list[tuple[Callable[[], object], int]] = [
            (self.post, 42),
            (self.judge, 20),
            (self.agree, 8),
            (self.let_it_be_known, 8),
            (self.report, 3),
            (self.freeze, 2),
            (self.unfreeze, 4),
            (self.pause, 1),
            (self.resume, 3),
            (self.override, 2),
            (self.lower, 1),
            (self.pass_time, 4),
            (self.renew, 1),
            (self.tell_terms, 1),
        ]

    def take(self) -> None:
        """Take one step, and look around."""
        steps, weights = zip(*self.steps, strict=True)
        try:
            self.random.choices(steps, weights=weights)[0]()
        except DomainError:
            self.refused += 1
        self.look()

    def look(self) -> None:
        """Check how every lane stands."""
        with tx.reading(self.world.org):
            for row in LaneRow.objects.all():
                trust = trust_from_json(row.terms)
                assert row.level <= trust.ceiling
                assert not (row.frozen and row.level)
                self.seen.add((row.type, LEVELS[row.level]))

    def lane(self, kind: str) -> LaneRow | None:
        with tx.reading(self.world.org):
            return LaneRow.objects.filter(type=kind, risk=AT[kind], floor=0).first()

    def kind(self) -> str:
        return self.random.choices((NOTE, TAG, REFUND), weights=(5, 4, 1))[0]

    def post(self) -> None:
        """Let the agent ask, by the quick road where that goes, and check what trust did against how the lane stood."""
        kind, agent = self.kind(), by_key(self.world)
        before, stopped = self.lane(kind), self.world.agent().paused_at is not None
        arguments = refund() if kind == REFUND else {"customer": self.random.choice(("Mia", "Leo"))}
        body = f"{self.random.random()}".encode()
        sure = self.random.choice((0.5, 0.9, None))
        one = PostedAction(body=body, action=kind, arguments=arguments, confidence=sure, agent_version=self.version)
        told = quick.submit(agent, one) or submit.submit(agent, one)[0]
        if told["status"] == "pending":
            self.waiting.append(told)
        if told["status"] != "approved":
            return
        self.through.append(told)
        row = self.lane(kind)  # a new version may have taken it down just before
        for stood in (before, row):
            assert stood is not None
            assert (stood.frozen, stood.tightened, stopped) == (False, False, False)
            assert stood.level > 0
            assert stood.due_at is None or stood.due_at > clock.now()
        assert row is not None
        with tx.reading(self.world.org):
            drawn = Action.objects.get(pk=key_of(told)).verdict["review"]
        smallest = trust_from_json(row.terms).at(row.level).smallest
        assert drawn["w"] == pytest.approx(smallest / drawn["p"])
        assert not (drawn["reviewed"] and drawn["held"])

    def judge(self) -> None:
        """Let somebody decide what waits: mostly that it is right, sometimes without reading it."""
        if not self.waiting:
            return
        told = self.waiting.pop(self.random.randrange(len(self.waiting)))
        self.world.turn(seconds=30)
        cast = CastVote("approve", told["digest"], review_seconds=self.random.choice((2.0, 30.0, 30.0)))
        if self.random.random() < 0.12:
            blame = self.random.random() < 0.2
            cast = CastVote("reject", told["digest"], "No.", no_fault=blame, review_seconds=30.0)
        done = vote.vote(self.world.org, key_of(told), actor=self.world.as_person("bo"), cast=cast)
        if done["status"] == "approved":
            self.through.append(done)

    def let_it_be_known(self) -> None:
        label(self.world, self.random.randint(2, 7), kind=(kind := self.kind()), risk=AT[kind])  # type: ignore[arg-type]

    def report(self) -> None:
        if self.through:
            told = self.through.pop(self.random.randrange(len(self.through)))
            how = self.random.choices(("minor", "major", "critical"), weights=(3, 5, 1))[0]
            crm = self.world.as_reporter()
            report.report(self.world.org, key_of(told), actor=crm, verdict="incorrect", severity=how, note="")

    def freeze(self) -> None:
        self._switch(freeze.freeze, "bo")

    def unfreeze(self) -> None:
        self._switch(freeze.unfreeze, "cy")

    def _switch(self, flow: Any, who: str) -> None:
        kind = self.kind()
        actor = self.world.as_person(who)
        flow(self.world.org, actor=actor, agent="refunds", reason="a walk", action=kind, risk=AT[kind])

    def pause(self) -> None:
        pause.pause(self.world.org, actor=self.world.as_person("ana"), agent="refunds", reason="a walk")

    def resume(self) -> None:
        resume.resume(self.world.org, actor=self.world.as_person("ana"), agent="refunds", reason="a walk")

    def agree(self) -> None:
        row = self.lane(TAG)
        if row is not None and row.proposed:
            self._set("cy", TAG, row.earned + 1)

    def override(self) -> None:
        until = clock.now() + timedelta(hours=self.random.uniform(1, 90))
        self._set(self.random.choice(("cy", "bo")), self.kind(), self.random.randrange(4), until=until)

    def lower(self) -> None:
        self._set("bo", self.kind(), self.random.randrange(3))

    def _set(self, who: str, kind: str, level: int, **more: Any) -> None:
        actor = self.world.as_person(who)
        set_level.set_level(
            self.world.org,
            actor=actor,
            agent="refunds",
            action=kind,
            risk=AT[kind],  # type: ignore[arg-type]
            level=LEVELS[level],
            reason="A walk",
            **more,
        )

    def pass_time(self) -> None:
        """Let hours pass, or weeks; mostly the engine comes by."""
        self.world.turn(hours=self.random.choice((1, 5, 30, 200, 500)))
        if self.random.random() < 0.8:
            lapse.sweep(at=clock.now(), org=self.world.org)
            trust_sweep.sweep(at=clock.now(), org=self.world.org)

    def renew(self) -> None:
        numbers = [int(one) for one in self.version.split(".")]
        numbers[self.random.choices(range(3), weights=(1, 2, 4))[0]] += 1
        self.version = ".".join(map(str, numbers))

    def tell_terms(self) -> None:
        """Publish other terms, stricter or not."""
        tolerance = self.random.choice((0.2, 0.25, 0.3))
        self.world.change(
            lambda document: document["agents"][0]["actions"][1]["trust"]["levels"]["monitored"].update(
                tolerance=tolerance
            )
        )


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [5, 29])
def test_whatever_comes_some_things_hold(world: World, seed: int) -> None:
    world.change(walkable)
    walk = Walk(world, seed)
    for kind in (NOTE, NOTE, TAG, TAG):
        label(world, 20, kind=kind, risk=AT[kind], ratify=True)  # type: ignore[arg-type]
        walk.look()
    for _ in range(STEPS):
        walk.take()
    assert {LEVELS[1], LEVELS[2]} & {level for kind, level in walk.seen if kind == TAG}
    assert (TAG, "autonomous") not in walk.seen, "policy stops it at monitored"
    assert walk.through
    with tx.reading(world.org):
        moves = list(MoveRow.objects.order_by("lane_id", "entry", "part"))
        alone = Decision.objects.filter(by="ratchet", outcome="approved").values("action_id")
        reviews = [one.verdict.get("review") for one in Action.objects.filter(pk__in=alone)]
        standing = LabelRow.objects.filter(dropped=False, replaced_by=None).values_list("lane_id", "action")
        assert len(standing) == len(set(standing)), "one label an action in a lane"
    rises = [one for one in moves if one.code == "promote"]
    assert all(one.after == one.before + 1 for one in rises)
    assert len({(one.lane_id, one.entry) for one in rises}) == len(rises), "one step an entry"
    assert reviews
    assert all(one is not None and 0 < one["p"] <= 1 and 0 < one["w"] <= 1 for one in reviews)
    assert replays(world) >= 2
    history_holds(world)
    assert set(AT.values()) <= set(RISKS)
