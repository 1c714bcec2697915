"""A person's browser without JavaScript: signs in by a one-time link, reads pages, fills in forms."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.flow.issue_link import issue_link
from tests.world import World

_INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_FORM = re.compile(r'<form method="post" action="([^"]*)"[^>]*?>(.*?)</form>', re.DOTALL)


@dataclass
class Browser:
    """One person's browser. `client` is Django's, which checks the token against cross-site posts."""

    client: Client

    def get(self, path: str) -> Any:
        """Read a page."""
        return self.client.get(path)

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send a form that nobody has filled in on a page."""
        token = self.client.cookies["csrf"].value if "csrf" in self.client.cookies else ""
        return self.client.post(path, {"csrfmiddlewaretoken": token, **(fields or {})}, **more)

    def decide(self, action: dict[str, Any], vote: str, **more: Any) -> Any:
        """Open the page of an action, and press a button of its decision form."""
        page = self.text(f"/actions/{action['id']}")
        fields = form_of(page, f"/actions/{action['id']}")
        return self.post(f"/actions/{action['id']}", {**fields, "vote": vote, **more})

    def text(self, path: str) -> str:
        """Return a page's HTML; it must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:500])
        return str(answer.content.decode())


def browser_of(world: World, name: str) -> Browser:
    """Sign somebody in by a one-time link."""
    path = f"/sign-in/link/{issue_link(world.org, email=world.email(name))}"
    client = Client(enforce_csrf_checks=True)
    browser = Browser(client)
    client.get(path)
    answer = browser.post(path)
    assert answer.status_code == 302, answer.content[:300]
    return browser


def form_of(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the first form of a page that goes to `action`."""
    for target, body in _FORM.findall(page):
        if html.unescape(target) == action:
            return {name: html.unescape(value) for name, value in _INPUT.findall(body)}
    raise AssertionError(f"no form goes to {action}")


def words(page: str) -> str:
    """Return the text of a page on one line."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())
