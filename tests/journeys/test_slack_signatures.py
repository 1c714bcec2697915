"""Whatever reaches Slack's addresses over HTTP: what Slack did not sign is 401, junk is 400, and nothing is 5xx."""

from __future__ import annotations

import base64
import http.client
import json
import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from socketserver import ThreadingMixIn
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.http import HttpRequest
from django.test import override_settings

from approvals.slack import incoming
from core import clock, slack_signature
from tests.core.vectors import load
from tests.slack import MEMBERS, Desk

PATHS = ("/slack/interactions", "/slack/commands", "/slack/events")
CASES = load("slack_signature")
FORM = "application/x-www-form-urlencoded"


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, *given: Any) -> None:
        """Leave no connection open to the database when the thread ends."""
        try:
            super().process_request_thread(*given)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The product behind a real socket."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Threads, _Quiet)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def send(port: int, path: str, body: bytes, timestamp: str | None, signature: str | None, kind: str = FORM) -> int:
    """Send it byte for byte; return the status. Headers go out as latin-1, or as UTF-8 where that cannot spell them."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.putrequest("POST", path)
        line.putheader("Content-Type", kind)
        line.putheader("Content-Length", str(len(body)))
        for name, value in (("X-Slack-Request-Timestamp", timestamp), ("X-Slack-Signature", signature)):
            if value is not None:
                line.putheader(name, value.encode())
        line.endheaders(body)
        return line.getresponse().status
    finally:
        line.close()


def signed(port: int, path: str, secret: str, body: bytes, kind: str = FORM) -> int:
    stamp = int(clock.now().timestamp())
    return send(port, path, body, str(stamp), slack_signature.sign(secret, stamp, body), kind)


def body_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["body_b64"]) if "body_b64" in case else case["body"].encode()


def at(case: dict[str, Any], port: int, path: str) -> int:
    """Send a vector at its own moment."""
    moment = datetime.fromtimestamp(case["now"], UTC)
    with override_settings(SLACK_SIGNING_SECRET=case["secret"]), patch.object(clock, "now", lambda: moment):
        return send(port, path, body_of(case), case["timestamp"], case["signature"])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("case", CASES["reject"], ids=lambda case: case["name"])
def test_what_the_vectors_refuse_is_401(port: int, path: str, case: dict[str, Any]) -> None:
    status = at(case, port, path)
    if case["timestamp"].startswith(" "):  # HTTP takes such a space away before anybody can see it
        assert status == at(case | {"timestamp": case["timestamp"].strip()}, port, path)
    else:
        assert status == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("case", CASES["accept"], ids=lambda case: case["name"])
def test_what_the_vectors_accept_is_read(port: int, slack: Desk, path: str, case: dict[str, Any]) -> None:
    """It comes through the door: 200 where it belongs, 400 at another address, and never an error of ours."""
    is_a_press = case["body"].startswith("payload=")
    fits = path == ("/slack/interactions" if is_a_press else "/slack/commands")
    assert at(case, port, path) in ((200,) if fits and not is_a_press else (200, 400))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", [FORM, "application/json", "multipart/form-data; boundary=x"])
def test_what_nobody_signed_is_not_parsed(port: int, slack: Desk, path: str, kind: str) -> None:
    """It is only searched for the name of a workspace; no parser of ours or of the framework has it before."""
    body = json.dumps({"type": "event_callback", "team_id": slack.workspace.team, "event": {}}).encode()
    body = body if path.endswith("events") else b"payload=" + quote(body.decode()).encode()
    parsers = [(incoming, "json"), (incoming, "parse_qs"), (HttpRequest, "_load_post_and_files")]
    with ExitStack() as around:
        tried = [around.enter_context(patch.object(where, name)) for where, name in parsers]
        for signature in (None, "", "v0=" + "0" * 64):
            assert send(port, path, body, str(int(clock.now().timestamp())), signature, kind) == 401
    assert [one.mock_calls for one in tried] == [[], [], []]


def test_without_a_secret_nothing_is_taken(port: int) -> None:
    with override_settings(SLACK_SIGNING_SECRET=""):
        for path in PATHS:
            assert signed(port, path, "", b"payload={}") == 401
            assert send(port, path, b"payload={}", None, None) == 401


def test_five_hundred_bodies_of_junk_are_never_an_error_of_ours(port: int, slack: Desk) -> None:
    """Signed, so that they come past the door: broken, nested, huge, of wrong types, beside what is almost right."""
    chance = random.Random(20261121)
    seen: dict[int, int] = {}
    for number in range(500):
        path = PATHS[number % 3]
        body, kind = _junk(chance, path)
        status = signed(port, path, slack.workspace.secret, body, kind)
        seen[status] = seen.get(status, 0) + 1
        assert status in (200, 400, 401, 413), (path, body[:300])
    slack.heard()
    assert seen.get(400, 0) > 100, seen
    assert sum(seen.values()) == 500


def _junk(chance: random.Random, path: str) -> tuple[bytes, str]:
    draw = chance.random()
    if draw < 0.15:
        return chance.randbytes(chance.randrange(0, 400)), FORM
    if draw < 0.25:
        depth = chance.randrange(1, 30_000)
        deep = b"[" * depth if draw < 0.2 else b'{"a":' * depth
        return (deep if path.endswith("events") else b"payload=" + deep), FORM
    said = _almost(chance, path)
    for _ in range(chance.randrange(0, 4)):
        said = _spoilt(chance, said)
    if path.endswith("commands"):
        flat = {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in said.items()}
        return urlencode(flat, errors="surrogatepass").encode(), FORM
    text = json.dumps(said).encode()
    if chance.random() < 0.1:
        text = text[: chance.randrange(len(text))]
    return (text, "application/json") if path.endswith("events") else (b"payload=" + quote(text).encode(), FORM)


def _almost(chance: random.Random, path: str) -> dict[str, Any]:
    user = MEMBERS["bo"]
    if path.endswith("commands"):
        return {"team_id": "T0", "user_id": user, "text": "inbox", "command": "/countersign", "response_url": "x"}
    if path.endswith("events"):
        inner = {"type": "app_home_opened", "user": user, "tab": "home"}
        return {"type": chance.choice(["event_callback", "url_verification"]), "team_id": "T0", "event": inner}
    value = f"1.-.act_{'0' * 26}.1.1"
    one = {"type": "button", "action_id": chance.choice(["approve", "reject", "claim", "open", "?"]), "value": value}
    view = {"callback_id": "reject", "private_metadata": value, "state": {"values": {"comment": {"v": {"value": "x"}}}}}
    return {
        "type": chance.choice(["block_actions", "view_submission", "view_closed", "shortcut"]),
        "team": {"id": "T0"},
        "user": {"id": user, "team_id": "T0"},
        "trigger_id": "1",
        "response_url": chance.choice(["", "http://[", "https://hooks.slack.com:99999/", "file:///etc/passwd"]),
        "container": {"channel_id": "D0", "message_ts": "1"},
        "actions": [one],
        "view": view,
    }


_WRONG: tuple[Any, ...] = (None, 0, -1, 1e308, True, "", "x" * 6000, "\0", "\ud800", [], {}, [[]], [None], {"id": None})


def _spoilt(chance: random.Random, said: Any) -> Any:
    """Return the object with one value in it, however deep, replaced by a wrong one or taken away."""
    if not isinstance(said, dict | list) or not said or chance.random() < 0.15:
        return chance.choice(_WRONG) if not isinstance(said, dict) else said | {"type": chance.choice(_WRONG)}
    if isinstance(said, list):
        place = chance.randrange(len(said))
        return [_spoilt(chance, one) if number == place else one for number, one in enumerate(said)]
    name = chance.choice(list(said))
    if chance.random() < 0.2:
        return {key: one for key, one in said.items() if key != name}
    return said | {name: _spoilt(chance, said[name])}
