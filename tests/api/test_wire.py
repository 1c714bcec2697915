"""The API over real sockets, from a web process of its own: headers, limits, waiting, and hostile bytes."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.cast import Acme, found_acme, refund
from tests.api.test_hostile import mutated

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Run `manage.py web` on this run's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    env = os.environ | {
        "COUNTERSIGN_ROLE": "web",
        "COUNTERSIGN_NO_BOOTSTRAP": "1",
        "BASE_URL": f"http://127.0.0.1:{number}",
    }
    server = subprocess.Popen(
        [sys.executable, "manage.py", "web", "--port", str(number)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(number)
        yield number
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def here(django_db_blocker: Any) -> Acme:
    with django_db_blocker.unblock():
        return found_acme()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < until, "the web process does not answer"
            threading.Event().wait(0.1)


def call(port: int, key: str, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
    """Return status, headers and JSON of one request on a connection of its own."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | headers
    try:
        line.request(method, f"/api/v1{path}", raw, sent)
        answer = line.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
    finally:
        line.close()


def test_every_answer_carries_its_request_id(port: int, here: Acme) -> None:
    key = here.agent.key
    for method, path, body, status in (
        ("POST", "/actions", refund(), 201),
        ("GET", "/actions", None, 200),
        ("POST", "/actions", b"{", 400),
        ("GET", "/inbox", None, 403),
        ("GET", "/nothing", None, 404),
        ("PUT", "/actions", b"{}", 405),
        ("POST", "/actions", b" " * 262_145, 413),
    ):
        got, headers, told = call(port, key, method, path, body)
        assert got == status
        assert len(headers.get_all("X-Request-Id")) == 1
        if status >= 400:
            assert headers["Content-Type"] == "application/problem+json"
            assert told["code"]
        if status in {403, 404}:
            assert told["instance"].endswith(headers["X-Request-Id"])
    assert call(port, "cs_wrong", "POST", "/actions", b"{")[0] == 401


def test_a_wait_ends_with_the_decision_and_shows_no_inner_header(port: int, here: Acme) -> None:
    _, _, action = call(port, here.agent.key, "POST", "/actions", refund())
    path = f"/actions/{action['id']}"
    told: list[tuple[float, int, Any, Any]] = []

    def wait() -> None:
        began = time.monotonic()
        told.append((began, *call(port, here.agent.key, "GET", f"{path}?wait=25")))
        told[0] = (time.monotonic(), *told[0][1:])

    waiting = threading.Thread(target=wait)
    waiting.start()
    threading.Event().wait(0.5)
    assert waiting.is_alive()
    vote = {"vote": "approve", "digest": action["digest"]}
    assert call(port, here.people["bo"].key, "POST", f"{path}/votes", vote)[0] == 200
    voted = time.monotonic()
    waiting.join(10)
    woken, status, headers, now = told[0]
    assert (status, now["status"]) == (200, "approved")
    assert "X-Countersign-Wait" not in headers
    assert woken - voted < 5  # at the latest by the look every two seconds, on a busy machine


def test_a_wait_that_ends_without_news_answers_the_pending_action(port: int, here: Acme) -> None:
    _, _, action = call(port, here.agent.key, "POST", "/actions", refund())
    began = time.monotonic()
    status, headers, now = call(port, here.agent.key, "GET", f"/actions/{action['id']}?wait=1")
    assert (status, now["status"]) == (200, "pending")
    assert 0.9 < time.monotonic() - began < 6
    assert "X-Countersign-Wait" not in headers


def test_mutated_bodies_over_the_wire(port: int, here: Acme) -> None:
    dice, slow = random.Random(99), 0
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    sent = {"Authorization": f"Bearer {here.agent.key}", "Content-Type": "application/json"}
    for _ in range(500):
        began = time.monotonic()
        line.request("POST", "/api/v1/actions", mutated(dice), sent)
        answer = line.getresponse()
        told = json.loads(answer.read())
        assert answer.status in {201, 400, 413, 422}, told
        slow += time.monotonic() - began > 2
    line.close()
    assert slow <= 2, "a slow body is slow every time; a busy machine is slow now and then"


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /api/v1/actions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/actions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        b"POST /api/v1/actions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/actions HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /api/v1/actions/%00%ff%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /api/v1/actions HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"GET /api/v1/actions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        b"GET /api/v1/actions?wait=%00&%ff=%ff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET //api/v1//actions HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET http://evil.test/api/v1/actions HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
    ids=range(12),
)
def test_odd_requests_are_refused_and_the_process_goes_on(port: int, here: Acme, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(raw)
        line.settimeout(5)
        status = line.recv(65_536).split(b" ")[1:2]
    assert status, "the connection was dropped without an answer"
    assert 400 <= int(status[0]) < 500
    assert call(port, here.agent.key, "GET", "/agent")[0] == 200
