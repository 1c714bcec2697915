"""What a chain does in the channel of a team: it is reminded in the thread, and a team that is added is asked there."""

from __future__ import annotations

import json

import pytest

from approvals.flow import remind as reminding
from dev.slack.blocks import faults
from tests.chains import with_chain
from tests.journeys.test_slack_rooms import in_room, press
from tests.journeys.test_slack_rooms import room as room
from tests.play import key_of, now, post, sweep
from tests.slack import Desk
from tests.world import Document, World


def test_a_chain_s_reminder_and_warning_are_said_in_the_thread_of_the_channel(world: World, room: Desk) -> None:
    world.change(with_chain({"at": "1h", "do": "remind"}, {"at": "2h", "do": "remind"}, {"at": "3h", "do": "warn"}))
    post(world)
    room.work()
    for _ in range(3):
        world.turn(hours=1, minutes=1)
        sweep(world)
        room.work(2)
    top, reminder, warning = in_room(room)
    assert reminder.thread_ts == warning.thread_ts == top.ts
    assert "waits for an answer until" in json.dumps(reminder.body["blocks"])
    assert warning.body["text"].startswith("Ends soon:")
    assert [faults(one.body["blocks"]) for one in (reminder, warning)] == [[], []]
    assert [len(room.messages(name)) for name in ("bo", "cy", "dee")] == [0, 3, 0], "who is told there, is told there"


def test_somebody_s_reminder_is_said_there_too_once(world: World, room: Desk) -> None:
    told = post(world)
    room.work()
    for _ in range(2):
        reminding.remind(world.org, key_of(told), actor=world.as_person("ana"))
        room.work(2)
        world.turn(hours=1, minutes=1)
    assert [one.body["text"].partition(":")[0] for one in in_room(room)][1:] == ["Reminder"]


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_a_team_that_a_step_asks_is_asked_in_its_channel(world: World, room: Desk, verb: str) -> None:
    def edit(document: Document) -> None:
        with_chain({"at": "1h", "do": verb, "to": {"team": "finance"}})(document)
        document["routes"][-1]["stages"] = [[{"approvals": 1, "from": {"person": world.email("mia")}}]]

    world.change(edit)
    told = post(world)
    room.work()
    assert in_room(room) == []
    world.turn(hours=1, minutes=1)
    sweep(world)
    room.work(2)
    (message,) = in_room(room)
    assert "For everyone in Finance" in json.dumps(message.body["blocks"])
    assert [len(room.messages(name)) for name in ("bo", "cy", "dee")] == [0, 1, 0]
    press(room, "bo", "approve")
    assert [one["email"] for one in now(world, told)["decision"]["people"]] == [world.email("bo")]
