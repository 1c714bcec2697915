"""Leaving some items of a list out, where the type's schema says that they stand for themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.browser import browser_of, words
from tests.play import history_holds, kinds, now, post, refund
from tests.world import Document, World, row_of

VOLUMES = [{"id": f"vol-{number}", "gb": number * 10} for number in range(1, 5)]


@pytest.fixture
def lists(world: World) -> World:
    """Return the world where refunds carry two lists whose items stand for themselves, and one whose do not."""

    def edit(document: Document) -> None:
        schema = row_of(document, "agents", "refunds")["actions"][0]["schema"]
        apart: dict[str, Any] = {"type": "array", "x-separable": True}
        schema["properties"] |= {"volumes": apart, "tags": apart | {"minItems": 2}, "whole": {"type": "array"}}

    world.change(edit)
    return world


def arguments() -> dict[str, Any]:
    """Return a refund with lists."""
    return refund("20.00", volumes=VOLUMES, tags=["a", "b", "c"], whole=[1, 2])


def test_what_is_ticked_is_left_out_and_the_rest_is_approved(lists: World) -> None:
    action = post(lists, arguments())
    bo = browser_of(lists, "bo")
    page = bo.text(f"/actions/{action['id']}")
    assert "Volumes, leave these out" in words(page)
    assert "vol-3 · 30" in words(page)
    assert 'name="leave:arg:/whole:0"' not in page
    out = {"leave:arg:/volumes:1": "1", "leave:arg:/volumes:3": "1", "leave:arg:/tags:0": "1"}
    answer = bo.decide(action, "approve", edited="1", **out)
    assert answer.status_code == 303, words(answer.content.decode())
    told = now(lists, action)
    assert told["status"] == "approved"
    assert told["decision"]["edited"] is True
    assert told["arguments"] == arguments() | {"volumes": [VOLUMES[0], VOLUMES[2]], "tags": ["b", "c"]}
    history_holds(lists)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([f"leave:arg:/volumes:{place}" for place in range(4)], "everything would be left out. Reject it instead."),
        (["leave:arg:/volumes:9"], "something that cannot be left out"),
        (["leave:arg:/whole:0"], "something that cannot be left out"),
        (["leave:arg:/amount:0"], "something that cannot be left out"),
        (["leave:"], "Nothing was changed"),
        (["arg:/volumes"], "a field that cannot be edited"),
        (["leave:arg:/tags:0", "leave:arg:/tags:1"], "too short"),
    ],
)
def test_what_cannot_be_left_out_is_refused(lists: World, names: list[str], said: str) -> None:
    action = post(lists, arguments())
    answer = browser_of(lists, "bo").decide(action, "approve", edited="1", **dict.fromkeys(names, "1"))
    if names == ["leave:"]:  # no field of ours: an approval without changes
        assert now(lists, action)["decision"]["edited"] is False
        return
    assert answer.status_code == 422
    assert said in words(answer.content.decode())
    assert now(lists, action)["status"] == "pending"
    assert "action.voted" not in kinds(lists, action)
