"""Open pages and what they missed: the changes since the last look, over the product's own address."""

from __future__ import annotations

from typing import Any

from tests.journeys.browser import browser_of, words
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
    answer = bo.get("/inbox/changes")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in"), "by which the open page knows"


def test_what_is_decided_says_by_whom_and_has_no_time_left(world: World) -> None:
    """After a reload, and in the piece that scripts put in its place."""
    told = post(world)
    bo = browser_of(world, "bo")
    assert "left" in words(_chain(bo.text(f"/actions/{told['id']}")))
    cast(world, "cy", told)
    for path in (f"/actions/{told['id']}", f"/actions/{told['id']}/detail"):
        said = words(_chain(bo.text(path)))
        assert "Cy" in said
        assert "Approved" in said
        assert "left" not in said


def _chain(page: str) -> str:
    return page.partition("<div data-chain>")[2].partition("</div>")[0]
