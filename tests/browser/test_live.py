"""Open pages stay true: through breaks, half-open sockets and hints that were lost; the title counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.site import Site
from tests.pages.samples import REFUND

Window = Callable[..., Page]
pytestmark = pytest.mark.browser


class Server:
    """What the page is told: by its sockets, and when it asks for changes."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.heard: list[str] = []
        self.refuses, self.is_deaf = False, False
        self.told: dict[str, Any] = {"waiting": 7, "mark": "a", "actions": {}}

    def before(self, page: Page) -> None:
        page.route_web_socket("**/ws/", self._socket)
        page.route("**/inbox/changes*", self._changes)

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.refuses:
            socket.close()
            return
        self.sockets.append(socket)
        socket.on_message(lambda said: self._answer(socket, str(said)))

    def _answer(self, socket: WebSocketRoute, said: str) -> None:
        self.heard.append(said)
        if not self.is_deaf:
            socket.send(json.dumps({"type": "pong"}))

    def _changes(self, route: Route) -> None:
        if f"mark={self.told['mark']}" in route.request.url:
            route.fulfill(status=204)
        else:
            route.fulfill(json=self.told)


def open_inbox(window: Window, server: Server) -> Page:
    page = window("inbox-live", clock=True, before=server.before)
    wait(page, 1)
    rows = page.eval_on_selector_all(
        "[data-row][data-waiting]", "all => all.map(row => [row.dataset.row, Number(row.dataset.version)])"
    )
    server.told = {"waiting": len(rows), "mark": "b", "actions": dict(rows)}
    wait(page, 31)
    return page


def wait(page: Page, seconds: float) -> None:
    for _ in range(int(seconds)):
        page.clock.run_for(1000)
        page.wait_for_timeout(10)


def test_after_five_minutes_without_a_socket_three_events_are_on_the_page_without_a_reload(
    window: Window, site: Site
) -> None:
    server = Server()
    page = open_inbox(window, server)
    page.evaluate("window.sameDocument = true")
    server.refuses = True
    server.sockets[-1].close()
    wait(page, 30)
    expect(page.locator("#live-dot")).to_be_visible()
    site.new_version, site.decided = 9, True
    actions = server.told["actions"] | {REFUND: 9, "act_new1": 1, "act_new2": 1}
    server.told = {"waiting": 9, "mark": "c", "actions": actions}
    page.clock.fast_forward(270_000)
    server.refuses = False
    wait(page, 45)
    expect(page.locator("#live-dot")).to_be_hidden()
    expect(page.locator("#decide")).to_contain_text("Jonas Berg rejected this")
    expect(page.locator("#request .chain-line")).not_to_contain_text("left")
    assert page.title().startswith("(9) ")
    assert page.evaluate("window.sameDocument") is True


def test_a_hint_that_was_lost_while_the_socket_stood_is_found_within_half_a_minute(window: Window, site: Site) -> None:
    server = Server()
    page = open_inbox(window, server)
    server.told = {"waiting": 8, "mark": "c", "actions": server.told["actions"] | {"act_new1": 1}}
    wait(page, 31)
    expect(page.locator("[data-news]")).to_have_text("1 new request")
    assert page.title().startswith("(8) ")


def test_a_socket_that_only_looks_open_is_noticed_and_made_anew(window: Window) -> None:
    server = Server()
    page = open_inbox(window, server)
    assert any("ping" in one for one in server.heard)
    before = len(server.sockets)
    server.is_deaf = True
    wait(page, 40)
    assert len(server.sockets) > before


def test_nothing_to_wait_for_leaves_no_count_in_the_title(window: Window) -> None:
    server = Server()
    page = open_inbox(window, server)
    assert page.title().startswith("(")
    server.told = {"waiting": 0, "mark": "z", "actions": {}}
    wait(page, 31)
    assert not page.title().startswith("(")
    expect(page.locator("#waiting")).to_be_hidden()


def test_the_browser_s_notifications_are_off_until_the_switch_is_pressed(window: Window) -> None:
    asked = "window.Notification = class {}; Notification.permission = 'default';"
    asked += " Notification.requestPermission = async () => {"
    asked += " window.asked = true; return Notification.permission = 'granted'; };"
    server = Server()

    def before(page: Page) -> None:
        page.add_init_script(asked)
        server.before(page)

    page = window("settings", before=before)
    switch = page.locator("[data-notify] input")
    expect(switch).not_to_be_checked()
    assert page.evaluate("window.asked") is None
    switch.check()
    expect(switch).to_be_checked()
    assert page.evaluate("window.asked") is True
    assert "notify=on" in page.evaluate("document.cookie")
    switch.uncheck()
    assert "notify=on" not in page.evaluate("document.cookie")


@pytest.mark.parametrize("name", ["request-live", "voted-live"])
def test_an_open_request_says_that_it_is_decided_and_by_whom(window: Window, site: Site, name: str) -> None:
    """Also to whoever has voted and has no bar; the chain above stops counting the time that was left."""
    server = Server()
    server.told["actions"] = {REFUND: 3}
    page = window(name, clock=True, before=server.before)
    wait(page, 1)
    expect(page.locator("#request .chain-line")).to_contain_text("left")
    site.decided = True
    server.sockets[-1].send(json.dumps({"type": "action", "id": REFUND, "version": 9}))
    wait(page, 1)
    expect(page.locator("#request .chain-line")).to_contain_text("Jonas Berg")
    expect(page.locator("#request .chain-line")).not_to_contain_text("left")
    expect(page.locator("#decide" if name == "request-live" else "#request")).to_contain_text(
        "Jonas Berg rejected this"
    )


def test_an_open_request_that_was_decided_before_the_page_could_listen_is_found(window: Window, site: Site) -> None:
    server = Server()
    server.told = {"waiting": 6, "mark": "b", "actions": {}}
    site.decided = True
    page = window("request-live", clock=True, before=server.before)
    wait(page, 2)
    expect(page.locator("#decide")).to_contain_text("Jonas Berg rejected this")


@pytest.mark.parametrize("name", ["inbox-live", "request-live"])
def test_after_signing_out_elsewhere_the_page_says_so_and_hides_what_it_showed(window: Window, name: str) -> None:
    server = Server()
    page = window(name, clock=True, before=server.before, allow=("404",))
    wait(page, 1)
    text = page.locator("body").inner_text()
    assert "Refund" in text
    page.evaluate(_AS_SIGNED_OUT)
    sockets = len(server.sockets)
    server.sockets[-1].close(code=4401)
    wait(page, 1)
    expect(page.locator("h1")).to_have_text("You are signed out")
    assert "Refund" not in page.locator("body").inner_text()
    assert "Refund" not in page.title()
    assert page.locator("a").get_attribute("href") == f"/pages/{name}"
    wait(page, 60)
    assert len(server.sockets) == sockets, "it asks for nothing more"


def test_a_socket_that_is_refused_while_the_session_stands_hides_nothing(window: Window) -> None:
    server = Server()
    page = open_inbox(window, server)
    server.sockets[-1].close(code=4401)
    wait(page, 3)
    expect(page.locator("#request")).to_be_visible()


_AS_SIGNED_OUT = """() => {
  const real = window.fetch;
  window.fetch = async (url, options) => {
    if (!String(url).includes("/inbox/changes")) return real(url, options);
    const answer = new Response("<h1>Sign in</h1>", { status: 200 });
    Object.defineProperty(answer, "redirected", { value: true });
    Object.defineProperty(answer, "url", { value: location.origin + "/sign-in?next=%2Finbox%2Fchanges" });
    return answer;
  };
}"""
