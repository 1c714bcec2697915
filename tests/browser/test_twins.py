"""A list of twins in the browser: the button says what is ticked, and moving through the list opens it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.site import Site

pytestmark = pytest.mark.browser
Window = Callable[..., Page]


def test_the_button_says_what_is_ticked(window: Window) -> None:
    page = window("twins-list")
    button, label = page.locator("form[data-twins] button"), page.locator("[data-twins-label]")
    expect(label).to_have_text("Approve 5, €163.40")
    page.locator("input[value=act_t1]").uncheck()
    expect(label).to_have_text("Approve 4, €132.00")
    for number in (0, 2, 3, 4):
        page.locator(f"input[value=act_t{number}]").uncheck()
    expect(button).to_be_disabled()
    expect(label).to_have_text("Tick what to approve")


def test_no_key_approves_several(window: Window) -> None:
    page = window("twins")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    assert page.locator("form[data-twins] [data-key]").count() == 0
    assert "/pages/twins" in page.url
    expect(page.locator("form[data-twins]")).to_be_visible()


def test_a_stack_is_moved_over_like_a_row(window: Window) -> None:
    page = window("twins")
    expect(page.locator("#row-stack-act_t0")).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(page.locator("#row-stack-act_t0")).not_to_have_attribute("aria-current", "true")


def test_a_stack_is_brought_up_to_date_when_one_of_it_is_decided(window: Window, site: Site) -> None:
    sockets: list[WebSocketRoute] = []

    def keep(socket: WebSocketRoute) -> None:
        sockets.append(socket)

    page = window("twins-live", before=lambda made: made.route_web_socket("**/ws/", keep))
    page.wait_for_timeout(100)
    sockets[-1].send(json.dumps({"type": "action.changed", "id": "act_t1", "version": 9}))
    expect(page.locator("#row-stack-act_t0 .t")).to_contain_text("5 refunds")
    page.wait_for_timeout(300)
    assert any("piece=row" in path for path in site.fetched)
    assert page.locator("#news .pill").count() == 0
    expect(page.locator("#row-stack-act_t0")).to_have_attribute("aria-current", "true")
