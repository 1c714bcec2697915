"""Open pages and what they missed: the changes since the last look, over the product's own address."""

from __future__ import annotations

from typing import Any

from tests.journeys.browser import browser_of
from tests.play import cast, post, refund
from tests.world import World


def test_a_page_learns_what_it_missed_and_nothing_when_nothing_changed(world: World) -> None:
    bo = browser_of(world, "bo")
    first: Any = bo.get("/inbox/changes").json()
    mark = first["mark"]
    assert bo.get(f"/inbox/changes?mark={mark}").status_code == 204
    told = post(world)
    second: Any = bo.get(f"/inbox/changes?mark={mark}").json()
    assert second["waiting"] == first["waiting"] + 1
    assert set(second["actions"]) - set(first["actions"]) == {told["id"]}
    cast(world, "bo", told)
    third: Any = bo.get(f"/inbox/changes?mark={second['mark']}").json()
    assert told["id"] not in third["actions"]


def test_who_has_not_the_authority_learns_nothing_of_it(world: World) -> None:
    told = post(world, refund("150.00"))
    assert told["id"] in browser_of(world, "bo").get("/inbox/changes").json()["actions"]
    assert told["id"] not in browser_of(world, "dee").get("/inbox/changes").json()["actions"]


def test_signed_out_it_says_nothing(world: World) -> None:
    bo = browser_of(world, "bo")
    bo.client.logout()
    assert bo.get("/inbox/changes").status_code == 302
