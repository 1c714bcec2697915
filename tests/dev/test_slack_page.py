"""The stand-in's page: what people see, pressed and sent off by hand, over real HTTP to the app."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from approvals.slack import who
from delivery.slack import buckets
from dev.slack import pressing
from dev.slack.page import Stage, act, page
from dev.slack.workspace import Workspace
from tests.play import now, post, refund
from tests.slack import MEMBERS, Desk, _join
from tests.world import World


class Here(Stage):
    """The stage, with the app in this process."""

    def deliver(self, path: str, signed: pressing.Signed) -> str:
        body, headers = signed
        kind = headers.pop("Content-Type")
        answer: Any = Client().generic("POST", path, body, content_type=kind, headers=headers)
        return str(answer.content.decode()) if answer.status_code == 200 else json.dumps({"text": "refused"})


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    workspace = Workspace(team=f"T{secrets.token_hex(4).upper()}")
    workspace.trigger_lasts = 60.0
    for name, member in MEMBERS.items():
        workspace.add_user(member, name.capitalize(), world.email(name))
    world.change(lambda document: _join(document, workspace.team))
    with (
        Here(workspace, "http://127.0.0.1:1") as stage,
        override_settings(
            SLACK_API_URL=stage.base, SLACK_BOT_TOKEN=workspace.token, SLACK_SIGNING_SECRET=workspace.secret
        ),
    ):
        yield Desk(world, workspace, stage)
    buckets.forget()
    who.forget()


def fetch(desk: Desk, path: str) -> str:
    with urllib.request.urlopen(desk.server.base.removesuffix("/api/") + path, timeout=5) as answer:
        return str(answer.read().decode())


def stage_of(desk: Desk) -> Stage:
    assert isinstance(desk.server, Stage)
    return desk.server


def test_a_button_pressed_on_the_page_decides(world: World, desk: Desk) -> None:
    told = post(world, refund("42.00"))
    desk.work()
    shown = fetch(desk, f"/?user={MEMBERS['bo']}")
    assert "Approve €42.00" in shown
    act(
        stage_of(desk),
        {"do": "press", "user": MEMBERS["bo"], "ts": desk.message("bo", told).ts, "action_id": "approve"},
    )
    assert now(world, told)["status"] == "approved"


def test_a_window_opens_on_the_page_and_is_sent_off(world: World, desk: Desk) -> None:
    told = post(world, refund("42.00"))
    desk.work()
    bo = MEMBERS["bo"]
    act(stage_of(desk), {"do": "press", "user": bo, "ts": desk.message("bo", told).ts, "action_id": "reject"})
    assert 'name="v:comment"' in fetch(desk, f"/?user={bo}")
    act(stage_of(desk), {"do": "submit", "user": bo, "v:comment": "Send a replacement"})
    assert now(world, told)["status"] == "rejected"
    assert 'name="v:comment"' not in fetch(desk, f"/?user={bo}")


def test_commands_and_the_home_work_from_the_page(world: World, desk: Desk) -> None:
    bo = MEMBERS["bo"]
    assert act(stage_of(desk), {"do": "command", "user": bo, "text": "help"})
    act(stage_of(desk), {"do": "home", "user": bo})
    assert "Home" in fetch(desk, f"/?user={bo}")


def test_another_site_presses_nothing(desk: Desk) -> None:
    body = urllib.parse.urlencode({"do": "home", "user": MEMBERS["bo"]}).encode()
    for origin in ("https://evil.test", "null"):
        asked = urllib.request.Request(
            desk.server.base.removesuffix("/api/") + "/do", body, {"Origin": origin}, method="POST"
        )
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(asked, timeout=5)


def test_what_is_no_button_and_nobody_is_said_in_words(desk: Desk) -> None:
    stage = stage_of(desk)
    assert act(stage, {"do": "press", "user": "U0NOBODY"}) == "There is no such user."
    assert act(stage, {"do": "press", "user": MEMBERS["bo"], "ts": "1"}) == "That message is gone."
    assert "closed" in act(stage, {"do": "submit", "user": MEMBERS["bo"]})
    assert "Bo" in page(stage, {})


def test_a_row_of_the_home_can_be_pressed(world: World, desk: Desk) -> None:
    told = post(world, refund("42.00"))
    stage, bo = stage_of(desk), MEMBERS["bo"]
    act(stage, {"do": "home", "user": bo})
    row = next(one for one in desk.workspace.homes[bo]["blocks"] if "value" in one.get("accessory", {}))
    button = row["accessory"]
    act(stage, {"do": "press", "user": bo, "ts": "home", "action_id": button["action_id"], "value": button["value"]})
    act(stage, {"do": "submit", "user": bo, "v:vote": "approve"})
    assert now(world, told)["status"] == "approved"
