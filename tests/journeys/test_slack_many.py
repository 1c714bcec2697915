"""Many workspaces: an organization connects its own app, and what one app signs never acts for another's people."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

import pytest
from django.db import connection
from django.test import override_settings

from accounts.models import Person
from approvals.slack import socket
from core import tx
from delivery.models import Note, Parcel, SlackWorkspace
from delivery.slack import buckets
from dev.slack import pressing
from dev.slack.sockets import Socket
from dev.slack.workspace import Message
from tests.journeys.browser import browser_of
from tests.journeys.test_slack import as_risk
from tests.play import Told, history_holds, now, post
from tests.slack import MEMBERS, Desk, connect, join, workspace_for
from tests.world import World


@pytest.fixture
def ours(slack: Desk) -> Iterator[Desk]:
    """Our organization by its own app, and no app of the installation's."""
    slack.world.change(as_risk("low"))  # type: ignore[arg-type]
    connect(slack)
    with override_settings(SLACK_BOT_TOKEN="", SLACK_SIGNING_SECRET=""):
        yield slack


@pytest.fixture
def both(ours: Desk, theirs: Desk) -> tuple[Desk, Desk]:
    """Two organizations, each by an app of its own in a workspace of its own."""
    theirs.world.change(as_risk("low"))  # type: ignore[arg-type]
    connect(theirs)
    return ours, theirs


def signed_by(desk: Desk, name: str, message: Message, secret: str, *, button: str = "approve") -> Any:
    """Press a button with a body that names the desk's workspace, signed with whatever secret."""
    body, headers = pressing.press(desk.server, desk.workspace, desk.user(name), message, button)
    again = pressing.signed(desk.workspace, body, kind=headers["Content-Type"], secret=secret)
    return desk.post("/slack/interactions", again)


def told_of(world: World, kind: str) -> list[Any]:
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select body from audit_entry where kind = %s order by seq", [kind])
        return [json.loads(bytes(row[0]))["facts"] for row in cursor.fetchall()]


def row_of_ours(world: World) -> SlackWorkspace | None:
    with tx.reading(world.org):
        return SlackWorkspace.objects.filter(org=world.org).first()


def test_two_organizations_decide_in_two_workspaces(both: tuple[Desk, Desk]) -> None:
    told = [post(desk.world) for desk in both]
    for desk in both:
        desk.work()
    for desk, action in zip(both, told, strict=True):
        assert len(desk.messages("bo")) == 1, "nobody hears of the other's"
        assert desk.press("bo", action, "approve").status_code == 200
        ended = now(desk.world, action)
        assert ended["status"] == "approved"
        assert [one["email"] for one in ended["decision"]["people"]] == [desk.world.email("bo")]
        assert desk.heard() == ["Approved. The agent is being told."]
        desk.work()
        assert desk.messages("bo")[0].body["text"].startswith("Approved by Bo")
        history_holds(desk.world)


def test_windows_homes_and_commands_go_by_the_token_of_the_organization(both: tuple[Desk, Desk]) -> None:
    for desk in both:
        told = post(desk.world)
        desk.work()
        desk.press("cy", told, "reject")
        assert len(desk.workspace.views) == 1
        assert desk.submit("cy", comment="No.")["view"]["title"]["text"] == "Recorded"
        post(desk.world)
        opened = {"type": "app_home_opened", "user": MEMBERS["bo"]}
        assert desk.post("/slack/events", pressing.event(desk.workspace, opened)).status_code == 200
        assert desk.workspace.homes[MEMBERS["bo"]]["blocks"][0]["text"]["text"] == "1 action waits for you"
        typed = pressing.command(desk.server, desk.workspace, desk.user("bo"), "")
        assert "/actions/act_" in json.loads(desk.post("/slack/commands", typed).content)["text"]


def test_a_secret_signs_for_its_own_workspace_alone(both: tuple[Desk, Desk]) -> None:
    mine, other = both
    told = post(other.world)
    other.work()
    message = other.message("bo", told)
    assert signed_by(other, "bo", message, mine.workspace.secret).status_code == 401
    assert signed_by(other, "bo", message, "guessed").status_code == 401
    other.workspace.team, known = mine.workspace.team, other.workspace.team  # the same press, said to be of ours
    other.user("bo").team = mine.workspace.team
    assert signed_by(other, "bo", message, mine.workspace.secret).status_code == 200
    other.workspace.team = other.user("bo").team = known
    assert now(other.world, told)["status"] == "pending"
    assert now(other.world, told)["votes"]["approvals"] == 0


@pytest.mark.parametrize("path", ["/slack/interactions", "/slack/commands", "/slack/events"])
def test_a_wrong_or_unknown_signature_is_401_and_never_500(both: tuple[Desk, Desk], path: str) -> None:
    mine, other = both
    form = "application/x-www-form-urlencoded"
    body, _ = pressing.event(other.workspace, {"type": "app_home_opened", "user": MEMBERS["bo"]})
    if path == "/slack/commands":
        body, _ = pressing.command(other.server, other.workspace, other.user("bo"), "")
    if path == "/slack/interactions":
        said = {"type": "view_closed", "team": {"id": other.workspace.team}, "user": {"id": MEMBERS["bo"]}}
        body = b"payload=" + json.dumps(said).encode()
    for secret, status in ((mine.workspace.secret, 401), ("unknown", 401), (other.workspace.secret, 200)):
        answer = other.post(path, pressing.signed(other.workspace, body, kind=form, secret=secret))
        assert answer.status_code == status, (secret, answer.content)
    for junk in (b"", b"\xff\xfe", b"payload=[]", b"team_id=%00", b'{"team_id": ["T"]}', b'{"team_id": "T\\u0000"}'):
        assert other.post(path, pressing.signed(other.workspace, junk, kind=form)).status_code == 401


def test_in_one_workspace_each_app_acts_for_its_own_organization(ours: Desk, another_world: World) -> None:
    """Both name the same workspace and both have an app there: whoever makes the one's secret decides nothing there."""
    join(another_world, ours.workspace.team)
    another_world.change(as_risk("low"))  # type: ignore[arg-type]
    workspace = workspace_for(another_world)
    workspace.team = ours.workspace.team
    for user in workspace.users.values():
        user.team = workspace.team
    ours.server.workspaces.append(workspace)
    second = Desk(another_world, workspace, ours.server)
    connect(second)
    told = post(another_world)
    second.work()
    message = second.message("bo", told)
    assert signed_by(second, "bo", message, ours.workspace.secret).status_code == 200
    ours.heard()
    assert now(another_world, told)["status"] == "pending"
    assert signed_by(second, "bo", message, workspace.secret).status_code == 200
    assert now(another_world, told)["status"] == "approved"


def test_a_secret_that_two_organizations_share_acts_for_both(ours: Desk, another_world: World) -> None:
    join(another_world, ours.workspace.team)
    another_world.change(as_risk("low"))  # type: ignore[arg-type]
    second = Desk(another_world, ours.workspace, ours.server)
    connect(second)
    for desk in (ours, second):
        told = post(desk.world)
        desk.work()
        desk.press("bo", told, "approve")
        assert now(desk.world, told)["status"] == "approved"


def test_the_installation_s_app_acts_for_nobody_who_has_their_own(slack: Desk, theirs: Desk) -> None:
    theirs.world.change(as_risk("low"))  # type: ignore[arg-type]
    connect(theirs)
    told = post(theirs.world)
    theirs.work()
    answer = signed_by(theirs, "bo", theirs.message("bo", told), slack.workspace.secret)
    assert answer.status_code == 200, "the installation may hear of any workspace"
    assert "an app that your organization has left" in theirs.heard()[-1]
    assert now(theirs.world, told)["status"] == "pending"


def test_whoever_connects_their_own_app_hears_by_it_and_old_buttons_do_nothing(slack: Desk) -> None:
    slack.world.change(as_risk("low"))  # type: ignore[arg-type]
    told = post(slack.world)
    slack.work()
    old = slack.message("bo", told)
    own = workspace_for(slack.world)
    own.team = slack.workspace.team
    for user in own.users.values():
        user.team = own.team
    slack.server.workspaces.insert(0, own)
    fresh = Desk(slack.world, own, slack.server)
    connect(fresh)
    try:
        assert slack.press("bo", told, "approve").status_code == 200
        assert "has left" in fresh.heard()[-1]
        assert now(slack.world, told)["status"] == "pending"
        with tx.reading(slack.world.org):
            assert set(Note.objects.filter(status="dead")) == set()
        fresh_press(fresh, told)
        assert now(slack.world, told)["status"] == "approved"
        fresh.work(2)
        assert fresh.messages("bo")[-1].body["text"].startswith("Approved by")
        with tx.reading(slack.world.org):
            assert not Note.objects.filter(status="dead").exists()
        assert old.body["text"] == slack.messages("bo")[-1].body["text"]
    finally:
        browser_of(slack.world, "ana").post("/settings/slack", {"do": "disconnect"})


def fresh_press(desk: Desk, told: Told) -> None:
    """Let Cy decide from the home, which shows it by the new app already."""
    opened = {"type": "app_home_opened", "user": MEMBERS["cy"]}
    desk.post("/slack/events", pressing.event(desk.workspace, opened))
    home = desk.workspace.homes[MEMBERS["cy"]]
    message = Message("D024BE7CY", "", {"text": "", "blocks": home["blocks"]})
    assert told["id"] in json.dumps(home)
    desk.post("/slack/interactions", pressing.press(desk.server, desk.workspace, desk.user("cy"), message, "approve"))
    if desk.workspace.views:
        desk.submit("cy", vote="approve")


def test_a_revoked_token_flags_its_own_workspace_and_no_other(both: tuple[Desk, Desk]) -> None:
    mine, other = both
    other.workspace.revoke()
    told = [post(desk.world) for desk in both]
    for desk in both:
        desk.work(2)
    assert len(mine.messages("bo")) == 1
    assert other.messages("bo") == []
    failed, well = row_of_ours(other.world), row_of_ours(mine.world)
    assert failed is not None
    assert well is not None
    assert (failed.error, well.error, well.failed_at) == ("token_revoked", "", None)
    with tx.reading(other.world.org):
        mails = Parcel.objects.filter(channel="email", action__isnull=False)
        assert mails.filter(kind="action.asked").count() == 3, "their next channel, at once"
    page = browser_of(other.world, "ana").text("/settings")
    assert "Slack takes nothing: token_revoked." in page
    assert "Slack takes nothing" not in browser_of(mine.world, "ana").text("/settings")
    mine.press("bo", told[0], "approve")
    assert now(mine.world, told[0])["status"] == "approved"
    connect(other)  # with the new token
    mine.world.turn(minutes=2)
    told = [post(other.world)]
    buckets.forget()
    other.work()
    mended = row_of_ours(other.world)
    assert mended is not None
    assert (mended.error, len(other.messages("bo"))) == ("", 1)
    other.press("bo", told[0], "approve")
    assert now(other.world, told[0])["status"] == "approved"


def test_what_one_workspace_is_told_to_wait_holds_up_no_other(both: tuple[Desk, Desk]) -> None:
    mine, other = both
    other.workspace.misbehave("chat.postMessage", "429", times=3, seconds=30)
    for desk in both:
        post(desk.world)
    other.work()
    mine.work()
    assert (len(other.messages("bo")), len(mine.messages("bo"))) == (0, 1)
    assert buckets.wait_for(buckets.name_of(other.workspace.team, "chat.postMessage", MEMBERS["bo"])) > 20


def test_who_disconnects_is_forgotten(both: tuple[Desk, Desk]) -> None:
    mine, other = both
    told = post(mine.world)
    mine.work()
    message = mine.message("bo", told)
    browser = browser_of(mine.world, "ana")
    assert browser.post("/settings/slack", {"do": "disconnect"}).status_code == 303
    assert row_of_ours(mine.world) is None
    assert row_of_ours(other.world) is not None
    assert signed_by(mine, "bo", message, mine.workspace.secret).status_code == 401
    assert now(mine.world, told)["status"] == "pending"
    assert told_of(mine.world, "slack.disconnected") == [{"team": mine.workspace.team, "name": "Acme"}]
    again = browser.post("/settings/slack", {"do": "disconnect"})
    assert again.status_code == 404
    assert "it was disconnected already" in again.content.decode()


def test_by_socket_mode_each_app_token_has_its_connection_and_its_own_organization(both: tuple[Desk, Desk]) -> None:
    mine, other = both
    told = [post(desk.world) for desk in both]
    for desk in both:
        desk.work()

    def pressed(desk: Desk, action: Told) -> Any:
        body, _ = pressing.press(desk.server, desk.workspace, desk.user("bo"), desk.message("bo", action), "approve")
        return json.loads(unquote_plus(body.decode().removeprefix("payload=")))

    stop = threading.Event()
    with Socket(mine.workspace) as to_mine, Socket(other.workspace) as to_other:
        for desk in both:
            connect(desk, socket=True)
        thread = threading.Thread(target=socket.run, args=(stop,), daemon=True)
        thread.start()
        try:
            assert to_mine.say("interactive", pressed(other, told[1])) == {}
            assert now(other.world, told[1])["status"] == "pending"
            assert to_mine.say("interactive", pressed(mine, told[0])) == {}
            assert to_other.say("interactive", pressed(other, told[1])) == {}
        finally:
            stop.set()
            thread.join(20)
    assert [now(desk.world, one)["status"] for desk, one in zip(both, told, strict=True)] == ["approved"] * 2


def test_slack_tries_an_events_address_out_before_it_names_a_workspace(both: tuple[Desk, Desk]) -> None:
    mine, _ = both
    body = b'{"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}'
    for path, status in (
        (f"/slack/events?team={mine.workspace.team}", 200),
        ("/slack/events?team=T0NOBODY", 401),
        ("/slack/events?team=%00", 401),
        ("/slack/events", 401),
    ):
        answer = mine.post(path, pressing.signed(mine.workspace, body, kind="application/json"))
        assert answer.status_code == status, path
    greeted = mine.post(
        f"/slack/events?team={mine.workspace.team}", pressing.signed(mine.workspace, body, kind="application/json")
    )
    assert greeted.json() == {"challenge": "3eZbrw1a"}


def test_the_invitation_of_one_organization_s_app_links_nobody_elsewhere(ours: Desk, another_world: World) -> None:
    join(another_world, ours.workspace.team)
    told = post(ours.world)
    ours.work()
    nia = ours.workspace.add_user("U0NOBODY", "Nia", "nia@acme.test")
    ours.post(
        "/slack/interactions",
        pressing.press(ours.server, ours.workspace, nia, ours.message("bo", told), "approve"),
    )
    token = unquote(ours.heard()[-1].partition("token=")[2].partition("|")[0])
    refused = browser_of(another_world, "finn").post("/slack/link", {"token": token})
    assert refused.status_code == 409
    with tx.reading(another_world.org):
        assert Person.objects.get(email=another_world.email("finn")).slack == ""
    assert browser_of(ours.world, "finn").post("/slack/link", {"token": token}).status_code == 303


def test_secrets_that_cannot_be_opened_are_nobody_s(both: tuple[Desk, Desk]) -> None:
    mine, other = both
    told = post(mine.world)
    mine.work()
    message = mine.message("bo", told)
    spoil(mine.world.org, other.workspace.secret)
    assert signed_by(mine, "bo", message, mine.workspace.secret).status_code == 401
    assert "cannot be opened" in browser_of(mine.world, "ana").text("/settings")
    post(mine.world)
    mine.world.turn(minutes=2)
    mine.work(2)
    with tx.reading(mine.world.org):
        assert Parcel.objects.filter(channel="email", kind="action.asked").exists()


@tx.use_case
def spoil(org: int, text: str) -> None:
    SlackWorkspace.objects.filter(org=org).update(signing_secret=f"v1.{text}")
