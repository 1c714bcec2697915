"""Two admins publish at the same instant, and one keeps from two windows at once: never both, and one is told."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.configuration.stored import document_in_force
from approvals.drafting.chain_form import chain_edit
from approvals.drafting.rows import mark_of
from approvals.drafts import desk_of
from approvals.flow.apply import Applied, VersionMoved
from approvals.flow.discard_draft import discard
from approvals.flow.keep_draft import DraftMoved, keep
from approvals.flow.publish_draft import publish_draft
from core import tx
from tests.play import at_once
from tests.world import World

ROUNDS = 20


@pytest.fixture
def admins(world: World) -> World:
    """The cast with two admins."""
    world.change(lambda document: document["people"][1].update(roles=["admin", "approver"]))
    return world


def mark(world: World, name: str) -> str:
    """Return the mark of what somebody sees."""
    with tx.reading(world.org):
        return desk_of(world.person(name).pk).mark


def draft(world: World, name: str, **fields: str) -> None:
    """Let somebody keep a change of the chain standard."""
    seen = mark(world, name)
    keep(world.org, actor=world.as_person(name, "web"), mark=seen, edit=chain_edit("standard", fields))


def test_of_two_who_publish_at_once_one_is_told(admins: World) -> None:
    world = admins
    for number in range(ROUNDS):
        draft(world, "ana", **{"wait-0": str(100 + number), "unit-0": "m"})
        draft(world, "bo", execute=str(20 + number))

        def publish(name: str) -> Any:
            return lambda: publish_draft(
                world.org, actor=world.as_person(name, "web"), mark=mark(world, name), reason="At once."
            )

        before = document_in_force(world.org)[0]
        told = at_once(publish("ana"), publish("bo"))
        assert sorted(type(one).__name__ for one in told) == ["Applied", "VersionMoved"], told
        assert document_in_force(world.org)[0] == before + 1
        assert any(isinstance(one, Applied) for one in told)
        assert any(isinstance(one, VersionMoved) for one in told)
        for name in ("ana", "bo"):
            discard(world.org, actor=world.as_person(name, "web"))


def test_of_two_windows_that_keep_at_once_one_is_told(admins: World) -> None:
    world = admins
    for number in range(ROUNDS):
        seen = mark(world, "ana")

        def press(seconds: int, seen: str = seen) -> Any:
            edit = chain_edit("standard", {"wait-0": str(seconds), "unit-0": "s"})
            return lambda: keep(world.org, actor=world.as_person("ana", "web"), mark=seen, edit=edit)

        told = at_once(press(1000 + number), press(2000 + number))
        assert [type(one) for one in told if one is not None] == [DraftMoved], told
    with tx.reading(world.org):
        desk = desk_of(world.person("ana").pk)
    assert desk.mark == mark_of(desk.document)
    assert desk.drafted
