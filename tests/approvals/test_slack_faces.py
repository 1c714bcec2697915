"""What a message in Slack shows: within Slack's limits, in our words, and nothing an agent wrote becomes markup."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from approvals.ground import look
from approvals.slack import values
from approvals.slack.draw import of_action
from approvals.slack.words import escaped
from approvals.story import load
from core import tx
from delivery.slack.faces import Face
from dev.slack.blocks import faults
from tests.play import Told, cast, key_of, now, post, refund, sweep
from tests.world import World, row_of

HOSTILE = (
    "<https://evil.test|Click here> <!channel> <@U024BE7LH> @here :rotating_light: *bold* _it_ ~no~ `code`"
    " https://evil.test www.evil.test \u202e&lt;"
)


def face(world: World, told: Told, name: str | None = "bo") -> Face:
    with tx.reading(world.org):
        story = load(key_of(told))
        return of_action(story, look(story.action.agent_id), world.person(name).pk if name else None, None)


def marked(shown: Face) -> list[str]:
    """Return every text that Slack would format."""
    found = [shown.text]

    def walk(one: Any) -> None:
        if isinstance(one, dict):
            if one.get("type") == "mrkdwn":
                found.append(one["text"])
            for inner in one.values():
                walk(inner)
        elif isinstance(one, list):
            for inner in one:
                walk(inner)

    walk(shown.blocks)
    return found


def said(shown: Face) -> str:
    return json.dumps([shown.text, shown.blocks], ensure_ascii=False)


def fits(shown: Face) -> None:
    assert faults(shown.blocks) == []
    assert all(block is not None for block in Block.parse_all(shown.blocks))
    assert shown.text


def buttons(shown: Face) -> list[str]:
    return [one["action_id"] for block in shown.blocks if block["type"] == "actions" for one in block["elements"]]


def as_risk(risk: str) -> Any:
    def edit(document: dict[str, Any]) -> None:
        kinds = document["agents"][0]["actions"]
        next(kind for kind in kinds if kind["type"] == "refund.create")["risk"] = risk

    return edit


@pytest.mark.parametrize(
    ("risk", "first"),
    [("low", "approve"), ("medium", "approve"), ("high", "approve.review"), ("critical", "open.review")],
)
def test_approve_is_further_away_the_higher_the_risk(world: World, risk: str, first: str) -> None:
    world.change(as_risk(risk))
    shown = face(world, post(world))
    fits(shown)
    assert buttons(shown)[0] == first
    assert "reject" in buttons(shown)
    assert "ask" in buttons(shown)


def test_nothing_an_agent_wrote_becomes_a_link_a_mention_or_markup(world: World) -> None:
    told = post(world, refund(customer={"name": HOSTILE}), summary=HOSTILE[:200], reason=HOSTILE * 20)
    shown = face(world, told)
    fits(shown)
    for markup in re.findall(r"<[^>]*>", " ".join(marked(shown))):
        assert markup.startswith(("<!date^", "<http://127.0.0.1:8000/actions/", "<http://testserver/actions/")), markup
    for text in marked(shown):
        assert not {"@here", ":rotating_light:", "https://evil", "*bold*"} & {
            one for one in HOSTILE.split() if one in text
        }


def test_everything_too_long_is_cut_to_what_slack_takes(world: World) -> None:
    told = post(world, refund(customer={"name": "x" * 5000}), summary="y" * 200, reason="z" * 10_000)
    fits(face(world, told))


def test_each_state_has_its_line_and_no_buttons(world: World) -> None:
    approved = post(world)
    cast(world, "bo", approved)
    shown = face(world, approved)
    fits(shown)
    assert buttons(shown) == []
    assert shown.text.startswith("Approved by Bo")
    rejected = post(world)
    cast(world, "cy", rejected, "reject", comment="Offer a *replacement* first.")
    shown = face(world, rejected)
    fits(shown)
    assert shown.text.startswith("Rejected by Cy")
    expired = post(world)
    world.turn(hours=5)
    sweep(world)
    assert now(world, expired)["status"] == "expired"
    shown = face(world, expired)
    fits(shown)
    assert shown.text.startswith("Expired, treated as rejected")


def test_who_has_voted_loses_the_buttons_and_the_others_see_the_count(world: World) -> None:
    world.change(lambda document: row_of_last_route(document).update(stages=two_of_finance()))
    told = post(world)
    cast(world, "bo", told)
    assert buttons(face(world, told, "bo")) == ["open"]
    assert "You approved this" in said(face(world, told, "bo"))
    assert buttons(face(world, told, "cy"))[0] == "approve"
    assert "1 of 2 have approved" in said(face(world, told, "cy"))
    fits(face(world, told, None))


def row_of_last_route(document: dict[str, Any]) -> dict[str, Any]:
    last: dict[str, Any] = document["routes"][-1]
    return last


def two_of_finance() -> list[Any]:
    return [[{"approvals": 2, "from": {"team": "finance"}}]]


def test_a_value_says_what_it_was_drawn_for_and_junk_is_nothing(world: World) -> None:
    told = post(world)
    shown = face(world, told)
    (row,) = [block for block in shown.blocks if block["type"] == "actions"]
    value = values.read(row["elements"][0]["value"])
    assert value is not None
    assert (value.action, value.revision) == (key_of(told), 1)
    for junk in (None, 3, "", "1.2.3.4.5", "x" * 5000, "1.-.act_0.1.1", row["elements"][0]["value"] + ".1"):
        assert values.read(junk) is None


def test_escaping_shows_every_letter(world: World) -> None:
    plain = escaped("a & b < c > d", most=100)
    assert plain == "a &amp; b &lt; c &gt; d"
    assert row_of(world.document, "people", world.email("bo"))["name"] in escaped("Bo Lind", most=20)
