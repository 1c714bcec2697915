"""Hints inside one web process: one subscription to Redis wakes whoever waits here, long polls and websockets alike.

All of it runs on the process's event loop. When Redis goes away the hub says so once, comes back by itself, and those
who wait poll meanwhile. A hint that came while a request was being answered is remembered for a while, so that none
falls between the look at the database and the wait.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from contextlib import suppress
from uuid import UUID

import redis.asyncio
import structlog
from django.conf import settings

from core import clock, ids
from delivery.hints import CHANNEL, Hint

log = structlog.get_logger(__name__)

PREFIX = {"action": "act"}
REMEMBERED = 10_000  # hints
MOST_QUEUED = 64  # hints that one listener may be behind
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds before Redis is tried again
PING = 10.0  # seconds of silence after which Redis is asked whether it is there

_Key = tuple[str, str]


class Subscription:
    """One listener's queue. `person` is as text; `hears_all`: admins and auditors get every hint of the organization.

    One that is too far behind is marked `is_slow` and gets nothing more: it is to be let go.
    """

    def __init__(self, org: int, person: str, *, hears_all: bool) -> None:
        self.org = org
        self.person = person
        self.hears_all = hears_all
        self.is_slow = False
        self.queue: asyncio.Queue[Hint] = asyncio.Queue(MOST_QUEUED)

    def hear(self, hint: Hint) -> None:
        """Take a hint if it concerns this listener."""
        if not (self.hears_all or hint.people is None or self.person in hint.people):
            return
        try:
            self.queue.put_nowait(hint)
        except asyncio.QueueFull:
            self.is_slow = True


class Hub:
    """The process's one ear. Starts by itself with the first who waits, on the loop that runs then."""

    def __init__(self) -> None:
        self.is_listening = False
        self._task: asyncio.Task[None] | None = None
        self._waiting: dict[_Key, set[asyncio.Future[None]]] = defaultdict(set)
        self._heard: OrderedDict[_Key, float] = OrderedDict()
        self._listeners: dict[int, set[Subscription]] = defaultdict(set)

    async def wait(self, kind: str, name: str | UUID, timeout: float, *, since: float | None = None) -> bool:
        """Wait for a hint about one thing, at most `timeout` seconds. Returns whether one came.

        `name` is its public id, or for actions the UUID. `since`, of clock.monotonic, is when the caller began to
        look: a hint that came after that moment is one that came.
        """
        self.start()
        key = (kind, _public(kind, name))
        if since is not None and self._heard.get(key, since) > since:
            return True
        woken = asyncio.get_running_loop().create_future()
        self._waiting[key].add(woken)
        try:
            async with asyncio.timeout(timeout):
                await woken
        except TimeoutError:
            return False
        finally:
            self._waiting[key].discard(woken)
            if not self._waiting[key]:
                del self._waiting[key]
        return True

    def subscribe(self, org: int, person: UUID, *, hears_all: bool = False) -> Subscription:
        """Return a queue of the hints that concern one person. To be given back with `leave`."""
        self.start()
        subscription = Subscription(org, str(person), hears_all=hears_all)
        self._listeners[org].add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Forget a listener."""
        listeners = self._listeners[subscription.org]
        listeners.discard(subscription)
        if not listeners:
            del self._listeners[subscription.org]

    def start(self) -> None:
        """Listen to Redis, if that is not being done on this loop already."""
        if self._task is not None and not self._task.done() and self._task.get_loop() is asyncio.get_running_loop():
            return
        self.is_listening = False
        self._task = asyncio.get_running_loop().create_task(self._listen(), name="hub")

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def tell(self, hint: Hint) -> None:
        """Wake everybody here whom a hint concerns."""
        key = (hint.type, hint.id)
        self._heard[key] = clock.monotonic()
        self._heard.move_to_end(key)
        while len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        for woken in self._waiting.get(key, ()):
            if not woken.done():
                woken.set_result(None)
        for subscription in self._listeners.get(hint.org, ()):
            subscription.hear(hint)

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(
                        settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=None, retry=None
                    ) as server,
                    server.pubsub() as ear,
                ):
                    await ear.subscribe(CHANNEL)
                    pause = FIRST_PAUSE
                    await self._hear(ear)
            except (redis.RedisError, OSError) as exc:
                if self.is_listening or pause == FIRST_PAUSE:
                    log.warning("hub_cannot_hear", error=str(exc))
                self.is_listening = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear(self, ear: redis.asyncio.client.PubSub) -> None:
        """Pass on what comes until the connection breaks. A silent one is pinged: it may be half open."""
        unanswered = False
        while True:
            message = await ear.get_message(timeout=PING)
            if message is None:
                if unanswered:
                    raise redis.ConnectionError("Redis does not answer a ping")
                await ear.ping()
                unanswered = True
                continue
            unanswered = False
            if message["type"] == "subscribe":
                self.is_listening = True
            elif message["type"] == "message":
                self._pass_on(message["data"])

    def _pass_on(self, data: bytes) -> None:
        try:
            hint = Hint.decode(data)
        except ValueError:
            log.warning("hint_refused", length=len(data))
            return
        self.tell(hint)


def _public(kind: str, name: str | UUID) -> str:
    if isinstance(name, UUID):
        return ids.public(PREFIX[kind], name)
    if kind in PREFIX and not name.startswith(f"{PREFIX[kind]}_"):
        with suppress(ValueError):
            return ids.public(PREFIX[kind], UUID(name))
    return name


hub = Hub()
