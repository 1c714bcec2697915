"""The channel of everyone: one message where a whole team is asked, pressed by whoever may decide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dev.slack import pressing
from dev.slack.blocks import faults
from dev.slack.workspace import Message
from tests.journeys.test_slack import as_risk
from tests.play import now, parcels, post
from tests.slack import MEMBERS, Desk
from tests.world import Document, World, row_of

ROOM = "C0FINANCE1"


@pytest.fixture
def room(world: World, slack: Desk) -> Desk:
    """Finance has a channel; Cy alone wishes to be written to in Slack."""
    slack.workspace.add_channel(ROOM, "finance")

    def edit(document: Document) -> None:
        as_risk("low")(document)  # type: ignore[operator]
        row_of(document, "teams", "finance")["slack"] = ROOM
        row_of(document, "people", world.email("cy"))["notify"] = {"low": ["slack", "inapp"]}

    world.change(edit)
    return slack


def in_room(slack: Desk) -> list[Message]:
    return slack.workspace.shown(ROOM)


def press(slack: Desk, name: str, action_id: str) -> Any:
    pressed = pressing.press(slack.server, slack.workspace, slack.user(name), in_room(slack)[0], action_id)
    return slack.post("/slack/interactions", pressed)


def test_one_message_in_the_channel_and_directly_only_to_who_wishes_so(world: World, room: Desk) -> None:
    post(world)
    room.work()
    (message,) = in_room(room)
    assert faults(message.body["blocks"]) == []
    assert "For everyone in Finance" in json.dumps(message.body["blocks"])
    assert [len(room.messages(name)) for name in ("bo", "cy", "dee")] == [0, 1, 0]


def test_whoever_presses_in_the_channel_acts_in_their_own_name(world: World, room: Desk) -> None:
    told = post(world)
    room.work()
    press(room, "bo", "approve")
    assert [one["email"] for one in now(world, told)["decision"]["people"]] == [world.email("bo")]
    room.work()
    for message in (*in_room(room), *room.messages("cy")):
        assert message.body["text"].startswith("Approved by Bo")


def test_authority_is_checked_for_whoever_presses_there(world: World, room: Desk) -> None:
    told = post(world, {"amount": "150.00", "currency": "EUR", "customer": {"name": "Marta"}})
    room.work()
    press(room, "dee", "approve")  # up to 100 EUR
    assert now(world, told)["status"] == "pending"
    (said,) = room.heard()
    assert "othing was recorded" in said
    world.change(lambda document: row_of(document, "people", world.email("finn")).update(slack="U0FINN"))
    room.workspace.add_user("U0FINN", "Finn", world.email("finn"))
    MEMBERS["finn"] = "U0FINN"
    try:
        press(room, "finn", "approve")
    finally:
        del MEMBERS["finn"]
    assert now(world, told)["status"] == "pending"
    assert len(room.heard()) == 2


def test_where_only_some_are_assigned_the_channel_hears_nothing(world: World, room: Desk) -> None:
    world.change(lambda document: document["routes"][-1].update(assign="round_robin"))
    post(world)
    room.work()
    assert in_room(room) == []
    assert sum(len(room.messages(name)) for name in ("bo", "cy", "dee")) == 1


def test_a_channel_that_is_gone_goes_to_its_people_by_mail(world: World, room: Desk) -> None:
    del room.workspace.channels[ROOM]
    told = post(world)
    room.work()
    mails = {one["address"] for one in parcels(world, told, "email")}
    assert {world.email(name) for name in ("bo", "dee")} <= mails


def test_a_hundred_at_once_are_one_message_and_one_digest_in_the_channel(world: World, room: Desk) -> None:
    told = [post(world) for _ in range(30)]
    room.work(2)
    assert len(in_room(room)) == 2
    digest = in_room(room)[1]
    assert digest.body["text"] == "29 more actions wait for an answer"
    assert faults(digest.body["blocks"]) == []
    _decide_in(room, digest)
    assert sum(now(world, one)["status"] == "approved" for one in told) == 1


def _decide_in(slack: Desk, digest: Message) -> Any:
    pressed = pressing.press(slack.server, slack.workspace, slack.user("bo"), digest, "approve.review")
    slack.post("/slack/interactions", pressed)
    return slack.submit("bo", vote="approve")
