"""No secret of signing in is ever in a log, an error page, an address of ours or the audit log."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.flow.issue_link import issue_link
from audit.models import Entry
from core import tx
from tests.accounts.cast import a_person, an_address, an_organization
from tests.accounts.test_methods import HOME, digits
from tests.accounts.test_sign_in import ask, code_of


@pytest.fixture
def logged(settings: Any) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as it would be written."""
    cache.clear()
    settings.EMAIL_BACKEND = "delivery.mail.OutboxBackend"
    root, text = logging.getLogger(), io.StringIO()
    ours = next(one for one in root.handlers if type(one) is logging.StreamHandler)
    handler = logging.StreamHandler(text)
    handler.setFormatter(ours.formatter)
    root.addHandler(handler)
    before = root.level
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(before)
    root.removeHandler(handler)


def test_secrets_stay_out_of_logs_and_history(logged: io.StringIO) -> None:
    org, _ = an_organization()
    email = an_address()
    a_person(org, email)
    token = issue_link(org, email=email)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/sign-in/link/{token}").status_code == 403
    client = Client()
    client.post(f"/sign-in/link/{token}")
    assert client.post(f"/sign-in/link/{token}").status_code == 410
    session = client.cookies["session"].value
    other = Client()
    ask(other, email)
    code = code_of(org, email)
    other.get(f"/sign-in/code?code={code}")
    assert strict.post(f"/sign-in/code?code={code}", {"code": code}).status_code == 403
    other.post(f"/sign-in/code?code={code}", {"code": "BBBB-BBBB"})
    secret = re.findall(rb'<p class="mono">(\w+)<', client.get(f"{HOME}/app").content)[0].decode()
    page = client.post(f"{HOME}/app", {"code": digits(secret)}).content.decode()
    canaries = [token, session, code, secret, *re.findall(r"<li>(\d+)</li>", page)]
    written = logged.getvalue()
    assert "/sign-in/link/[redacted]" in written, "nothing was logged: this test means nothing"
    with tx.reading(org):
        written += "".join(bytes(body).decode() for body in Entry.objects.values_list("body", flat=True))
    assert not [canary for canary in canaries if canary in written]


def test_an_error_page_shows_nothing_of_the_request(settings: Any) -> None:
    client = Client(raise_request_exception=False)
    for path in ("/sign-in/nowhere?code=BCDF-GHJK", "/sign-in/company/none/login/"):
        assert b"BCDF-GHJK" not in client.get(path).content
