"""A passkey in a real browser, under the product's own content policy: made, then used to sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any, TypeVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from playwright.sync_api import Browser, Page

from accounts.flow.issue_link import issue_link
from audit.models import Entry
from core import tx
from tests.accounts.cast import a_person, an_address, an_organization

pytestmark = pytest.mark.browser
T = TypeVar("T")

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Server(ThreadingMixIn, WSGIServer):
    """Answers several requests at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Writes no log of its own."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The whole product, at a name: browsers make no passkeys for addresses of numbers."""
    server = make_server("127.0.0.1", 0, WSGIHandler(), server_class=Server, handler_class=Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def apart(work: Callable[[], T]) -> T:
    """Do database work in a thread of its own: Playwright runs a loop in this one, which Django refuses."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def a_link() -> tuple[int, str]:
    org, _ = an_organization()
    email = an_address()
    a_person(org, email)
    return org, f"/sign-in/link/{issue_link(org, email=email)}"


def last_method(org: int) -> bytes:
    with tx.reading(org):
        return bytes(Entry.objects.latest("seq").body)


def with_phone(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})


def test_a_passkey_is_made_and_signs_in(chromium: Browser, address: str) -> None:
    org, link = apart(a_link)
    page = chromium.new_context().new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with_phone(page)
    page.goto(address + link)
    page.click("button[type=submit]")
    page.goto(f"{address}/settings/sign-in")
    page.fill("#name", "My laptop")
    with page.expect_navigation():
        page.click("text=Add a passkey")
    page.wait_for_selector("text=My laptop")
    with page.expect_navigation():
        page.click("text=Sign out everywhere")
    page.goto(f"{address}/sign-in?next=/settings/sign-in")
    page.click("text=Continue with a passkey")
    page.wait_for_url(f"{address}/settings/sign-in")
    assert page.locator("text=My laptop").count() == 1
    assert b'"method":"passkey"' in apart(lambda: last_method(org))
    assert complaints == []
    page.context.close()
