"""A press that comes before the account is linked: kept through signing in and linking, shown, and confirmed once."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from accounts.models import Person
from approvals.flow import revise
from core import tx
from tests.journeys.browser import Browser, browser_of, form_of, words
from tests.journeys.test_slack import as_risk
from tests.play import Told, cast, history_holds, key_of, kinds, now, post, refund, revised
from tests.slack import Desk
from tests.world import World


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


@tx.use_case
def unlink(org: int, email: str) -> None:
    Person.objects.filter(email=email).update(slack="")


def linked(world: World, slack: Desk, told: Told, button: str = "approve", *, by: str = "bo") -> tuple[Browser, str]:
    """Let Bo, who is not linked, press a button, sign in as `by` and link; return the browser and where it leads."""
    slack.work()
    unlink(world.org, world.email("bo"))
    slack.press("bo", told, button)
    token = slack.heard()[-1].partition("token=")[2].partition("|")[0]
    browser = browser_of(world, by)
    answer = browser.post("/slack/link", {"token": unquote(token)})
    assert answer.status_code == 303
    return browser, answer.headers["Location"]


def confirm(browser: Browser, path: str, **typed: str) -> Any:
    """Press the one button of the page."""
    return browser.post("/slack/pressed", {**form_of(browser.text(path), "/slack/pressed"), **typed})


def test_what_was_pressed_is_shown_after_linking_and_done_by_one_confirmation(low: World, slack: Desk) -> None:
    told = post(low)
    browser, path = linked(low, slack, told)
    assert path.startswith("/slack/pressed?token=")
    for _ in range(3):
        page = browser.text(path)
    said, main = words(page), page[page.index("<main") : page.index("</main")]
    assert f"You pressed Approve on {told['title']} in Slack" in said
    assert main.count('<button class="btn lg') == 1
    assert now(low, told)["status"] == "pending", "looking decides nothing"
    answer = confirm(browser, path)
    assert answer.headers["Location"] == f"/actions/{told['id']}"
    ended = now(low, told)
    assert ended["status"] == "approved"
    assert [(one["email"], one["channel"]) for one in ended["decision"]["people"]] == [(low.email("bo"), "web")]
    history_holds(low)


def test_it_works_once(world: World, slack: Desk) -> None:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    told = post(world, refund("600.00"))  # two people must approve
    browser, path = linked(world, slack, told)
    fields = form_of(browser.text(path), "/slack/pressed")
    assert browser.post("/slack/pressed", fields).status_code == 303
    again = browser.post("/slack/pressed", {**fields, "comment": "Once more."})
    assert again.status_code == 409
    assert "You confirmed this at" in words(again.content.decode())
    assert kinds(world, told).count("action.voted") == 1


@pytest.mark.parametrize("minutes", [11])
def test_it_is_kept_for_ten_minutes(low: World, slack: Desk, minutes: int) -> None:
    told = post(low)
    browser, path = linked(low, slack, told)
    fields = form_of(browser.text(path), "/slack/pressed")
    low.turn(minutes=minutes)
    assert browser.get(path).status_code == 422
    assert browser.post("/slack/pressed", fields).status_code == 422
    assert now(low, told)["status"] == "pending"


def test_of_high_risk_the_amount_is_typed(world: World, slack: Desk) -> None:
    world.change(as_risk("high"))  # type: ignore[arg-type]
    told = post(world)
    browser, path = linked(world, slack, told, "approve.review")
    assert "You pressed Review and decide… on" in words(browser.text(path))
    for typed in ({"vote": "approve"}, {"vote": "approve", "confirm": "99"}, {}):
        assert confirm(browser, path, **typed).status_code in (400, 422)
    assert now(world, told)["status"] == "pending"
    assert confirm(browser, path, vote="approve", confirm="100.00").status_code == 303
    assert now(world, told)["status"] == "approved"


def test_a_rejection_wants_its_reason(low: World, slack: Desk) -> None:
    told = post(low)
    browser, path = linked(low, slack, told, "reject")
    assert confirm(browser, path, vote="approve").status_code == 422, "it does what was pressed and nothing else"
    assert confirm(browser, path, comment="Offer a replacement.").status_code == 303
    assert now(low, told)["status"] == "rejected"


def test_what_was_changed_meanwhile_is_not_approved_unseen(low: World, slack: Desk) -> None:
    told = post(low)
    browser, path = linked(low, slack, told)
    fields = form_of(browser.text(path), "/slack/pressed")
    revise.revise(low.org, key_of(told), actor=low.as_agent(), revised=revised(refund("250.00")))
    assert "It was changed since you pressed" in words(browser.text(path))
    assert browser.post("/slack/pressed", fields).status_code == 409
    assert now(low, told)["status"] == "pending"


def test_whoever_may_not_decide_is_told_so(low: World, slack: Desk) -> None:
    told = post(low)
    browser, path = linked(low, slack, told)
    fields = form_of(browser.text(path), "/slack/pressed")
    low.change(lambda document: document["people"][1].update(roles=["viewer"]))
    assert browser.post("/slack/pressed", fields).status_code == 403
    assert now(low, told)["status"] == "pending"


def test_it_is_shown_to_nobody_else(low: World, slack: Desk) -> None:
    told = post(low)
    browser, path = linked(low, slack, told)
    fields = form_of(browser.text(path), "/slack/pressed")
    cy = browser_of(low, "cy")
    assert cy.get(path).status_code == 404
    assert cy.post("/slack/pressed", {"token": fields["token"]}).status_code == 404
    assert browser_of(low, "bo").client.get("/slack/pressed?token=v1.AAAA").status_code == 422
    assert now(low, told)["status"] == "pending"


def test_who_comes_late_hears_who_decided(low: World, slack: Desk) -> None:
    told = post(low)
    browser, path = linked(low, slack, told)
    fields = form_of(browser.text(path), "/slack/pressed")
    cast(low, "cy", told)
    late = browser.post("/slack/pressed", fields)
    assert late.status_code == 409
    assert "Cy Okafor" in words(late.content.decode())
    assert [one["email"] for one in now(low, told)["decision"]["people"]] == [low.email("cy")]
