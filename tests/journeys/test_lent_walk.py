"""Everything that can happen to an action in stages while people lend, go away and leave: by the real flows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from approvals.delegations import PREFIX
from approvals.flow import delegate, lend, undelegate
from approvals.models import Asked, Delegation, Vote
from approvals.posted import PostedDelegation
from core import clock, ids, tx
from tests.journeys.test_review_walk import PEOPLE, Move, Walk
from tests.play import cast, history_holds, kinds
from tests.world import Document, World, row_of

STEPS = 24
ROADS: list[list[list[Document]]] = [
    [[{"approvals": 1, "from": {"team": "finance"}}], [{"approvals": 1, "from": {"role": "approver"}}]],
    [[{"approvals": 1, "from": {"team": "finance"}}, {"approvals": 1, "from": {"role": "approver"}}]],
    [[{"approvals": 2, "from": {"team": "finance"}}]],
    [[{"approvals": 1, "from": {"team": "finance"}}], [{"approvals": 1, "from": {"manager_of": "asked"}}]],
]


class LentWalk(Walk):
    """One action on a road of stages, among people who lend to one another."""

    def __init__(self, world: World, seed: int) -> None:
        road = ROADS[seed % len(ROADS)]
        self.depth = 1 + seed % 2

        def stages(document: Document) -> None:
            document["organization"]["delegation_depth"] = self.depth
            for name in ("big refunds", "everything else"):
                row_of(document, "routes", name)["stages"] = road

        world.change(stages)
        self.needed = [sum(one["approvals"] for one in stage) for stage in road]
        super().__init__(world, seed)

    def moves(self) -> list[tuple[str, Move]]:
        one, other = self.random.sample(PEOPLE, 2)
        how = self.random.choice(("approve", "approve", "reject", "abstain"))
        mine = (f"{one} {how}s for {other}", lambda: self.vote_for(one, other, how))
        lent = [
            (f"{one} lends to {other}", lambda: self.lend(one, other)),
            ("a delegation is ended", self.revoke),
            ("the engine sees to delegations", lambda: lend.sweep(at=clock.now(), org=self.world.org)),
            (f"{one} goes away or comes back", lambda: self.world.change(lambda document: self.goes(document, one))),
        ]
        return [*super().moves(), *[mine] * 4, *lent, *lent]

    def vote_for(self, who: str, owner: str, how: str) -> object:
        return cast(self.world, who, self.told, how, on_behalf_of=self.world.email(owner))

    def lend(self, grantor: str, to: str) -> object:
        until = clock.now() + timedelta(hours=self.random.choice((1, 30)))
        posted = PostedDelegation(self.world.email(to), until)
        return delegate.delegate(self.world.org, actor=self.world.as_person(grantor), posted=posted)

    def revoke(self) -> object:
        with tx.reading(self.world.org):
            row = Delegation.objects.filter(ended_at=None).select_related("grantor").first()
        if row is None:
            return None
        by = self.world.as_person(row.grantor.email)
        assert ids.parse(PREFIX, ids.public(PREFIX, row.pk)) == row.pk
        return undelegate.end(self.world.org, row.pk, actor=by)

    def goes(self, document: Document, name: str) -> None:
        row = row_of(document, "people", self.world.email(name))
        if row.pop("away", None) is None:
            row["away"] = [{"starts": "2026-01-01T00:00", "until": "2030-01-01T00:00"}]

    def look_at_approval(self, fresh: Document) -> None:
        """Check, by the votes alone, that each stage had as many different people as it needs, and none barred."""
        barred = {self.world.email("ana"), self.world.email(self.requester or "nobody")}
        with tx.reading(self.world.org):
            rows = Vote.objects.filter(action_id=self.key, standing=Vote.Standing.COUNTED)
            votes = [one for one in rows.select_related("person", "on_behalf_of") if one.vote == "approve"]
            assert not Asked.objects.filter(action_id=self.key, left_at=None).exists()
        assert {vote.revision for vote in votes} == {fresh["revision"]}
        naturals: list[str] = []
        for number, needed in enumerate(self.needed, start=1):
            there = [vote for vote in votes if vote.stage == number]
            assert len({vote.person_id for vote in there}) == len(there) >= needed
            assert len({vote.on_behalf_of_id or vote.person_id for vote in there}) == len(there), "a seat counts once"
            naturals += [vote.person.email for vote in there]
            for vote in there:
                assert not {vote.person.email, (vote.on_behalf_of or vote.person).email} & barred
        assert len(set(naturals)) >= sum(self.needed), "nobody sits twice"
        told: list[Any] = fresh["decision"]["people"]
        assert sorted(one["email"] for one in told if one["vote"] == "approve") == sorted(naturals)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_among_people_who_lend(world: World, seed: int) -> None:
    walk = LentWalk(world, seed)
    said: list[str] = []
    try:
        said.extend(walk.step() for _ in range(STEPS))
        history_holds(world)
        assert kinds(world, walk.told).count("action.decided") <= 1
    except AssertionError as broken:
        broken.add_note("\n".join([f"requested by {walk.requester}", *said]))
        raise
