"""Attacks on the channels: what is replayed, misdirected, silent or stolen decides nothing, and is answered."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from agents.amounts import AmountMismatch
from agents.terms import Money
from approvals import quick
from approvals.flow import vote
from approvals.flow.refusals import Stale
from approvals.posted import CastVote
from approvals.slack import incoming, values, who
from core import clock
from dev.slack import pressing
from tests.journeys.browser import browser_of
from tests.journeys.test_slack import as_risk
from tests.journeys.test_slack_pressed import unlink
from tests.journeys.test_trust_evidence import note
from tests.lanes import climbed, lane, quickly
from tests.letterbox import PostOffice
from tests.play import Told, at_once, cast, key_of, kinds, now, post, refund
from tests.slack import Desk, connect, join
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


@pytest.mark.parametrize("button", ["reject", "ask", "edit", "approve.review"])
def test_a_window_sent_off_about_another_organization_s_action_records_nothing(
    world: World, slack: Desk, another_world: World, button: str
) -> None:
    """What is in a window carries no authority: whatever action it names, its own organization judges the sender."""
    world.change(as_risk("high"))  # type: ignore[arg-type]
    mine = post(world)
    join(another_world, slack.workspace.team)
    theirs = post(another_world)
    slack.work()
    slack.press("bo", mine, "approve" if button == "approve.review" else button)
    view = list(slack.workspace.views)[-1]
    unlink(another_world.org, another_world.email("bo"))
    slack.workspace.views[view]["private_metadata"] = values.Value(None, key_of(theirs), 1, 1).spell()
    said = slack.submit("bo", comment="No.", question="Why?", vote="approve", confirm="100.00")
    assert said["view"]["title"]["text"] == "Not recorded"
    assert now(another_world, theirs)["status"] == "pending"
    assert kinds(another_world, theirs).count("action.voted") == 0


@pytest.mark.parametrize(
    "metadata",
    ["", "1", "1.-.act_x.1.1", "1.-.{act}.-1.1", "1.-.{act}.9999999999.1", "2.-.{act}.1.1", "1.nte_0.{act}.1.1"],
)
def test_a_window_with_an_altered_name_records_nothing(low: World, slack: Desk, metadata: str) -> None:
    told = post(low)
    slack.work()
    slack.press("bo", told, "reject")
    view = list(slack.workspace.views)[-1]
    slack.workspace.views[view]["private_metadata"] = metadata.replace("{act}", told["id"])
    assert slack.submit("bo", comment="No.")["view"]["title"]["text"] == "Not recorded"
    assert now(low, told)["status"] == "pending"


def test_a_window_opened_for_one_revision_approves_no_other(world: World, slack: Desk) -> None:
    world.change(as_risk("high"))  # type: ignore[arg-type]
    told = post(world)
    slack.work()
    slack.press("bo", told, "approve")
    view = list(slack.workspace.views)[-1]
    slack.workspace.views[view]["private_metadata"] = values.Value(None, key_of(told), 2, 1).spell()
    said = slack.submit("bo", vote="approve", confirm="100.00")
    assert said["view"]["title"]["text"] == "Not recorded", "a revision that is not there has no digest"
    assert now(world, told)["status"] == "pending"


def test_high_risk_is_not_approved_by_a_window_of_another_kind(world: World, slack: Desk) -> None:
    """Neither the window that changes arguments nor one with a made-up name leaves the typed amount out."""
    world.change(as_risk("high"))  # type: ignore[arg-type]
    told = post(world)
    slack.work()
    slack.press("bo", told, "edit")
    view = slack.workspace.views[list(slack.workspace.views)[-1]]
    for name in ("edit", "approve", "approve.review", "vote", ""):
        view["callback_id"] = name
        slack.submit("bo", comment="Fine.", vote="approve")
    assert now(world, told)["status"] == "pending"


def test_a_risk_that_rose_between_the_look_and_the_vote_is_not_approved_as_the_lower_one(low: World) -> None:
    told = post(low)
    for risk in ("medium", "high", "critical"):
        with pytest.raises(Stale):
            vote.vote(
                low.org,
                key_of(told),
                actor=low.as_person("bo"),
                cast=CastVote("approve", told["digest"], risk=risk),
            )
    assert now(low, told)["status"] == "pending"


# -- Slack: whose signature --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", range(6))
def test_who_makes_one_app_s_secret_speaks_for_no_other_workspace_however_it_is_named(
    slack: Desk, theirs: Desk, at: int
) -> None:
    """An admin knows the secret of their own app: what it signs names their workspace, and ours as well."""
    ours = slack
    for desk in (ours, theirs):
        desk.world.change(as_risk("low"))  # type: ignore[arg-type]
        connect(desk)
    told = post(ours.world)
    ours.work()
    body, _ = pressed(ours, "bo", told)
    said = json.loads(unquote_plus(body.decode().removeprefix("payload=")))
    here, there = ours.workspace.team, theirs.workspace.team
    bo = said.pop("user") | {"team_id": here}
    rest = json.dumps({name: one for name, one in said.items() if name != "team"})[1:-1]
    payload = [
        f'{{"team": {{"id": "{there}"}}, "user": {json.dumps(bo)}, {rest}, "team": {{"id": "{here}"}}}}',
        f'{{"team": {{"id": "{here}"}}, "user": {json.dumps(bo)}, {rest}, "x": {{"team": {{"id": "{there}"}}}}}}',
        f'{{"x": {{"team": {{"id": "{there}"}}}}, "team": {{"id": "{here}"}}, "user": {json.dumps(bo)}, {rest}}}',
        f'{{"team_id": "{there}", "team": null, "user": {json.dumps(bo)}, {rest}}}',
        f'{{"team": {{"id": "{there}"}}, "user": {json.dumps(bo)}, {rest}}}',
        f'{{"team": {{"id": "{there}"}}, "user": {json.dumps(bo | {"team_id": there})}, {rest}}}',
    ][at]
    form = urlencode([("team_id", there), ("payload", "{}"), ("payload", payload)]).encode()
    for one in (form, urlencode({"payload": payload}).encode()):
        signed = pressing.signed(ours.workspace, one, kind=FORM, secret=theirs.workspace.secret)
        assert theirs.post(f"{SENT}?team={there}", signed).status_code in (200, 401)
    ours.heard()
    assert now(ours.world, told)["status"] == "pending"
    assert kinds(ours.world, told).count("action.voted") == 0


def test_looking_for_the_workspace_in_a_body_takes_no_time_whatever_it_says() -> None:
    for piece in ('"team":{', '"team":   ', ",  ", "team_id", "team_id  =  ", '"id":  ', "{,&", "%22team%22%3A%7B"):
        body = (piece * (incoming.LONGEST // len(piece))).encode()
        began = clock.monotonic()
        incoming.team_named(body)
        assert clock.monotonic() - began < 1.0, piece


# -- One person, many channels -----------------------------------------------------------------------------------------
def test_one_person_by_three_channels_at_once_is_one_vote(low: World, slack: Desk, post_office: PostOffice) -> None:
    for _ in range(2):
        low.turn(minutes=2)  # each is a message of its own
        told = post(low, refund("600.00"))
        slack.work()
        press = pressed(slack, "bo", told)
        link = post_office.link_of("bo")
        visitor, web = post_office.person(), browser_of(low, "bo")
        page = visitor.open(link)
        at_once(
            partial(slack.post, SENT, press),
            partial(visitor.post, link, page, "approve"),
            partial(web.decide, told, "approve"),
        )
        assert now(low, told)["votes"]["approvals"] == 1
        assert now(low, told)["status"] == "pending"
        assert kinds(low, told).count("action.voted") == 1


# -- What is left behind by a transaction that did not come to its end -------------------------------------------------
def test_what_a_refused_post_wrote_of_its_version_is_not_remembered(world: World) -> None:
    """The lanes of the new version were never written: no later post may be composed by them."""
    world.change(lambda document: quickly(document, promotion="automatic"))
    climbed(world, "monitored")
    for _ in range(2):  # the second is no news
        note(world, agent_version="1.0.0")
    before = lane(world)
    with pytest.raises(AmountMismatch):
        post(world, agent_version="2.0.0", amount=Money(Decimal(7), "EUR"))
    row = lane(world)
    assert before is not None
    assert row is not None
    assert (row.agent_version, row.version) == ("1.0.0", before.version)
    remembered = quick._grounds.get((world.org, row.agent_id))
    assert remembered is not None
    assert "2.0.0" not in [one.agent_version for some in remembered.lanes.values() for one in some]
