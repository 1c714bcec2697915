"""What several approve by one press must still be plain at the moment it is approved."""

from __future__ import annotations

import pytest

from approvals.flow.refusals import InvalidVote
from tests.play import cast, now, post
from tests.world import World


def test_a_bulk_vote_on_anything_but_low_risk_is_refused(world: World) -> None:
    told = post(world)  # medium
    with pytest.raises(InvalidVote):
        cast(world, "bo", told, bulk=True)
    assert now(world, told)["status"] == "pending"
