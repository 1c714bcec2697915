"""Sixty-four people press approve or reject at once, over two web processes: one decision, and everybody is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.play import at_once, history_holds, kinds
from tests.storms.processes import Web
from tests.world import Document, World

VOTERS = 64

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def webs() -> Iterator[tuple[Web, Web]]:
    """Start two web processes."""
    pair = (Web(), Web())
    for web in pair:
        web.wait()
    yield pair
    for web in pair:
        web.stop()


def test_one_decides_and_sixty_three_are_told_who_won(world: World, webs: tuple[Web, Web]) -> None:
    names = [f"v{number}" for number in range(VOTERS)]

    def crowd(document: Document) -> None:
        for name in names:
            document["people"].append({"email": world.email(name), "name": f"Voter {name}", "roles": ["approver"]})
            document["teams"][0]["members"].append(world.email(name))

    world.change(crowd)
    keys = {name: world.person_key(name) for name in names}
    body = {"action": "refund.create", "arguments": {"amount": "10.00", "currency": "EUR"}}
    status, told = webs[0].ask("POST", "/api/v1/actions", body, key=world.key())
    assert (status, told["status"]) == (201, "pending")

    def vote(place: int, name: str) -> tuple[int, Any]:
        ballot = {
            "vote": "approve" if place % 2 else "reject",
            "digest": told["digest"],
            "comment": "no" if not place % 2 else "",
        }
        return webs[place % 2].ask("POST", f"/api/v1/actions/{told['id']}/votes", ballot, key=keys[name])

    answers: list[Any] = at_once(*[partial(vote, place, name) for place, name in enumerate(names)])
    assert Counter(status for status, _ in answers) == {200: 1, 409: VOTERS - 1}, answers[:3]
    winner = next(said for status, said in answers if status == 200)
    losers = [said for status, said in answers if status == 409]
    assert {one["code"] for one in losers} == {"already_closed"}
    assert {one["decision"]["id"] for one in losers} == {winner["decision"]["id"]}
    assert kinds(world, told).count("action.decided") == 1
    assert kinds(world, told).count("action.vote_late") == VOTERS - 1
    history_holds(world)
