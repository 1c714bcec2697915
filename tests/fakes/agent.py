"""A fake agent: a local HTTP server that keeps every callback it gets, and can misbehave in all the usual ways.

with FakeAgent() as agent:
    agent.url("/ok")          # 200
    agent.url("/500")         # that status, whatever number; "/429?after=7" adds Retry-After
    agent.url("/redirect?to=http://…")
    agent.url("/hang")        # takes the request, never answers
    agent.url("/drip")        # a byte a second
    agent.url("/lose")        # takes the request, hangs up without an answer
    agent.url("/huge")        # an answer that does not end
    agent.answer(500, 410)    # the next answers of "/ok", one after the other
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """One callback as it came in; header names are lower-case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Return the `webhook-id`."""
        return self.headers["webhook-id"]


class FakeAgent:
    """The server; every attribute may be read while it runs."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.stopping = threading.Event()
        self._answers: deque[int] = deque()
        self._came = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.agent = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake-agent", daemon=True)

    @property
    def port(self) -> int:
        """Return the port it listens on, of 127.0.0.1."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/ok") -> str:
        """Return the address of one of its behaviours."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, *statuses: int) -> None:
        """Answer the next requests to `/ok` with these."""
        self._answers.extend(statuses)

    def next_answer(self) -> int:
        """Return what `/ok` says now."""
        return self._answers.popleft() if self._answers else 200

    def keep(self, received: Received) -> None:
        """Note a callback and wake who waits for it."""
        with self._came:
            self.received.append(received)
            self._came.notify_all()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Received]:
        """Return what came, once it is at least `count`. Raises AssertionError when it is not in time."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.received) >= count, timeout), (
                f"{len(self.received)} of {count} callbacks came within {timeout} s"
            )
            return list(self.received)

    def __enter__(self) -> FakeAgent:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    agent: FakeAgent


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        agent, parts = self.server.agent, urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        agent.keep(Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        what = parts.path.strip("/") or "ok"
        if what.isdigit():
            extra = {"Retry-After": query["after"]} if "after" in query else {}
            self._say(int(what), extra)
        elif what == "redirect":
            self._say(307, {"Location": query["to"]})
        elif what in {"hang", "drip", "lose", "huge"}:
            self.close_connection = True
            getattr(self, f"_{what}")()
        else:
            self._say(agent.next_answer(), {})

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _hang(self) -> None:
        self.server.agent.stopping.wait(60)

    def _lose(self) -> None:
        """Hang up."""

    def _drip(self) -> None:
        self._until_gone(b" ", pause=1.0, first=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")

    def _huge(self) -> None:
        self._until_gone(b" " * 65536, pause=0.0, first=b"HTTP/1.1 200 OK\r\nX-Long: ")

    def _until_gone(self, piece: bytes, *, pause: float, first: bytes) -> None:
        try:
            self.wfile.write(first)
            while not self.server.agent.stopping.wait(pause):
                self.wfile.write(piece)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
