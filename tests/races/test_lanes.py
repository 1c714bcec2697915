"""Two people agree to the same promotion at once, while labels come in: the lane goes up one level, once."""

from __future__ import annotations

from functools import partial

import pytest

from agents.models import MoveRow
from agents.ratchet import IncompleteOverride
from approvals.flow import set_level
from approvals.ratchet.levels import Rights
from core import tx
from tests.lanes import NOTE, known, label, quickly, replays
from tests.play import at_once, history_holds
from tests.world import Document, World

ROUNDS = 20


def two_admins(document: Document) -> None:
    """Let Dee be an admin as Cy is: neither owns the agent."""
    quickly(document)
    next(one for one in document["people"] if one["email"].startswith("dee@"))["roles"] = ["admin", "approver"]


def test_two_who_agree_raise_it_once(world: World) -> None:
    world.change(two_admins)
    cy, dee = world.as_person("cy"), world.as_person("dee")
    assert all(Rights(is_admin="admin" in one.roles).may_raise for one in (cy, dee))
    agree = partial(set_level.set_level, world.org, agent="refunds", action=NOTE, risk="low", reason="")
    for number in range(1, ROUNDS + 1):
        label(world, 100)
        assert known(world).proposed
        one, other, said = at_once(
            partial(agree, actor=cy, level="assisted"),
            partial(agree, actor=dee, level="assisted"),
            partial(label, world, 1),
        )
        assert said is None
        assert {isinstance(one, dict), isinstance(other, dict)} == {True}, (one, other)
        assert known(world).earned == 1, "agreed to twice it is one step"
        with tx.reading(world.org):
            assert MoveRow.objects.filter(code="promote").count() == number
        with pytest.raises(IncompleteOverride):
            agree(actor=dee, level="autonomous")
        assert known(world).earned == 1, "nobody agrees to two levels"
        agree(actor=cy, level="supervised")
    assert replays(world) == 1
    history_holds(world)
