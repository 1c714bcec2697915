"""The cast's mail and a site that is really served: what people receive over SMTP, and what they open over HTTP.

letters = post_office.letters_of("bo")             # received, newest last
page = post_office.person().open(link_of(letter))  # a browser without JavaScript, with a cookie jar of its own
"""

from __future__ import annotations

import html
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import override_settings

from accounts.flow.issue_link import issue_link
from core import clock
from delivery.send import drain
from tests.fakes.mail import FakeMail, Mail
from tests.journeys.browser import words
from tests.world import World

LINK = re.compile(r"http://[^\s\"<>]*/m/[A-Za-z0-9_-]{43}")
_FORM = re.compile(r'<form class="stack" method="post" action="([^"]*)">(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True)
class Page:
    """What the site answered."""

    status: int
    headers: Any
    body: str

    @property
    def says(self) -> str:
        """Its words, on one line."""
        return words(self.body)

    @property
    def form(self) -> dict[str, str] | None:
        """The hidden fields of its form, or None: it shows none."""
        found = _FORM.search(self.body)
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(found[2])} if found else None


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the test does."""


@dataclass
class Visitor:
    """Somebody's browser, without JavaScript."""

    site: str
    jar: CookieJar = field(default_factory=CookieJar)

    def ask(self, method: str, url: str, fields: dict[str, str] | bytes | None = None, **headers: str) -> Page:
        """Send one request."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _Stay)
        data = urllib.parse.urlencode(fields).encode() if isinstance(fields, dict) else fields
        request = urllib.request.Request(
            urllib.parse.urljoin(self.site, url), data=data, method=method, headers=headers
        )
        try:
            with opener.open(request, timeout=30) as answer:
                return Page(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as answer:
            return Page(answer.code, answer.headers, answer.read().decode())

    def json(self, url: str, body: Any) -> Page:
        """Post JSON, as a program would."""
        return self.ask("POST", url, json.dumps(body).encode(), **{"Content-Type": "application/json"})

    def open(self, url: str) -> Page:
        """Read a page."""
        return self.ask("GET", url)

    def press(self, url: str, vote: str, **more: str) -> Page:
        """Open a page, press a button of its form, and see where that leads."""
        answer = self.post(url, self.open(url), vote, **more)
        return self.open(answer.headers["Location"]) if answer.status == 303 else answer

    def post(self, url: str, page: Page, vote: str, **more: str) -> Page:
        """Press a button of the form of a page that was opened before, if it had one, or send it all the same."""
        token = {"csrfmiddlewaretoken": next((one.value or "" for one in self.jar if one.name == "csrf"), "")}
        return self.ask("POST", url, {**token, **(page.form or {}), "vote": vote, **more}, Origin=self.site)

    def sign_in(self, world: World, name: str) -> Visitor:
        """Sign somebody in."""
        path = f"/sign-in/link/{issue_link(world.org, email=world.email(name))}"
        fields = {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)', self.open(path).body)[1]}  # type: ignore[index]
        assert self.ask("POST", path, fields, Origin=self.site).status == 302
        return self


@dataclass
class PostOffice:
    """The cast's mail, and the site its links lead to."""

    world: World
    mail: FakeMail
    site: str

    def letters_of(self, name: str) -> list[Mail]:
        """Send what is due, and return what somebody has received."""
        drain("email", now=clock.now(), org=self.world.org)
        return [one for one in self.mail.messages if one.readers == (self.world.email(name),)]

    def link_of(self, name: str) -> str:
        """Return the link in the newest mail of somebody."""
        return link_in(self.letters_of(name)[-1])

    def person(self, name: str = "") -> Visitor:
        """Return a browser, signed in if it is somebody's."""
        visitor = Visitor(self.site)
        return visitor.sign_in(self.world, name) if name else visitor


def link_in(letter: Mail) -> str:
    """Return the one link of a mail that decides; both parts carry the same."""
    found = set(LINK.findall(letter.part("plain"))) | set(LINK.findall(letter.part("html")))
    assert len(found) == 1, found
    return str(found.pop())


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def post_office(world: World, settings: Any) -> Iterator[PostOffice]:
    """Run a mail server and serve the site."""
    server: ThreadingHTTPServer = ThreadedWSGIServer(("127.0.0.1", 0), _Silent, connections_override={})  # type: ignore[assignment]
    server.set_app(WSGIHandler())  # type: ignore[attr-defined]
    site = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    with (
        FakeMail() as mail,
        override_settings(
            BASE_URL=site,
            EMAIL_IS_OUTBOX=False,
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=mail.port,
            EMAIL_HOST_USER="",
            EMAIL_HOST_PASSWORD="",
            EMAIL_USE_TLS=False,
            EMAIL_USE_SSL=False,
        ),
    ):
        thread.start()
        yield PostOffice(world, mail, site)
        server.shutdown()
        server.server_close()
