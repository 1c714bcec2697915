"""The websocket `/ws/`: tells a person's open pages and tools that something changed, by id alone.

A browser comes with its session and must come from our own pages; a tool says `{"key": "cs_…"}` first. What is pushed
is `{"type": "action", "id": "act_…", "version": 3}`; who wants to know more fetches it, and is judged again there.
"""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError
from django.http.request import validate_host

from core import clock
from delivery.doorman import doorman
from delivery.hub import Subscription, hub
from delivery.visitors import Visitor, by_key, by_session

log = structlog.get_logger(__name__)

NOT_SIGNED_IN = 4401
TOO_SLOW = 4408
NOT_UNDERSTOOD = 4400
LOOK = 3.0  # seconds after which a silent socket's visitor is looked at again
PATIENCE = 10.0  # seconds to say the key, and to take a message
LONGEST = 1024  # characters of a message to us


class Hints(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels is untyped
    """One open socket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visitor: Visitor | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        """Let in a browser that is signed in; let a tool in to say its key. Foreign pages are turned away."""
        origin = _header(self.scope, b"origin")
        if origin is not None and not _is_ours(origin):
            await self.close()
            return
        session = _session(self.scope) if origin is not None else ""
        if session:
            visitor = await database_sync_to_async(by_session)(session)
            if visitor is None:
                await self.accept()
                await self.close(NOT_SIGNED_IN)
                return
            self._welcome(visitor)
            await self.accept()
            return
        await self.accept()
        self._begin(self._wait_for_key())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Refuse what is long or not text before it is parsed."""
        if text_data is None or len(text_data) > LONGEST:
            await self.close(NOT_UNDERSTOOD)
            return
        try:
            content = await self.decode_json(text_data)
        except (ValueError, RecursionError):
            await self.close(NOT_UNDERSTOOD)
            return
        await self.receive_json(content)

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Take `{"key": …}` once, and answer `{"type": "ping"}`."""
        match content:
            case {"key": str(key)} if self._visitor is None:
                visitor = await database_sync_to_async(by_key)(key, now=clock.now())
                if visitor is None:
                    await self.close(NOT_SIGNED_IN)
                elif self._visitor is None:
                    self._welcome(visitor)
            case {"type": "ping"} if self._visitor is not None:
                await self.send_json({"type": "pong"})
            case _:
                await self.close(NOT_UNDERSTOOD if self._visitor else NOT_SIGNED_IN)

    async def disconnect(self, code: int) -> None:
        """Stop everything this socket began."""
        for task in self._tasks:
            task.cancel()

    def _welcome(self, visitor: Visitor) -> None:
        self._visitor = visitor
        subscription = hub.subscribe(visitor.org, visitor.person, hears_all=visitor.hears_all)
        self._begin(self._push(visitor, subscription))

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for_key(self) -> None:
        await asyncio.sleep(PATIENCE)
        if self._visitor is None:
            await self.close(NOT_SIGNED_IN)

    async def _push(self, visitor: Visitor, subscription: Subscription) -> None:
        """Send hints, asking before each, and every few seconds, whether the visitor may still have them."""
        try:
            while True:
                try:
                    async with asyncio.timeout(LOOK):
                        hint = await subscription.queue.get()
                except TimeoutError:
                    hint = None
                if not await self._may_stay(visitor):
                    await self.close(NOT_SIGNED_IN)
                    return
                if subscription.is_slow:
                    await self.close(TOO_SLOW)
                    return
                if hint is not None:
                    async with asyncio.timeout(PATIENCE):
                        await self.send_json({"type": hint.type, "id": hint.id, "version": hint.version})
        except TimeoutError:
            await self.close(TOO_SLOW)
        finally:
            hub.leave(subscription)
            doorman.forget(visitor)

    async def _may_stay(self, visitor: Visitor) -> bool:
        try:
            return await doorman.lets_stay(visitor)
        except DatabaseError as exc:
            log.warning("cannot_ask_about_visitors", error=str(exc).strip())
            return False


def _header(scope: Any, name: bytes) -> str | None:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if values else None


def _is_ours(origin: str) -> bool:
    """Tell whether a page of ours opened the socket: same scheme, a host of ALLOWED_HOSTS, and the port of BASE_URL."""
    ours, theirs = urlsplit(settings.BASE_URL), urlsplit(origin)
    try:
        port = theirs.port
    except ValueError:
        return False
    return (
        theirs.scheme == ours.scheme
        and port == ours.port
        and validate_host(theirs.hostname or "", settings.ALLOWED_HOSTS)
    )


def _session(scope: Any) -> str:
    try:
        cookies = SimpleCookie(_header(scope, b"cookie") or "")
    except CookieError:
        return ""
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""
