"""What people say of an action moves its lane: each loss, once, and nothing where nobody looked."""

from __future__ import annotations

from typing import Any

from agents.models import LabelRow, LaneRow, LedgerRow, MoveRow
from approvals.lanes import agent_json
from core import tx
from tests.play import cast, key_of, post
from tests.world import World


def lane(world: World, kind: str = "refund.create", risk: str = "medium") -> LaneRow | None:
    with tx.reading(world.org):
        return LaneRow.objects.filter(type=kind, risk=risk, floor=0).first()


def labels(world: World, told: dict[str, Any]) -> list[LabelRow]:
    with tx.reading(world.org):
        return list(LabelRow.objects.filter(action=key_of(told)).order_by("said_at", "id"))


def test_an_approval_of_who_looked_is_clean(world: World) -> None:
    told = post(world)
    world.turn(seconds=30)
    cast(world, "bo", told)
    (label,) = labels(world, told)
    assert (label.loss, label.weight, label.catch, label.entry) == (0.0, 1.0, None, 2)
    row = lane(world)
    assert row is not None and row.entries == 2
    with tx.reading(world.org):
        assert LedgerRow.objects.get(number=2).label == label.pk
        assert agent_json(world.agent())["lanes"][0]["reviewed"] == 1
        assert not MoveRow.objects.exists()
