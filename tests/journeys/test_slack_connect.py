"""Connecting a workspace at the settings: Slack says whose token it is, and nothing typed is ever shown again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from accounts.models import Person
from approvals.configuration.faults import InvalidDocument
from core import tx, vault
from delivery import letters
from delivery.models import Parcel, SlackWorkspace
from dev.slack.workspace import Workspace
from tests.journeys.browser import Browser, browser_of, words
from tests.play import now, post
from tests.slack import MEMBERS, Desk, join
from tests.world import World, row_of

PATH = "/settings/slack"


def typed(workspace: Workspace, **more: str) -> dict[str, str]:
    """Return the form as an admin fills it in."""
    return {"do": "connect", "token": workspace.token, "signing_secret": workspace.secret, "app_token": "", **more}


def kept(world: World) -> SlackWorkspace | None:
    with tx.reading(world.org):
        return SlackWorkspace.objects.filter(org=world.org).first()


def entries(world: World) -> list[tuple[str, Any]]:
    """Return what history says of the workspace."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select kind, body from audit_entry where kind like 'slack.%%' order by seq", [])
        return [(kind, json.loads(bytes(body))) for kind, body in cursor.fetchall()]


def said(browser: Browser, fields: dict[str, str], status: int) -> str:
    """Send the form, which is refused; return the page's words, in which no secret is."""
    answer = browser.post(PATH, fields)
    assert answer.status_code == status, answer.content[:2000]
    page = str(answer.content.decode())
    for name in ("token", "signing_secret", "app_token"):
        assert len(fields.get(name, "")) < 6 or fields[name] not in page
    return words(page)


def test_an_admin_connects_tests_and_disconnects(theirs: Desk) -> None:
    world, workspace = theirs.world, theirs.workspace
    ana = browser_of(world, "ana")
    assert f"is in the workspace {workspace.team}" in words(ana.text("/settings"))
    assert ana.post(PATH, typed(workspace)).status_code == 303
    page = ana.text("/settings")
    assert workspace.team in page
    assert world.email("ana") in page
    assert f"/slack/events?team={workspace.team}" in page
    assert ana.post(PATH, {"do": "test"}).status_code == 303
    assert ana.post(PATH, {"do": "disconnect"}).status_code == 303
    assert kept(world) is None
    history = entries(world)
    assert [kind for kind, _ in history] == ["slack.connected", "slack.tested", "slack.disconnected"]
    assert {body["actor"] for _, body in history} == {f"person:{world.email('ana')}"}
    everything = page + json.dumps(history)
    for secret in (workspace.token, workspace.secret):
        assert secret not in everything


def test_what_is_kept_is_sealed_for_its_place(theirs: Desk) -> None:
    browser_of(theirs.world, "ana").post(PATH, typed(theirs.workspace))
    row = kept(theirs.world)
    assert row is not None
    for text in (row.token, row.signing_secret):
        assert text.startswith("v1.")
        for about in ("", f"slack {theirs.world.org} {row.team} app_token", f"slack 0 {row.team} token"):
            with pytest.raises(vault.CannotOpen):
                vault.open(text, about=about)
    assert vault.open(row.token, about=f"slack {theirs.world.org} {row.team} token") == theirs.workspace.token


def test_another_s_workspace_is_not_taken_by_naming_it(slack: Desk, theirs: Desk) -> None:
    """They say that they are in our workspace: without a token of it they have nothing there."""
    join(theirs.world, slack.workspace.team)
    ana = browser_of(theirs.world, "ana")
    refused = said(ana, typed(theirs.workspace), 409)
    assert f"is of the workspace {theirs.workspace.team}" in refused
    assert f"says slack_team: {slack.workspace.team}" in refused
    assert kept(theirs.world) is None


def test_the_configuration_names_the_workspace_first(slack: Desk, another_world: World) -> None:
    ana = browser_of(another_world, "ana")
    assert "First publish the workspace" in words(ana.text("/settings"))
    assert "in the configuration first" in said(ana, typed(slack.workspace), 409)
    assert kept(another_world) is None


@pytest.mark.parametrize(
    ("given", "words_said"),
    [
        ({"token": "xapp-1-not-a-bot-token"}, "It begins with xoxb-"),
        ({"token": ""}, "It begins with xoxb-"),
        ({"token": "xoxb-with a space in it"}, "has no spaces"),
        ({"signing_secret": "short"}, "under Basic information"),
        ({"signing_secret": "xoxb-0123456789abcdef01234567"}, "It is no token"),
        ({"app_token": "xoxb-0123456789abcdef01234567"}, "It begins with xapp-"),
        ({"token": "xoxb-0123456789abcdef0123\x004567"}, "It begins with xoxb-"),
        ({"token": "xoxb-nobody-has-this-token"}, "does not take the bot token: invalid_auth"),
        ({"app_token": "xapp-nobody-has-this-token"}, "does not take the app-level token: invalid_auth"),
    ],
)
def test_what_slack_would_not_take_is_refused_beside_its_field(
    theirs: Desk, given: dict[str, str], words_said: str
) -> None:
    assert words_said in said(browser_of(theirs.world, "ana"), typed(theirs.workspace, **given), 422)
    assert kept(theirs.world) is None


def test_an_app_that_may_too_little_is_refused(theirs: Desk) -> None:
    theirs.workspace.scopes = ["chat:write", "commands"]
    assert "lacks im:write, users:read" in said(browser_of(theirs.world, "ana"), typed(theirs.workspace), 422)
    assert kept(theirs.world) is None


def test_a_test_that_fails_says_why_and_is_kept(theirs: Desk) -> None:
    ana = browser_of(theirs.world, "ana")
    assert "There is nothing to test" in said(ana, {"do": "test"}, 404)
    ana.post(PATH, typed(theirs.workspace))
    theirs.workspace.revoke()
    assert "token_revoked" in said(ana, {"do": "test"}, 422)
    row = kept(theirs.world)
    assert row is not None
    assert "token_revoked" in row.error
    assert "token_revoked" in entries(theirs.world)[-1][1]["facts"]["found"]
    assert ana.post(PATH, typed(theirs.workspace)).status_code == 303, "its new token mends it"
    mended = kept(theirs.world)
    assert mended is not None
    assert mended.error == ""


def test_a_workspace_that_the_configuration_leaves_is_not_used(theirs: Desk) -> None:
    ana = browser_of(theirs.world, "ana")
    ana.post(PATH, typed(theirs.workspace))
    theirs.world.change(lambda document: document["organization"].update(slack_team="T0ANOTHER"))
    assert "The configuration says slack_team: T0ANOTHER, so this is not used." in words(ana.text("/settings"))
    assert "but the configuration says" in said(ana, {"do": "test"}, 409)


def test_only_admins_who_signed_in_just_now_change_anything(theirs: Desk) -> None:
    bo, ana = browser_of(theirs.world, "bo"), browser_of(theirs.world, "ana")
    assert 'action="/settings/slack' not in bo.text("/settings")
    for fields in (typed(theirs.workspace), {"do": "test"}, {"do": "disconnect"}):
        assert bo.post(PATH, fields).status_code == 403
    assert ana.get(PATH).status_code == 405
    assert ana.post(PATH, {"do": "steal"}).status_code == 422
    theirs.world.turn(minutes=30)
    again = ana.post(PATH, typed(theirs.workspace))
    assert again.headers["Location"].startswith("/sign-in?again=1")
    assert kept(theirs.world) is None
    assert "Sign in again" in words(ana.text("/settings"))


def test_the_other_admins_hear_of_it(theirs: Desk) -> None:
    world = theirs.world
    world.change(lambda document: row_of(document, "people", world.email("eve")).update(roles=["admin"]))
    browser_of(world, "ana").post(PATH, typed(theirs.workspace))
    with tx.reading(world.org):
        mails = [
            json.loads(vault.open(json.loads(one.payload)["sealed"], about=letters.SEALED_FOR))
            for one in Parcel.objects.filter(channel="email", kind=letters.MAIL, address=world.email("eve"))
        ]
    assert f"{world.email('ana')} connected the Slack workspace Acme" in [one["subject"] for one in mails]
    assert theirs.workspace.token not in json.dumps(mails)


def test_an_account_that_somebody_linked_themselves_is_given_to_nobody_else(world: World, slack: Desk) -> None:
    link(world.org, world.email("finn"), "U0FINN")
    eve = world.email("eve")
    with pytest.raises(InvalidDocument, match=r"finn@.* linked the Slack account U0FINN") as refusal:
        world.change(lambda document: row_of(document, "people", eve).update(slack="U0FINN"))
    assert [(one.path, one.code) for one in refusal.value.faults] == [("/people/4/slack", "slack_taken")]
    assert account(world, "eve") == ""
    world.document["people"][5]["slack"] = "U0OTHER"  # Finn's is another: then it is free
    world.change(lambda document: row_of(document, "people", eve).update(slack="U0FINN"))
    assert (account(world, "eve"), account(world, "finn")) == ("U0FINN", "U0OTHER")


def test_who_comes_back_does_not_bring_an_account_that_is_another_s_by_now(world: World, slack: Desk) -> None:
    link(world.org, world.email("finn"), "U0FINN")
    finn = world.document["people"][5]
    world.change(lambda document: document["people"].remove(finn))
    link(world.org, world.email("eve"), "U0FINN")
    world.change(lambda document: document["people"].append(finn))
    assert (account(world, "eve"), account(world, "finn")) == ("U0FINN", "")


def account(world: World, name: str) -> str:
    return world.person(name).slack


@tx.use_case
def link(org: int, email: str, member: str) -> None:
    Person.objects.filter(email=email).update(slack=member, slack_linked=True)


def test_an_account_that_is_two_people_s_after_all_decides_nothing(world: World, slack: Desk) -> None:
    link(world.org, world.email("finn"), MEMBERS["bo"])
    told = post(world)
    slack.work()
    slack.press("bo", told, "approve")
    assert now(world, told)["status"] == "pending"
    assert slack.heard() == [
        "This Slack account is of two people here. Nothing was recorded; an admin can correct that."
    ]
