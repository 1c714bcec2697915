"""Messages in Slack: posted once, edited to the newest state, within Slack's limits, and by mail where Slack fails."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from accounts.models import Organization, Person
from core import clock, tx
from delivery.models import Note, Parcel
from delivery.slack import buckets, desk, keeper
from delivery.slack.faces import Face
from dev.slack.server import Server
from dev.slack.workspace import Workspace
from tests.delivery.conftest import House

BO = "U024BE7LH"
CARD: dict[str, Any] = {
    "action": "act_0000000000000000000000000a", "version": 1, "organization": "Acme", "agent": "Refunds agent",
    "title": "Refund €42.00 to Ivo Lenz", "risk": "low", "link": "http://127.0.0.1:8000/actions/act_0",
}  # fmt: skip


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace(team=f"T{secrets.token_hex(4).upper()}")
    made.add_user(BO, "Bo Lind", "bo@acme.test")
    return made


@pytest.fixture
def slack(house: House, workspace: Workspace) -> Iterator[Server]:
    """A workspace for the house, with Bo in it; notes show the action's id and how often it changed."""
    _join(house.org, workspace.team)
    with (
        Server(workspace) as server,
        override_settings(
            SLACK_API_URL=server.base,
            SLACK_BOT_TOKEN=workspace.token,
            NOTES_DRAWN_BY="tests.delivery.test_slack_notes.draw",
        ),
    ):
        yield server
    buckets.forget()


def draw(note: Note) -> Face:
    return Face(f"{note.kind} {note.action} {note.wanted}")


@tx.use_case
def _join(org: int, team: str) -> None:
    Organization.objects.filter(pk=org).update(slack_team=team)
    bo = Person.objects.filter(org_id=org).first() or Person(org_id=org, name="Bo Lind", email="bo@acme.test")
    bo.slack = BO
    bo.save()


def ask(house: House, *, risk: str = "low", address: str = BO) -> uuid.UUID:
    """Ask somebody about a new action."""
    action = uuid.uuid4()
    with tx.reading(house.org):
        bo = Person.objects.get(org_id=house.org)
    house.promise(
        channel="slack",
        kind="action.asked",
        agent=None,
        person=bo.pk,
        address=address,
        action=action,
        payload=CARD | {"risk": risk},
    )
    return action


def work(house: House, rounds: int = 1) -> None:
    """Let the worker file and keep, with its clock's seconds between."""
    for _ in range(rounds):
        desk.file(clock.now(), org=house.org)
        keeper.keep(clock.now(), org=house.org)


@tx.use_case
def change(org: int, action: uuid.UUID) -> None:
    desk.changed(action)


def notes(house: House, **filters: Any) -> list[Note]:
    with tx.reading(house.org):
        return list(Note.objects.filter(org_id=house.org, **filters).order_by("created_at", "id"))


def shown(workspace: Workspace) -> list[str]:
    return [message.body["text"] for message in workspace.shown(f"D{BO[1:]}")]


def test_who_is_asked_gets_one_message_and_its_edits(house: House, slack: Server, workspace: Workspace) -> None:
    action = ask(house)
    work(house)
    change(house.org, action)
    work(house)
    assert shown(workspace) == [f"action {action} 2"]
    (note,) = notes(house)
    assert (note.shown, note.wanted, note.due_at) == (2, 2, None)


def test_three_changes_during_one_call_are_one_more_call(house: House, slack: Server, workspace: Workspace) -> None:
    action = ask(house)
    work(house)
    for _ in range(3):
        change(house.org, action)
    before = len(workspace.calls)
    work(house)
    assert shown(workspace) == [f"action {action} 4"]
    assert len(workspace.calls) == before + 1


def test_a_storm_is_one_message_and_one_digest_and_the_critical_one_stands_alone(
    house: House, slack: Server, workspace: Workspace
) -> None:
    for number in range(100):
        ask(house, risk="critical" if number == 50 else "low")
    for _ in range(5):
        work(house)
    kinds = [text.split()[0] for text in shown(workspace)]
    assert sorted(kinds) == ["action", "action", "digest"]
    assert len(notes(house, kind="action", digest=None)) == 2
    (digest,) = notes(house, kind="digest")
    assert len(notes(house, digest=digest)) == 98


def test_429_is_waited_for_and_holds_up_nobody_else(house: House, slack: Server, workspace: Workspace) -> None:
    workspace.add_user("U0CY", "Cy", "cy@acme.test")
    workspace.misbehave("chat.postMessage", "429", seconds=30)
    ask(house)
    work(house)
    assert shown(workspace) == []
    ask(house, address="U0CY")
    work(house)
    assert len(workspace.shown("D0CY")) == 1
    (waits,) = notes(house, address=BO)
    assert waits.due_at is not None
    assert (waits.due_at - clock.now()).total_seconds() > 20


def test_a_lost_answer_costs_one_more_message_whose_note_is_kept(
    house: House, slack: Server, workspace: Workspace
) -> None:
    workspace.misbehave("chat.postMessage", "lost")
    action = ask(house)
    work(house)
    with clock.turned(timedelta(minutes=1)):
        work(house)
    assert len(shown(workspace)) == 2
    assert {m.body["metadata"]["event_payload"]["note"] for m in workspace.shown(f"D{BO[1:]}")} == {
        workspace.messages[0].body["metadata"]["event_payload"]["note"]
    }
    change(house.org, action)
    work(house)
    assert shown(workspace)[-1] == f"action {action} 2"


def test_a_message_that_is_gone_is_said_anew(house: House, slack: Server, workspace: Workspace) -> None:
    action = ask(house)
    work(house)
    workspace.messages.clear()
    change(house.org, action)
    work(house, rounds=2)
    assert shown(workspace) == [f"action {action} 2"]


@pytest.mark.parametrize("error", ["token_revoked", "channel_not_found", "user_disabled"])
def test_what_cannot_be_mended_goes_by_mail_at_once(
    house: House, slack: Server, workspace: Workspace, error: str
) -> None:
    workspace.misbehave("chat.postMessage", "error", error=error)
    ask(house)
    work(house)
    (note,) = notes(house)
    assert note.status == "dead"
    with tx.reading(house.org):
        mails = Parcel.objects.filter(org_id=house.org, channel="email", once__startswith="instead:")
        assert [json.loads(mail.payload)["title"] for mail in mails] == [CARD["title"]]


def test_a_token_of_another_workspace_says_nothing(house: House, slack: Server, workspace: Workspace) -> None:
    _join(house.org, "T0ANOTHER")
    ask(house)
    work(house)
    assert workspace.messages == []
    assert [note.status for note in notes(house)] == ["dead"]
