"""The bridge from ASGI to Django: every kind of answer, refusals before Django, and waiting without a thread."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from config.bridge import Bridge

ACTION = "act_01kaaaaaaaaaaaaaaaaaaaaaaa"


class Hub:
    """Wakes whoever waits when told to; remembers who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.news = asyncio.Event()

    async def wait(self, kind: str, subject: str, timeout: float, *, since: float) -> bool:
        """Wait for the news."""
        self.asked.append((kind, subject))
        try:
            async with asyncio.timeout(timeout):
                await self.news.wait()
        except TimeoutError:
            return False
        return True


class Handler:
    """A WSGI handler with one view, which gets the environment."""

    def __init__(self, view: Callable[[dict[str, Any]], HttpResponseBase]) -> None:
        self.view = view
        self.threads: set[str] = set()

    def __call__(self, environ: dict[str, Any], start: object) -> HttpResponseBase:
        """Answer by the view."""
        self.threads.add(threading.current_thread().name)
        return self.view(environ)


def ask(
    view: Callable[[dict[str, Any]], HttpResponseBase],
    *,
    method: str = "GET",
    path: str = "/",
    query: str = "",
    host: str = "127.0.0.1:8000",
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: Iterable[bytes] = (b"",),
    hub: Hub | None = None,
    during: Callable[[Hub], Any] | None = None,
) -> tuple[int, dict[str, list[str]], bytes]:
    """Send one request through a bridge and return status, headers and body."""

    async def go() -> list[dict[str, Any]]:
        waker = hub or Hub()
        bridge = Bridge(Handler(view), waker, threads=2, base="https://example.com", limits=(1000, 2000))  # type: ignore[arg-type]
        pieces = list(body)
        incoming = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if incoming:
                return incoming.pop(0)
            await asyncio.sleep(30)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "http_version": "1.1",
            "headers": [(b"host", host.encode()), *headers],
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.9", 1),
        }
        task = asyncio.ensure_future(bridge(scope, receive, send))
        if during:
            await during(waker)
        await task
        bridge.pool.shutdown()
        return sent

    sent = asyncio.run(go())
    found: dict[str, list[str]] = {}
    for name, value in sent[0]["headers"]:
        found.setdefault(name.decode(), []).append(value.decode())
    assert not sent[-1].get("more_body")
    return sent[0]["status"], found, b"".join(message["body"] for message in sent[1:])


def test_a_plain_answer_keeps_status_headers_cookies_and_body() -> None:
    def view(environ: dict[str, Any]) -> HttpResponse:
        answer = HttpResponse("hello", status=201, headers={"X-One": "1"})
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    status, headers, body = ask(view)
    assert (status, body) == (201, b"hello")
    assert headers["x-one"] == ["1"]
    assert len(headers["set-cookie"]) == 2
    assert headers["x-request-id"][0].startswith("req_")


def test_the_environment_is_what_wsgi_says() -> None:
    seen: dict[str, Any] = {}

    def view(environ: dict[str, Any]) -> HttpResponse:
        seen.update(environ)
        return HttpResponse(environ["wsgi.input"].read())

    _, _, body = ask(
        view,
        method="POST",
        path="/ü x",
        query="a=%C3%BC",
        headers=[
            (b"content-type", b"application/json"),
            (b"content-length", b"4"),
            (b"x-request-id", b"mine"),
            (b"x_forged", b"1"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"accept", b"x"),
            (b"accept", b"y"),
        ],
        body=[b"ab", b"cd"],
    )
    assert body == b"abcd"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/ü x"
    assert seen["QUERY_STRING"] == "a=%C3%BC"
    assert seen["CONTENT_LENGTH"] == "4"
    assert seen["CONTENT_TYPE"] == "application/json"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_ACCEPT"] == "x,y"
    assert seen["HTTP_X_REQUEST_ID"] != "mine"
    assert "HTTP_X_FORGED" not in seen
    assert (seen["wsgi.url_scheme"], seen["REMOTE_ADDR"]) == ("https", "127.0.0.9")


def test_probes_may_come_by_number() -> None:
    _, _, body = ask(lambda environ: HttpResponse(environ["HTTP_HOST"]), path="/healthz", host="10.0.0.7:8000")
    assert body == b"example.com"


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "evil.example", "127.0.0.1@evil.example", "[::1", "", "a b", "*"])
@pytest.mark.parametrize("path", ["/", "/api/v1/inbox", "/nothing"])
def test_a_strange_host_meets_no_page(host: str, path: str) -> None:
    status, headers, _ = ask(lambda _: HttpResponse("page"), path=path, host=host)
    assert status == 400
    assert headers["x-request-id"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "LOCALHOST:8000", "[::1]:8000"])
def test_our_own_names_are_answered_with_any_port(host: str) -> None:
    assert ask(lambda _: HttpResponse("page"), host=host)[0] == 200


def test_an_answer_to_head_has_no_body() -> None:
    status, _, body = ask(lambda _: HttpResponse("hello"), method="HEAD")
    assert (status, body) == (200, b"")


def test_a_streaming_answer_is_sent_in_pieces_from_one_thread_and_closed() -> None:
    names: set[str] = set()
    closed: list[bool] = []

    def pieces() -> Iterable[bytes]:
        for number in range(5):
            names.add(threading.current_thread().name)
            yield str(number).encode()

    class Streaming(StreamingHttpResponse):
        def close(self) -> None:
            closed.append(True)
            super().close()

    _, _, body = ask(lambda _: Streaming(pieces()))
    assert (body, len(names), closed) == (b"01234", 1, [True])


@pytest.mark.parametrize(
    ("path", "size", "refused"),
    [("/api/v1/actions", 1000, False), ("/api/v1/actions", 1001, True), ("/page", 2000, False), ("/page", 2001, True)],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_past_the_limit_is_refused_before_anything_reads_it(
    path: str, size: int, refused: bool, announced: bool
) -> None:
    headers = [(b"content-length", str(size).encode())] if announced else []
    body = [b"x" * 600, b"x" * (size - 600)]
    status, found, answer = ask(lambda _: HttpResponse("read"), method="POST", path=path, headers=headers, body=body)
    assert (status == 413) == refused
    if refused and path.startswith("/api/"):
        assert found["content-type"] == ["application/problem+json"]
        told = json.loads(answer)
        assert (told["type"], told["code"]) == (f"urn:countersign:problem:{told['code']}", "too_large")
        assert found["x-request-id"]
        assert found["connection"] == ["close"]


def test_waiting_holds_no_thread_and_ends_with_the_news() -> None:
    runs: list[float] = []
    hub = Hub()

    def view(environ: dict[str, Any]) -> HttpResponse:
        runs.append(time.monotonic())
        answer = HttpResponse("closed" if hub.news.is_set() else "pending")
        if not hub.news.is_set():
            answer["X-Countersign-Wait"] = "1"
        return answer

    async def during(waker: Hub) -> None:
        await asyncio.sleep(0.2)
        waker.news.set()

    began = time.monotonic()
    _, headers, body = ask(view, path=f"/api/v1/actions/{ACTION}", query="wait=25", hub=hub, during=during)
    assert body == b"closed"
    assert len(runs) == 2
    assert time.monotonic() - began < 1.5
    assert hub.asked[0] == ("action", ACTION)
    assert "x-countersign-wait" not in headers


def test_waiting_ends_when_its_time_is_over() -> None:
    def view(environ: dict[str, Any]) -> HttpResponse:
        return HttpResponse("pending", headers={"X-Countersign-Wait": "1"})

    began = time.monotonic()
    _, headers, body = ask(view, path=f"/api/v1/actions/{ACTION}", query="wait=1")
    assert body == b"pending"
    assert 0.9 < time.monotonic() - began < 2.0
    assert "x-countersign-wait" not in headers


@pytest.mark.parametrize("query", ["wait=0", "", "wait=soon", "wait=-5", "wait=nan"])
def test_who_does_not_wait_is_answered_at_once(query: str) -> None:
    began = time.monotonic()
    _, headers, body = ask(
        lambda _: HttpResponse("pending", headers={"X-Countersign-Wait": "1"}),
        path=f"/api/v1/actions/{ACTION}",
        query=query,
    )
    assert body == b"pending"
    assert time.monotonic() - began < 0.5
    assert "x-countersign-wait" not in headers


def test_a_client_that_goes_away_while_sending_is_not_handled() -> None:
    handled: list[HttpRequest] = []

    async def go() -> None:
        bridge = Bridge(Handler(lambda _: HttpResponse()), Hub(), threads=1, base="http://example.com", limits=(10, 10))  # type: ignore[arg-type]
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": b"a", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(_: Any) -> None:
            raise AssertionError("nobody is there to send to")

        scope = {
            "method": "POST",
            "path": "/api/x",
            "raw_path": b"/api/x",
            "query_string": b"",
            "headers": [],
            "http_version": "1.1",
        }
        await bridge(scope, receive, send)
        bridge.pool.shutdown()

    asyncio.run(go())
    assert not handled
