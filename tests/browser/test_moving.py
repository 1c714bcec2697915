"""Keys, the list beside the request, the palette, and what the socket brings."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.site import Site
from tests.pages.drawing import draw_page
from tests.pages.samples import DELETE, REFUND

pytestmark = pytest.mark.browser
Window = Callable[..., Page]


def test_j_and_k_move_and_open_beside_the_list(window: Window) -> None:
    page = window("inbox")
    page.keyboard.press("j")
    expect(page.locator("#request h1")).to_have_text("Delete 14 idle volumes in eu-north-1")
    expect(page.locator(f"#row-{DELETE}")).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(page.locator("#request h1")).to_have_text("Refund €1,840.00 to Marta Lindqvist")


def test_the_next_two_are_fetched_before_they_are_asked_for(window: Window, site: Site) -> None:
    page = window("inbox")
    page.wait_for_timeout(300)
    assert sorted(path for path in site.fetched if path.endswith("/detail")) == [
        f"/actions/{DELETE}/detail",
        "/actions/act_3/detail",
    ]


def test_keys_are_letters_inside_a_field(window: Window) -> None:
    page = window("inbox")
    page.keyboard.press("r")
    page.locator("#comment").fill("")
    page.keyboard.type("jkez?")
    expect(page.locator("#comment")).to_have_value("jkez?")
    expect(page.locator(f"#row-{REFUND}")).to_have_attribute("aria-current", "true")


def test_a_question_mark_lists_every_key(window: Window) -> None:
    page = window("inbox")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys dt")).to_have_count(17)


def test_the_palette_finds_what_is_on_the_page(window: Window) -> None:
    page = window("inbox")
    page.keyboard.press("Control+k")
    page.keyboard.type("fjord")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#row-act_3")).to_have_attribute("aria-current", "true")


def test_approving_in_the_inbox_goes_on_to_the_next(window: Window, site: Site) -> None:
    page = window("inbox", clock=True)
    page.locator("#row-act_6").click()
    expect(page.locator("#request")).to_have_attribute("data-action", "act_6")
    page.keyboard.press("a")
    expect(page.locator("#row-act_6 .clip")).to_have_text("Approved. Not sent yet.")
    expect(page.locator("#row-act_7")).to_have_attribute("aria-current", "true")
    page.clock.run_for(11_000)
    expect(page.locator("#row-act_6 .clip")).to_have_text("Approved by you.")
    assert [fields["vote"] for _, fields in site.posts] == ["approve"]


def test_a_row_on_a_phone_is_a_plain_link(window: Window) -> None:
    page = window("inbox", width=390, height=844)
    page.locator(f"#row-{DELETE}").click()
    assert page.url.endswith(f"/actions/{DELETE}")


def test_a_hint_brings_the_row_up_to_date_and_never_moves_the_focus(window: Window, site: Site) -> None:
    page, sockets = live(window)
    page.locator(f"#row-{DELETE}").focus()
    site.new_version = 9
    sockets[-1].send(json.dumps({"type": "action.decided", "id": DELETE, "version": 9}))
    expect(page.locator(f"#row-{DELETE} .t")).to_have_text("Changed elsewhere")
    assert page.evaluate("document.activeElement.id") == f"row-{DELETE}"


def test_the_open_request_is_locked_when_it_changes_elsewhere(window: Window, site: Site) -> None:
    page, sockets = live(window)
    site.new_version = 9
    sockets[-1].send(json.dumps({"type": "action.revised", "id": REFUND, "version": 9}))
    expect(page.locator("#decide[data-locked]")).to_have_count(1)
    expect(page.locator("[data-approve]")).to_be_disabled()


def test_a_decision_elsewhere_is_told_in_the_place_of_the_bar(window: Window, site: Site) -> None:
    page, sockets = live(window)
    site.new_version, site.decided = 9, True
    sockets[-1].send(json.dumps({"type": "action", "id": REFUND, "version": 9}))
    expect(page.locator("#decide")).to_contain_text("Jonas Berg rejected this")
    expect(page.locator("[data-approve]")).to_have_count(0)
    page.get_by_role("link", name="Next request").click()
    expect(page.locator("#request")).to_have_attribute("data-action", DELETE)


def test_new_requests_wait_behind_a_button(window: Window, site: Site) -> None:
    page, sockets = live(window)
    first = page.locator("#list a.req").first.bounding_box()
    for name in ("act_new1", "act_new2"):
        sockets[-1].send(json.dumps({"type": "action.asked", "id": name, "version": 1}))
    expect(page.locator("[data-news]")).to_have_text("2 new requests")
    assert page.locator("#list a.req").count() == 7
    page.keyboard.press(".")
    expect(page.locator("[data-news]")).to_have_count(0)
    assert first is not None


def test_a_lost_socket_says_so_and_the_page_is_looked_up_instead(window: Window, site: Site) -> None:
    page = lost(window)
    expect(page.locator("#live-dot")).to_be_visible()
    assert any(path.startswith("/inbox/list") for path in site.fetched)
    expect(page.locator("[data-approve]")).to_be_enabled()


def test_without_any_connection_one_can_read_but_not_decide(window: Window) -> None:
    page = lost(window, offline=True)
    expect(page.locator("#not-live")).to_contain_text("You can read, but not decide.")
    expect(page.locator("[data-approve]")).to_be_disabled()
    page.unroute("**/inbox/list*")
    page.get_by_role("button", name="Now").click()
    expect(page.locator("#not-live")).to_have_count(0)
    expect(page.locator("[data-approve]")).to_be_enabled()


def lost(window: Window, *, offline: bool = False) -> Page:
    """Open the inbox where no socket stays open, and let eleven seconds pass."""

    def before(page: Page) -> None:
        page.route_web_socket("**/ws/", hang_up)
        if offline:
            page.route("**/inbox/list*", lambda route: route.abort())

    page = window("inbox-live", clock=True, before=before, allow=("ERR_FAILED",))
    for _ in range(24):
        page.clock.run_for(500)
        page.wait_for_timeout(20)
    return page


def hang_up(socket: WebSocketRoute) -> None:
    socket.close()


def live(window: Window) -> tuple[Page, list[WebSocketRoute]]:
    """Open the inbox with a socket that the test speaks for."""
    sockets: list[WebSocketRoute] = []

    def keep(socket: WebSocketRoute) -> None:
        sockets.append(socket)

    page = window("inbox-live", before=lambda made: made.route_web_socket("**/ws/", keep))
    page.wait_for_timeout(100)
    assert sockets
    return page, sockets


def test_what_a_delegation_would_change_is_shown_while_its_form_is_filled_in(window: Window, site: Site) -> None:
    page = window("delegation-unknown")
    page.route("**/delegation?*", lambda route: route.fulfill(body=draw_page("delegation"), content_type="text/html"))
    expect(page.locator("#d-changes-panel")).to_contain_text("Choose who covers")
    page.locator("#d-to").select_option("jonas@halden.example")
    expect(page.locator("#d-changes-panel")).to_contain_text("Has the authority")
    assert site.posts == []
