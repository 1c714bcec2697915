"""Deciding in Slack: a message to whoever is asked, buttons that are checked again, and everywhere the same story."""

from __future__ import annotations

import json
import threading
from urllib.parse import unquote, unquote_plus

import pytest
from django.test import override_settings

from accounts.models import Person
from approvals.slack import socket
from core import tx
from dev.slack import pressing
from dev.slack.sockets import Socket
from tests.journeys.browser import browser_of
from tests.play import cast, history_holds, now, post, refund
from tests.slack import MEMBERS, Desk
from tests.world import Document, World


def as_risk(risk: str) -> object:
    def edit(document: Document) -> None:
        next(one for one in document["agents"][0]["actions"] if one["type"] == "refund.create")["risk"] = risk

    return edit


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


def test_one_press_decides_what_is_of_low_risk_and_every_message_says_so(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    assert slack.press("bo", told, "approve").status_code == 200
    ended = now(low, told)
    assert ended["status"] == "approved"
    assert [(one["email"], one["channel"]) for one in ended["decision"]["people"]] == [(low.email("bo"), "slack")]
    assert slack.heard() == ["Approved. The agent is being told."]
    slack.work()
    for name in ("bo", "cy", "dee"):
        (message,) = slack.messages(name)
        assert message.body["text"].startswith("Approved by Bo")
        assert "actions" not in {block["type"] for block in message.body["blocks"]}
    history_holds(low)


def test_a_rejection_asks_for_the_reason_in_a_window(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    slack.press("cy", told, "reject")
    assert slack.submit("cy", comment=" ") == {
        "response_action": "errors",
        "errors": {"comment": "Say why you reject this: the agent learns from it."},
    }
    answer = slack.submit("cy", comment="Offer a replacement first.")
    assert answer["view"]["title"]["text"] == "Recorded"
    ended = now(low, told)
    assert (ended["status"], ended["decision"]["comment"]) == ("rejected", "Offer a replacement first.")


def test_high_risk_wants_the_amount_typed(world: World, slack: Desk) -> None:
    world.change(as_risk("high"))  # type: ignore[arg-type]
    told = post(world)
    slack.work()
    slack.press("bo", told, "approve")
    assert "errors" in slack.submit("bo", vote="approve", confirm="99")
    assert now(world, told)["status"] == "pending"
    slack.submit("bo", vote="approve", confirm="100.00")
    assert now(world, told)["status"] == "approved"


def test_critical_risk_is_decided_in_the_app_alone(world: World, slack: Desk) -> None:
    world.change(as_risk("critical"))  # type: ignore[arg-type]
    told = post(world)
    slack.work()
    with pytest.raises(LookupError):
        slack.press("bo", told, "approve")
    slack.press("bo", told, "reject")
    slack.submit("bo", comment="No.")
    assert now(world, told)["status"] == "rejected"


def test_who_comes_late_is_told_who_decided_and_nothing_is_recorded_for_them(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    cast(low, "cy", told)
    assert slack.press("bo", told, "approve").status_code == 200
    (said,) = slack.heard()
    assert said.startswith("Cy")
    assert "approved this at" in said
    assert "Nothing was recorded for you" in said
    assert [one["email"] for one in now(low, told)["decision"]["people"]] == [low.email("cy")]


def test_a_second_press_changes_nothing(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    message = slack.message("bo", told)
    first = pressing.press(slack.server, slack.workspace, slack.user("bo"), message, "approve")
    again = (first[0], dict(first[1]))
    assert slack.post("/slack/interactions", first).status_code == 200
    assert slack.post("/slack/interactions", again).status_code == 200
    ended = now(low, told)
    assert len(ended["decision"]["people"]) == 1
    assert slack.heard() == ["Approved. The agent is being told."] * 2


def test_an_account_that_is_nobody_gets_a_link_and_no_vote(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    message = slack.message("bo", told)
    stranger = slack.workspace.add_user("U0NOBODY", "Nia", "nia@acme.test")
    slack.post("/slack/interactions", pressing.press(slack.server, slack.workspace, stranger, message, "approve"))
    (said,) = slack.heard()
    assert "not linked yet" in said
    assert "/slack/link?token=" in said
    assert now(low, told)["status"] == "pending"


@pytest.mark.parametrize("flaw", ["is_restricted", "deleted"])
def test_guests_and_deactivated_accounts_are_refused_whatever_they_are_linked_to(
    low: World, slack: Desk, flaw: str
) -> None:
    told = post(low)
    slack.work()
    setattr(slack.user("bo"), flaw, True)
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "pending"
    assert len(slack.heard()) == 1


def test_a_member_of_another_workspace_is_refused(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    slack.user("bo").team = "T0ELSEWHERE"
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "pending"
    assert "Slack Connect" in slack.heard()[0]


def test_whoever_lost_their_authority_is_refused_at_the_press(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    low.change(lambda document: document["people"][1].update(roles=["viewer"]))
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "pending"
    assert "Nothing was recorded" in slack.heard()[0]


def test_arguments_are_changed_in_a_window_with_their_types(low: World, slack: Desk) -> None:
    told = post(low, refund("90.00"))
    slack.work()
    slack.press("bo", told, "edit")
    (view,) = slack.workspace.views.values()
    amount = next(one for one in view["blocks"] if one["type"] == "input" and "mount" in one["label"]["text"])
    slack.submit("bo", **{amount["block_id"]: "80.00"}, comment="The rest was paid already.")
    ended = now(low, told)
    assert (ended["status"], ended["arguments"]["amount"]) == ("approved", "80.00")
    assert ended["decision"]["edited"] is True


def test_a_question_goes_to_the_agent_and_the_clock_waits(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    slack.press("bo", told, "ask")
    slack.submit("bo", question="Is a replacement in stock?")
    assert now(low, told)["info_requested"]["text"] == "Is a replacement in stock?"


def test_the_home_is_the_inbox(low: World, slack: Desk) -> None:
    post(low)
    slack.post("/slack/events", pressing.event(slack.workspace, {"type": "app_home_opened", "user": MEMBERS["bo"]}))
    view = slack.workspace.homes[MEMBERS["bo"]]
    assert view["blocks"][0]["text"]["text"] == "1 action waits for you"


def test_the_command_lists_what_waits(low: World, slack: Desk) -> None:
    told = post(low)
    answer = slack.post("/slack/commands", pressing.command(slack.server, slack.workspace, slack.user("bo"), ""))
    assert told["id"] in json.loads(answer.content)["text"]


def test_linking_by_signing_in_makes_the_next_press_count(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    _unlink(low.org, low.email("bo"))
    slack.press("bo", told, "ask")
    url = slack.heard()[0].partition("<")[2].partition("|")[0]
    browser = browser_of(low, "bo")
    path = url.partition("8000")[2]
    page = browser.client.get(path)
    assert MEMBERS["bo"] in page.content.decode()
    with tx.reading(low.org):
        assert Person.objects.get(email=low.email("bo")).slack == ""
    token = path.partition("token=")[2]
    linked = browser.post("/slack/link", {"token": unquote(token)})
    assert linked.headers["Location"] == f"/actions/{told['id']}", "what needs words of its own leads to the action"
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "approved"


@tx.use_case
def _unlink(org: int, email: str) -> None:
    Person.objects.filter(email=email).update(slack="")


@pytest.mark.parametrize("path", ["/slack/interactions", "/slack/commands", "/slack/events"])
def test_what_is_not_signed_or_not_fresh_is_401_and_junk_is_never_500(slack: Desk, path: str) -> None:
    form = "application/x-www-form-urlencoded"
    for at, secret in ((1, ""), (None, "another")):
        body, headers = pressing.signed(slack.workspace, b"payload=%7B%7D", kind=form, at=at, secret=secret)
        assert slack.post(path, (body, headers)).status_code == 401
    assert slack.post(path, (b"payload={}", {"Content-Type": form})).status_code == 401
    for junk in (
        b"",
        b"payload=",
        b"payload=[]",
        b"\xff\xfe",
        b"payload=%7B%22type%22%3A%22block_actions%22%7D",
        b"{}",
    ):
        answer = slack.post(path, pressing.signed(slack.workspace, junk, kind=form))
        assert answer.status_code in (200, 400, 401), (junk, answer.status_code)


def test_by_socket_mode_a_press_needs_no_public_address(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    body, _ = pressing.press(slack.server, slack.workspace, slack.user("bo"), slack.message("bo", told), "approve")
    payload = json.loads(unquote_plus(body.decode().removeprefix("payload=")))
    stop = threading.Event()
    with Socket(slack.workspace) as envelopes, override_settings(SLACK_APP_TOKEN=slack.workspace.app_token):
        thread = threading.Thread(target=socket.run, args=(stop,), daemon=True)
        thread.start()
        assert envelopes.say("interactive", payload) == {}
        assert envelopes.say("interactive", {"type": "block_actions"}) == {}
        stop.set()
        thread.join(20)
    assert now(low, told)["status"] == "approved"
    assert slack.heard() == ["Approved. The agent is being told."]
