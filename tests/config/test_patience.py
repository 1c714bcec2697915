"""Clients that send slowly, or a head without end, are let go; ordinary ones are served, again and again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from config import patience
from config.patience import PatientProtocol

QUESTION = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request."""
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve on a free port with a patience of 0.4 seconds."""
    monkeypatch.setattr(patience, "HEAD_PATIENCE", 0.4)
    server = uvicorn.Server(
        uvicorn.Config(hello, http=PatientProtocol, ws="none", lifespan="off", log_config=None, access_log=False)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def test_one_connection_is_served_as_often_as_it_asks(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        for _ in range(3):
            line.sendall(QUESTION)
            assert line.recv(1000).startswith(b"HTTP/1.1 200")
            time.sleep(0.5)  # a kept connection may be silent for longer than a head may take


@pytest.mark.parametrize("first", [b"", b"GET / HT", QUESTION[:-2]])
def test_a_head_that_does_not_arrive_in_time_ends_the_connection(port: int, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(first)
        began = time.monotonic()
        assert line.recv(1000) == b""
        assert 0.2 < time.monotonic() - began < 3


def test_a_later_head_must_arrive_in_time_too(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(QUESTION)
        line.recv(1000)
        line.sendall(QUESTION[:10])
        assert line.recv(1000) == b""


def test_a_head_without_end_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(QUESTION[:-2])
        answer = b""
        try:
            for _ in range(200):
                line.sendall(b"X-More: " + b"a" * 1000 + b"\r\n")
            answer = line.recv(1000)
        except (ConnectionError, TimeoutError):
            return
        assert b"200" not in answer[:20]


def test_a_long_body_that_comes_with_its_head_is_not_taken_for_a_long_head(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"a" * 200_000)
        assert b" 200 " in line.recv(1000)[:20]
