"""A workspace for the cast: Bo, Cy and Dee are in it, and the worker's Slack desk runs by hand."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client, override_settings

from approvals.slack import answers, who
from core import clock, tx
from delivery.models import SlackWorkspace
from delivery.slack import buckets, connecting, desk, keeper
from delivery.slack.connecting import Secrets
from dev.slack import pressing
from dev.slack.server import Server
from dev.slack.workspace import Message, User, Workspace
from tests.play import Told, key_of
from tests.world import Document, World, row_of

MEMBERS = {"bo": "U024BE7LH", "cy": "U024BE7CY", "dee": "U024BE7DE"}


@dataclass
class Desk:
    """The cast's Slack: what people see there, and what they press."""

    world: World
    workspace: Workspace
    server: Server

    def work(self, rounds: int = 1) -> None:
        """Let the worker bring the messages up to date."""
        for _ in range(rounds):
            desk.file(clock.now(), org=self.world.org)
            keeper.keep(clock.now(), org=self.world.org)

    def user(self, name: str) -> User:
        """Return somebody's account."""
        return self.workspace.users[MEMBERS[name]]

    def messages(self, name: str) -> list[Message]:
        """Return what somebody's conversation with the app shows."""
        return self.workspace.shown(f"D{MEMBERS[name][1:]}")

    def message(self, name: str, told: Told) -> Message:
        """Return somebody's message about an action."""
        mark = key_of(told).hex
        found = [one for one in self.messages(name) if told["id"][-6:] in json.dumps(one.body)]
        assert found, f"{name} has no message about {mark}"
        return found[-1]

    def post(self, path: str, signed: pressing.Signed) -> Any:
        """Send what Slack would send, and return our answer."""
        body, headers = signed
        kind = headers.pop("Content-Type")
        return Client().generic("POST", path, body, content_type=kind, headers=headers)

    def press(self, name: str, told: Told, action_id: str) -> Any:
        """Let somebody press a button under their message."""
        message = self.message(name, told)
        return self.post(
            "/slack/interactions", pressing.press(self.server, self.workspace, self.user(name), message, action_id)
        )

    def submit(self, name: str, **values: str) -> Any:
        """Let somebody send off the window that opened last."""
        view = list(self.workspace.views)[-1]
        answer = self.post("/slack/interactions", pressing.submit(self.workspace, self.user(name), view, values))
        return json.loads(answer.content or b"{}")

    def heard(self) -> list[str]:
        """Return what whoever pressed was told, in order."""
        answers.flush()
        return [one["text"] for said in self.workspace.responses.values() for one in said]


def workspace_for(world: World) -> Workspace:
    """Return a workspace in which Bo, Cy and Dee of an organization are, under the same ids as in any other."""
    workspace = Workspace(team=f"T{secrets.token_hex(4).upper()}")
    workspace.trigger_lasts = 60.0  # this machine may be busy
    for name, member in MEMBERS.items():
        workspace.add_user(member, name.capitalize(), world.email(name))
    return workspace


def join(world: World, team: str) -> None:
    """Say in the configuration that an organization is in a workspace, and who its people are there."""
    world.change(lambda document: _join(document, team))


@pytest.fixture
def slack(world: World) -> Iterator[Desk]:
    """Return the cast's Slack, by the installation's app."""
    workspace = workspace_for(world)
    join(world, workspace.team)
    with (
        Server(workspace) as server,
        override_settings(
            SLACK_API_URL=server.base, SLACK_BOT_TOKEN=workspace.token, SLACK_SIGNING_SECRET=workspace.secret
        ),
    ):
        yield Desk(world, workspace, server)
    buckets.forget()
    who.forget()


@pytest.fixture
def theirs(slack: Desk, another_world: World) -> Iterator[Desk]:
    """Return the Slack of a second organization, in a workspace of its own at the same Slack; not connected yet."""
    workspace = workspace_for(another_world)
    join(another_world, workspace.team)
    slack.server.workspaces.append(workspace)
    yield Desk(another_world, workspace, slack.server)
    forget(another_world.org)
    forget(slack.world.org)


def connect(desk: Desk, *, socket: bool = False) -> None:
    """Connect a workspace as its organization's own."""
    given = Secrets(desk.workspace.token, desk.workspace.secret, desk.workspace.app_token if socket else "")
    connecting.connect(desk.world.org, given, email=desk.world.email("ana"))


@tx.use_case
def forget(org: int) -> None:
    """Leave nothing connected behind."""
    SlackWorkspace.objects.filter(org=org).delete()


def _join(document: Document, team: str) -> None:
    at = document["organization"]["slug"]
    document["organization"]["slack_team"] = team
    for name, member in MEMBERS.items():
        row_of(document, "people", f"{name}@{at}.test")["slack"] = member
