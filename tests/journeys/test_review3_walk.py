"""The same walk with chains of steps, roads that assign, roads taken anew, and engines that run many together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals import auditor
from approvals.flow import lapse, lend, reapply
from approvals.models import Action, Asked
from core import clock, tx
from tests.journeys.test_lent_walk import LentWalk
from tests.journeys.test_review_walk import Move
from tests.play import history_holds, kinds, post, refund
from tests.world import Document, World, row_of

STEPS = 26
CHAINS: list[list[Document]] = [
    [{"at": "25%", "do": "remind"}, {"at": "50%", "do": "add", "to": {"manager_of": "asked"}}],
    [{"at": "20%", "do": "replace", "to": {"role": "approver"}}, {"at": "60%", "do": "add", "to": {"team": "finance"}}],
    [
        {"at": "10%", "do": "add", "to": {"manager_of": "asked"}},
        {"at": "20%", "do": "replace", "to": {"team": "finance"}},
        {"at": "25%", "do": "repeat", "from": 1, "times": 2},
        {"at": "90%", "do": "warn"},
    ],
    [],
]
ASSIGNS = ("all", "all", "round_robin", "sticky", "least_loaded")


class ChainWalk(LentWalk):
    """One action, and another beside it, on roads that change."""

    def __init__(self, world: World, seed: int) -> None:
        world.change(lambda document: self.other_chain(document, seed))
        super().__init__(world, seed)
        self.world.change(lambda document: self.other_assign(document, seed // 2))
        for _ in range(2):
            post(world, refund("700.00"))

    def moves(self) -> list[tuple[str, Move]]:
        more: list[tuple[str, Move]] = [
            ("the engine runs all together", self.together),
            ("the chain changes", lambda: self.world.change(lambda d: self.other_chain(d, self.random.randrange(9)))),
            ("the route assigns", lambda: self.world.change(lambda d: self.other_assign(d, self.random.randrange(9)))),
            ("an admin takes it to the road of today", self.anew),
            ("half an hour", lambda: self.world.turn(minutes=self.random.choice((10, 30, 50)))),
        ]
        return [*super().moves(), *more, *more]

    def together(self) -> object:
        with tx.reading(self.world.org):
            keys = list(Action.objects.filter(lapse_at__lte=clock.now()).values_list("id", flat=True))
        return lapse.lapse_together(self.world.org, keys) if keys else None

    def anew(self) -> object:
        ana = self.world.as_person("ana")
        return reapply.reapply(self.world.org, self.key, actor=ana, config_version=self.world.version)

    def other_chain(self, document: Document, number: int) -> None:
        row_of(document, "chains", "standard")["steps"] = CHAINS[number % len(CHAINS)]

    def other_assign(self, document: Document, number: int) -> None:
        for name in ("big refunds", "everything else"):
            row_of(document, "routes", name)["assign"] = ASSIGNS[number % len(ASSIGNS)]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_on_chains_of_steps(world: World, seed: int) -> None:
    walk = ChainWalk(world, seed)
    said: list[str] = []
    try:
        said.extend(walk.step() for _ in range(STEPS))
        history_holds(world)
        assert kinds(world, walk.told).count("action.decided") <= 1
        for _ in range(3):
            while lend.sweep(at=clock.now(), org=world.org):
                pass
            world.turn(seconds=5)
        found = auditor.examine(world.org, since=clock.now() - timedelta(days=30))
        assert not found, found
        with tx.reading(world.org):
            rows = Asked.objects.filter(left_at=None, action__status="pending", on_behalf_of__isnull=False)
            stale = [one for one in rows.select_related("delegation") if one.delegation and one.delegation.ended_at]
        assert not stale
    except Exception as broken:
        broken.add_note("\n".join([f"seed {seed}, requested by {walk.requester}", *said]))
        raise
