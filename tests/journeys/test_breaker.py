"""Executions that fail one after the other freeze their lane, by themselves; an admin lets it go on."""

from __future__ import annotations

from functools import partial

from agents.models import MoveRow
from approvals.flow.finish import finish
from approvals.flow.freeze import unfreeze
from approvals.flow.start import start
from approvals.ratchet.breaker import IN_A_ROW
from core import tx
from delivery.models import Parcel
from tests.lanes import NOTE, climbed, codes, lane, quickly, replays
from tests.play import Told, at_once, cast, history_holds, key_of, post
from tests.world import World

WHY = "Frozen: 6 actions in a row failed after they were approved."


def started(world: World) -> Told:
    """Let a refund be approved and begun."""
    told = post(world)
    cast(world, "bo", told)
    start(world.org, key_of(told), actor=world.as_agent(), digest=told["digest"])
    return told


def end(world: World, told: Told, status: str = "failed") -> None:
    finish(world.org, key_of(told), actor=world.as_agent(), status=status, detail="503 from the shop")


def run(world: World, *statuses: str) -> None:
    for status in statuses:
        end(world, started(world), status)


def frozen(world: World) -> bool:
    row = lane(world, "refund.create", "medium")
    return row is not None and row.frozen


def test_six_failures_in_a_row_freeze_the_lane(world: World) -> None:
    run(world, *["failed"] * (IN_A_ROW - 1), "succeeded", *["failed"] * (IN_A_ROW - 1))
    assert not frozen(world), "one that succeeded was between them"
    last = started(world)
    end(world, last)
    assert frozen(world)
    end(world, last)  # told twice, counted once
    with tx.reading(world.org):
        (move,) = MoveRow.objects.filter(code="freeze")
        told = Parcel.objects.filter(once__startswith=f"lane:{move.lane_id.hex}").values_list("address", flat=True)
        assert world.email("ana") in told
    assert (move.sentence, move.by) == (WHY, "engine")
    history_holds(world)


def test_after_an_admin_let_it_go_on_it_takes_six_more(world: World) -> None:
    world.change(quickly)
    run(world, *["failed"] * IN_A_ROW)
    more = [started(world) for _ in range(3)]
    for told in more:
        end(world, told)  # people approved them in the frozen lane; somebody is looking already
    unfreeze(world.org, actor=world.as_person("cy"), agent="refunds", reason="The shop is back")
    run(world, *["failed"] * (IN_A_ROW - 1))
    assert not frozen(world)
    run(world, "failed")
    assert frozen(world)
    assert codes(world, "refund.create", "medium") == ["freeze", "unfreeze", "freeze"]
    assert replays(world) == 1


def test_what_was_earned_waits_for_people_meanwhile(world: World) -> None:
    world.change(quickly)
    climbed(world, "autonomous")
    for _ in range(IN_A_ROW):
        told = next(one for one in (post(world, {"customer": "Mia"}, action=NOTE) for _ in range(40)) if is_free(one))
        start(world.org, key_of(told), actor=world.as_agent(), digest=told["digest"])
        end(world, told)
    assert post(world, {"customer": "Mia"}, action=NOTE)["status"] == "pending"
    row = lane(world)
    assert row is not None
    assert (row.level, row.earned, row.frozen) == (0, 3, True)
    assert replays(world) == 1


def is_free(told: Told) -> bool:
    return bool(told["status"] == "approved")


def test_failures_at_once_are_counted_each(world: World) -> None:
    world.change(quickly)
    for _ in range(4):
        run(world, "succeeded")
        begun = [started(world) for _ in range(IN_A_ROW)]
        assert at_once(*(partial(end, world, told) for told in begun)) == [None] * IN_A_ROW
        assert frozen(world)
        assert codes(world, "refund.create", "medium")[-1] == "freeze"
        unfreeze(world.org, actor=world.as_person("cy"), agent="refunds", reason="On")
