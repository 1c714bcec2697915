"""Attacks on the channels: what is replayed, misdirected, silent or stolen decides nothing, and is answered."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from approvals.slack import who
from dev.slack import pressing
from tests.journeys.test_slack import as_risk
from tests.journeys.test_slack_pressed import unlink
from tests.play import Told, cast, kinds, now, post, refund
from tests.slack import Desk, join
from tests.world import World

FORM = "application/x-www-form-urlencoded"
SENT = "/slack/interactions"


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


def pressed(slack: Desk, name: str, told: Told, button: str = "approve") -> pressing.Signed:
    """Return what Slack would send of a press."""
    return pressing.press(slack.server, slack.workspace, slack.user(name), slack.message(name, told), button)


def altered(slack: Desk, signed: pressing.Signed, **more: Any) -> pressing.Signed:
    """Return the same with other members, signed again: what only Slack, or whoever made the app, could send."""
    body, headers = signed
    payload = json.loads(unquote_plus(body.decode().removeprefix("payload="))) | more
    return pressing.signed(
        slack.workspace, urlencode({"payload": json.dumps(payload)}).encode(), kind=headers["Content-Type"]
    )


def copy(signed: pressing.Signed) -> pressing.Signed:
    """Return it as somebody who overheard it would send it once more."""
    return signed[0], dict(signed[1])


# -- Slack: once, by whom, about what ----------------------------------------------------------------------------------
def test_a_press_that_is_heard_twice_takes_nothing_back_that_was_said_since(low: World, slack: Desk) -> None:
    told = post(low, refund("600.00"))  # two people must approve
    slack.work()
    first = pressed(slack, "bo", told)
    assert slack.post(SENT, copy(first)).status_code == 200
    assert now(low, told)["votes"]["approvals"] == 1
    cast(low, "bo", told, "abstain")
    assert now(low, told)["votes"]["approvals"] == 0
    assert slack.post(SENT, copy(first)).status_code == 200
    assert now(low, told)["votes"]["approvals"] == 0, "the press of before is not said again"
    assert kinds(low, told).count("action.voted") == 2


@pytest.mark.parametrize(
    "error", ["internal_error", "fatal_error", "ratelimited", "service_unavailable", "org_login_required"]
)
def test_where_slack_cannot_say_who_it_is_nobody_decides(low: World, slack: Desk, error: str) -> None:
    told = post(low)
    slack.work()
    slack.workspace.misbehave("users.info", "error", error=error)
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "pending"
    assert slack.heard() == [who.SILENT]
    slack.press("bo", told, "approve")
    assert now(low, told)["status"] == "approved", "and it is not remembered"


def test_whoever_comes_by_a_shared_channel_is_a_stranger_whatever_the_press_says(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    first = pressed(slack, "bo", told)
    slack.user("bo").team = "T0ELSEWHERE"  # as users.info says it; is_stranger is false where a channel is shared
    slack.post(SENT, first)
    assert now(low, told)["status"] == "pending"
    assert "members of this workspace" in slack.heard()[0]


@pytest.mark.parametrize("button", ["claim", "approve", "reject", "ask", "edit"])
def test_a_button_of_another_organization_s_message_is_answered(
    low: World, slack: Desk, another_world: World, button: str
) -> None:
    """Two organizations in one workspace: who belongs to the other one presses what they can see."""
    told = post(low)
    slack.work()
    join(another_world, slack.workspace.team)
    unlink(low.org, low.email("bo"))
    assert slack.post(SENT, pressed(slack, "bo", told, button)).status_code == 200
    assert len(slack.heard()) == 1
    assert now(low, told)["status"] == "pending"
