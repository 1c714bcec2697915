"""Somebody who is away is on call, or has the turn, and has lent the seat: who stands in decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from tests.play import cast, post, refund
from tests.world import Document, World


def lent(world: World, route: dict[str, Any]) -> None:
    """Make Bo away and on call, and Cy stand in for him."""

    days = [(clock.now() + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M") for number in (-30, 30)]
    long = {"starts": days[0], "until": days[1]}

    def edit(document: Document) -> None:
        bo, cy = world.email("bo"), world.email("cy")
        document["agents"][0]["owner"] = world.email("eve")
        document["people"][1]["away"] = [long]
        document["delegations"] = [{"from": bo, "to": cy, **long, "reason": "leave"}]
        document["schedules"] = [
            {"slug": "duty", "timezone": "UTC", "people": [bo], "every": "1w", "starts": "2020-01-06T09:00"}
        ]
        document["teams"].append({"slug": "bo", "name": "Bo's", "members": [bo]})
        document["routes"] = [{"name": "all", "chain": "standard", **route}]

    world.change(edit)


@pytest.mark.parametrize(
    "route",
    [
        {"stages": [[{"approvals": 1, "from": {"schedule": "duty"}}]]},
        {"stages": [[{"approvals": 1, "from": {"team": "bo"}}]], "assign": "round_robin"},
        {"stages": [[{"approvals": 1, "from": {"team": "bo"}}]]},
    ],
)
def test_who_stands_in_for_somebody_who_is_away_decides(world: World, route: dict[str, Any]):
    lent(world, route)
    told = post(world, refund("50.00"))
    assert [one["email"] for one in told["asked"]] == [world.email("cy")]
    told = cast(world, "cy", told)
    assert told["status"] == "approved"
    assert told["decision"]["people"][0]["on_behalf_of"] == world.email("bo")
