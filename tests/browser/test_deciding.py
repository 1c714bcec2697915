"""Pressing, holding, typing, undoing, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.pages.samples import DELETE, DIGEST, REFUND

pytestmark = pytest.mark.browser
Window = Callable[..., Page]


def test_high_risk_is_approved_by_holding(window: Window, site: Site) -> None:
    page = window("refund", clock=True)
    press(page, "[data-approve]")
    page.clock.run_for(1300)
    page.wait_for_url("**/done")
    path, fields = site.posts[0]
    assert path == f"/actions/{REFUND}"
    assert (fields["vote"], fields["confirm"], fields["digest"]) == ("approve", "1840.00", DIGEST)
    assert len(site.posts) == 1


def test_letting_go_early_sends_nothing(window: Window, site: Site) -> None:
    page = window("refund", clock=True)
    press(page, "[data-approve]")
    page.clock.run_for(900)
    page.mouse.up()
    page.clock.run_for(5000)
    expect(page.locator("[data-holding]")).to_have_count(0)
    assert site.posts == []


def test_a_key_is_held_like_a_pointer(window: Window, site: Site) -> None:
    page = window("refund", clock=True)
    page.keyboard.down("a")
    page.clock.run_for(1300)
    page.wait_for_url("**/done")
    assert site.posts[0][1]["confirm"] == "1840.00"


def test_a_click_alone_does_not_approve_high_risk(window: Window, site: Site) -> None:
    page = window("refund")
    page.locator("[data-approve]").click()
    page.locator("[data-approve]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert site.posts == []


def test_typing_the_amount_stands_for_holding(window: Window, site: Site) -> None:
    page = window("refund")
    page.locator("[data-type-instead]").click()
    page.locator("#confirm").fill("1,840.00")
    page.locator("[data-approve]").click()
    page.wait_for_url("**/done")
    assert site.posts[0][1]["vote"] == "approve"


def test_critical_risk_is_locked_until_its_number_was_typed(window: Window, site: Site) -> None:
    page = window("request")
    button = page.locator("[data-approve]")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    assert site.posts == []
    page.locator("#confirm").fill(DELETE[-4:].upper())
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.click()
    page.wait_for_url("**/done")
    assert site.posts[0][1]["confirm"] == DELETE[-4:].upper()


def test_enter_in_the_typed_field_decides_nothing(window: Window, site: Site) -> None:
    page = window("request")
    page.locator("#confirm").fill(DELETE[-4:])
    page.locator("#confirm").press("Enter")
    page.wait_for_timeout(200)
    assert site.posts == []


def test_a_low_risk_approval_can_be_undone(window: Window, site: Site) -> None:
    page = window("low", clock=True)
    page.locator("[data-approve]").click()
    expect(page.locator("#toasts")).to_contain_text("Sent to the agent in 10 s")
    page.clock.run_for(5000)
    page.keyboard.press("z")
    page.clock.run_for(30_000)
    expect(page.locator("[data-approve]")).to_be_enabled()
    assert site.posts == []


def test_a_low_risk_approval_is_sent_when_the_time_is_over(window: Window, site: Site) -> None:
    page = window("low", clock=True)
    page.locator("[data-approve]").click()
    page.clock.run_for(10_500)
    page.wait_for_url("**/done")
    assert [fields["vote"] for _, fields in site.posts] == ["approve"]


def test_leaving_the_page_sends_what_waits(window: Window, site: Site) -> None:
    page = window("low")
    page.locator("[data-approve]").click()
    page.goto(f"{site.url}/pages/agents")
    page.wait_for_timeout(300)
    assert [fields["vote"] for _, fields in site.posts] == ["approve"]


def test_a_refusal_after_undo_is_told(window: Window, site: Site) -> None:
    site.refuse_with = "state-faster"
    page = window("low", clock=True)
    page.locator("[data-approve]").click()
    page.clock.run_for(10_500)
    expect(page.locator("#toasts")).to_contain_text("Your approval was not recorded.")


def test_rejecting_takes_one_press_and_a_reason(window: Window, site: Site) -> None:
    page = window("refund")
    page.keyboard.press("r")
    expect(page.locator("#comment")).to_be_focused()
    page.locator("#reject [type=submit]").click()
    assert site.posts == []
    page.get_by_role("button", name="Wrong amount").click()
    page.locator("#reject [type=submit]").click()
    page.wait_for_url("**/done")
    assert (site.posts[0][1]["vote"], site.posts[0][1]["comment"]) == ("reject", "Wrong amount.")


def test_changes_are_shown_and_counted_before_they_are_approved(window: Window, site: Site) -> None:
    page = window("refund")
    page.keyboard.press("e")
    page.locator("#edit-1").fill("605.00")
    expect(page.locator("[data-count]")).to_have_text("Approve with 1 change")
    expect(page.locator("[data-diff]")).to_contain_text("605.00")
    page.locator("#edit-confirm").fill("1840.00")
    page.locator("[data-count]").click()
    page.wait_for_url("**/done")
    fields = site.posts[0][1]
    assert (fields["arg:/amount"], fields["arg:/notify"], fields["edited"]) == ("605.00", "true", "1")


def test_without_scripts_everything_is_a_plain_form(window: Window, site: Site) -> None:
    page = window("refund", java_script_enabled=False)
    expect(page.locator("#confirm")).to_be_visible()
    page.locator("#confirm").fill("1840.00")
    page.locator("[data-approve]").click()
    page.wait_for_url("**/done")
    assert (site.posts[0][1]["vote"], site.posts[0][1]["confirm"]) == ("approve", "1840.00")


def test_without_scripts_a_rejection_needs_its_reason(window: Window, site: Site) -> None:
    page = window("request", java_script_enabled=False, width=390, height=844)
    page.locator("[popovertarget=reject]").first.click()
    page.locator("#comment").fill("Three have no snapshot.")
    page.locator("#reject [type=submit]").click()
    page.wait_for_url("**/done")
    assert (site.posts[0][1]["vote"], site.posts[0][1]["comment"]) == ("reject", "Three have no snapshot.")


def test_the_seconds_of_reading_go_with_the_decision(window: Window, site: Site) -> None:
    page = window("refund", clock=True)
    page.clock.run_for(7_000)
    expect(page.locator("[data-review]")).to_have_text("On review 0:07")
    press(page, "[data-approve]")
    page.clock.run_for(1300)
    page.wait_for_url("**/done")
    assert int(site.posts[0][1]["reviewed"]) in {7, 8}


def press(page: Page, selector: str) -> None:
    """Put the pointer down on something and keep it there."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
