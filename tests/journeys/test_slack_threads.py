"""What is said in the thread, and how a message changes hands: answers, reminders, warnings, claims, escalation."""

from __future__ import annotations

import json

import pytest
from slack_sdk.models.blocks import Block

from approvals.flow import claim, remind, reply
from dev.slack import pressing
from dev.slack.blocks import faults
from dev.slack.workspace import Message
from tests.chains import with_chain
from tests.journeys.test_slack import as_risk
from tests.lending import engine, lends
from tests.play import cast, key_of, now, post, refund, sweep
from tests.slack import Desk
from tests.world import Document, World


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


def all_hold(slack: Desk) -> None:
    """Check every body that any message has ever had against Slack's limits and slack_sdk's models."""
    for message in slack.workspace.messages:
        for body in message.history:
            assert faults(body["blocks"]) == []
            assert len(Block.parse_all(body["blocks"])) == len(body["blocks"])
            for block in Block.parse_all(body["blocks"]):
                block.to_dict()  # validates


def shown(message: Message) -> str:
    return json.dumps(message.body["blocks"], ensure_ascii=False)


def test_the_agents_answer_comes_in_the_thread_and_can_be_decided_there(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    slack.press("bo", told, "ask")
    slack.submit("bo", question="Is a *replacement* in stock?")
    low.turn(minutes=6)
    reply.reply(low.org, key_of(told), actor=low.as_agent(), text="Yes, 4 <https://evil.test|in Gothenburg>.")
    slack.work(2)
    top, answer = slack.messages("bo")
    assert answer.thread_ts == top.ts
    assert "The clock was paused for 6 min" in shown(answer)
    assert "Is a \u2060*\u2060replacement\u2060*\u2060 in stock?" in shown(answer)
    assert "<https://evil" not in shown(answer)
    slack.press("bo", told, "approve")  # the last message about it: the answer
    assert now(low, told)["status"] == "approved"
    slack.work()
    assert all(one.body["text"].startswith("Approved by Bo") for one in slack.messages("bo"))
    all_hold(slack)


def test_nobody_is_reminded_twice_and_the_reminder_is_in_the_thread(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    for _ in range(3):
        remind.remind(low.org, key_of(told), actor=low.as_person("ana"))
        low.turn(hours=1, minutes=1)
        slack.work()
    top, reminder = slack.messages("bo")
    assert (reminder.thread_ts, reminder.body["text"][:9]) == (top.ts, "Reminder:")
    all_hold(slack)


def test_a_warning_is_said_in_the_thread(low: World, slack: Desk) -> None:
    low.change(with_chain({"at": "3h", "do": "warn"}))
    told = post(low)
    slack.work()
    low.turn(hours=3, minutes=1)
    sweep(low)
    slack.work(2)
    top, warning = slack.messages("bo")
    assert warning.thread_ts == top.ts
    assert warning.body["text"].startswith("Ends soon:")
    assert now(low, told)["status"] == "pending"
    all_hold(slack)


def test_who_was_asked_first_sees_whom_it_went_on_to_and_can_still_decide(low: World, slack: Desk) -> None:
    low.change(lambda document: _narrow(low, document))
    told = post(low)
    slack.work()
    low.turn(minutes=44)
    sweep(low)
    slack.work(2)
    first, (second,) = slack.messages("bo")[0], slack.messages("cy")  # Bo is reminded too, in the thread
    assert "Now also with Cy Okafor" in shown(first)
    assert "You can still decide, until someone does" in shown(first)
    assert "*Escalated to you:* Bo Lind did not answer in 44 min" in shown(second)
    assert second.body["text"].startswith("Escalated to you:")
    by_bo = pressing.press(slack.server, slack.workspace, slack.user("bo"), first, "approve")
    slack.post("/slack/interactions", by_bo)
    assert now(low, told)["status"] == "approved"
    all_hold(slack)


def _narrow(world: World, document: Document) -> None:
    """Bo alone is asked, and after three quarters of an hour Cy too."""
    document["routes"][-1]["stages"] = [[{"approvals": 1, "from": {"person": world.email("bo")}}]]
    with_chain({"at": "44m", "do": "add", "to": {"person": world.email("cy")}})(document)


def test_a_claim_quiets_the_others_and_ends_by_itself(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    claim.claim(low.org, key_of(told), actor=low.as_person("cy"))
    slack.work()
    (bos,), (cys,) = slack.messages("bo"), slack.messages("cy")
    assert bos.body["text"].startswith("Cy Okafor is reviewing: ")
    assert not cys.body["text"].startswith("Cy Okafor is reviewing")
    low.turn(minutes=16)
    slack.work()
    assert "is reviewing" not in json.dumps(slack.messages("bo")[0].body)
    all_hold(slack)


def test_approved_with_changes_says_which(low: World, slack: Desk) -> None:
    told = post(low, refund("90.00"))
    slack.work()
    cast(low, "bo", told, arguments=refund("80.00"))
    slack.work()
    (message,) = slack.messages("cy")
    assert "Approved with changes" in shown(message)
    assert "Changed: amount from 90.00 to 80.00" in shown(message)
    all_hold(slack)


def test_a_message_says_by_name_for_whom_somebody_decided(low: World, slack: Desk) -> None:
    gus = {"email": low.email("gus"), "name": "Gus Berg", "roles": ["approver"]}
    low.change(lambda document: document["people"].append(gus))
    lends(low, "bo", "gus")
    engine(low)
    told = post(low)
    slack.work()
    cast(low, "gus", told)
    slack.work()
    (message,) = slack.messages("cy")
    assert message.body["text"].startswith("Approved by Gus Berg on behalf of Bo Lind: ")
