"""No press without an answer in time: also at home, also where Slack is slow, and never on what was not shown."""

from __future__ import annotations

import json
from urllib.parse import quote_plus as quote

import pytest

from approvals.slack import who
from core import clock
from dev.slack import pressing
from dev.slack.workspace import Message
from tests.journeys.test_slack import as_risk
from tests.play import cast, now, post, refund
from tests.slack import MEMBERS, Desk
from tests.world import World


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


def test_no_press_at_home_is_silent(low: World, slack: Desk) -> None:
    """A home has no response_url: what came of a press there is said in the home, drawn anew."""
    told, home = post(low), {"type": "app_home_opened", "user": MEMBERS["bo"]}
    slack.post("/slack/events", pressing.event(slack.workspace, home))
    shown = Message("D0", pressing.HOME, {"text": "", "blocks": slack.workspace.homes[MEMBERS["bo"]]["blocks"]})
    cast(low, "cy", told)

    def press() -> str:
        request = pressing.press(slack.server, slack.workspace, slack.user("bo"), shown, "approve")
        assert b"response_url" not in request[0]
        assert slack.post("/slack/interactions", request).status_code == 200
        return str(slack.workspace.homes[MEMBERS["bo"]]["blocks"][0]["text"]["text"])

    said = press()
    assert said.startswith("Cy")
    assert "Nothing was recorded for you" in said
    slack.user("bo").is_restricted = True
    who.forget()
    assert press().startswith("You are a guest")


def test_a_home_follows_what_was_decided_from_it(low: World, slack: Desk) -> None:
    told, bo = post(low), MEMBERS["bo"]
    slack.post("/slack/events", pressing.event(slack.workspace, {"type": "app_home_opened", "user": bo}))
    shown = Message("D0", pressing.HOME, {"text": "", "blocks": slack.workspace.homes[bo]["blocks"]})
    slack.post(
        "/slack/interactions", pressing.press(slack.server, slack.workspace, slack.user("bo"), shown, "approve.review")
    )
    slack.submit("bo", vote="approve")
    slack.heard()
    assert now(low, told)["status"] == "approved"
    assert slack.workspace.homes[bo]["blocks"][0]["text"]["text"] == "Nothing waits for you"


@pytest.mark.parametrize("how", ["500", "429", "slow"])
def test_where_slack_does_not_say_who_it_is_nothing_is_recorded_and_it_is_asked_again(
    low: World, slack: Desk, how: str
) -> None:
    told = post(low)
    slack.work()
    slack.workspace.misbehave("users.info", how, seconds=3)
    began = clock.monotonic()
    assert slack.press("bo", told, "approve").status_code == 200
    assert clock.monotonic() - began < 3, "Slack wants its answer within three seconds"
    assert now(low, told)["status"] == "pending"
    assert slack.heard() == [who.SILENT]
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "approved"


def test_a_window_that_slack_is_slow_to_open_is_answered_in_time(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    slack.workspace.misbehave("views.open", "slow", seconds=3)
    began = clock.monotonic()
    slack.press("bo", told, "reject")
    assert clock.monotonic() - began < 3
    assert slack.heard()[0].startswith("The window could not be opened (timeout). Nothing was recorded.")


def test_the_window_shows_everything_that_will_be_sent_or_does_not_approve(world: World, slack: Desk) -> None:
    world.change(as_risk("high"))  # type: ignore[arg-type]
    told = post(world, refund("100.00") | {"memo": "To the account that the customer named."})
    slack.work()
    slack.press("bo", told, "approve")
    shown = json.dumps(list(slack.workspace.views.values())[-1])
    assert "To the account that the customer named." in shown
    told = post(world, refund("100.00") | {"memo": "x" * 9000, "iban": "NO93"})
    world.turn(minutes=2)
    slack.work()
    slack.press("bo", told, "approve")
    view = list(slack.workspace.views.values())[-1]
    (decision,) = (one for one in view["blocks"] if one.get("block_id") == "vote")
    assert [one["value"] for one in decision["element"]["options"]] == ["reject"]
    assert "more than fits here" in json.dumps(view)
    sent = pressing.submit(slack.workspace, slack.user("bo"), view["id"], {})
    forged = sent[0].decode().replace(quote('"values": {}'), quote('"values": {"vote": {"v": {"value": "approve"}}}'))
    kind = "application/x-www-form-urlencoded"
    answer = slack.post("/slack/interactions", pressing.signed(slack.workspace, forged.encode(), kind=kind))
    assert "Approve it in the app" in answer.content.decode()
    assert now(world, told)["status"] == "pending"
