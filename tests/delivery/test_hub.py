"""Hints between processes: over real Redis, into the hub, to whom they concern."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine
from typing import Any

import pytest
import redis

from core import clock, ids
from delivery import hints
from delivery.hints import Hint
from delivery.hub import MOST_QUEUED, Hub
from delivery.wire import Wire


def heard(test: Coroutine[Any, Any, None]) -> None:
    """Run a test on a loop of its own, twenty seconds at most."""
    asyncio.run(asyncio.wait_for(test, 20))


def test_a_hint_wakes_who_waits_for_that_thing_and_nobody_else() -> None:
    async def story() -> None:
        hub = Hub()
        mine, other = uuid.uuid4(), uuid.uuid4()
        waiting = asyncio.create_task(hub.wait("action", mine, 10))
        deaf = asyncio.create_task(hub.wait("action", str(other), 0.3))
        await listening(hub)
        hints.publish(1, "action", ids.public("act", mine), 2, [])
        assert await waiting is True
        assert await deaf is False
        await hub.stop()

    heard(story())


def test_a_hint_that_came_during_the_look_is_not_missed() -> None:
    async def story() -> None:
        hub = Hub()
        before = clock.monotonic()
        hub.tell(Hint.of(1, "action", "act_x", 2, None))
        assert await hub.wait("action", "act_x", 0.1, since=before) is True
        assert await hub.wait("action", "act_x", 0.1, since=clock.monotonic()) is False
        await hub.stop()

    heard(story())


def test_a_listener_hears_what_concerns_that_person_in_that_organization() -> None:
    async def story() -> None:
        hub = Hub()
        ana, bo = uuid.uuid4(), uuid.uuid4()
        hers, admins, foreign = hub.subscribe(1, ana), hub.subscribe(1, bo, hears_all=True), hub.subscribe(2, ana)
        hub.tell(Hint.of(1, "action", "act_1", 1, [ana]))
        hub.tell(Hint.of(1, "action", "act_2", 1, [uuid.uuid4()]))
        hub.tell(Hint.of(1, "agent", "refunds", 1, None))
        assert [drained.id for drained in drain(hers.queue)] == ["act_1", "refunds"]
        assert [drained.id for drained in drain(admins.queue)] == ["act_1", "act_2", "refunds"]
        assert drain(foreign.queue) == []
        hub.leave(hers)
        hub.tell(Hint.of(1, "agent", "refunds", 2, None))
        assert drain(hers.queue) == []
        await hub.stop()

    heard(story())


def test_a_listener_that_does_not_keep_up_is_marked() -> None:
    async def story() -> None:
        hub = Hub()
        slow = hub.subscribe(1, uuid.uuid4())
        for number in range(MOST_QUEUED + 1):
            hub.tell(Hint.of(1, "action", f"act_{number}", 1, None))
        assert slow.is_slow
        await hub.stop()

    heard(story())


def test_the_hub_comes_back_after_redis_hangs_up() -> None:
    async def story() -> None:
        hub = Hub()
        waiting = asyncio.create_task(hub.wait("action", "act_b", 15))
        await listening(hub)
        await asyncio.to_thread(hang_up_on_listeners)
        await until(lambda: not hub.is_listening)
        await listening(hub)
        hints.publish(1, "action", "act_b", 2, None)
        assert await waiting is True
        await hub.stop()

    heard(story())


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b'{"org": "1", "type": "a", "id": "b", "version": 1, "people": null}',
        b'{"org": 1, "type": "a", "id": "b", "version": 1, "people": [1]}',
        b'{"org": 1, "type": "a", "id": "%s", "version": 1, "people": null}' % (b"x" * 300),
        b'{"org": 1, "type": "a", "id": "b"}',
    ],
)
def test_what_is_no_hint_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):
        Hint.decode(message)


def test_speaking_to_redis_neither_raises_nor_waits_when_it_is_away() -> None:
    tried: list[int] = []

    def errand(server: redis.Redis) -> None:
        tried.append(1)
        server.publish("x", "y")

    wire = Wire(lambda: redis.Redis(host="127.0.0.1", port=1, retry=None))
    started = clock.monotonic()
    for number in range(100):
        wire.soon(f"hint {number}", errand)
    assert clock.monotonic() - started < 0.5
    wire.flush()
    assert len(tried) == 1, "one failure is enough to leave it in peace for a while"


def drain(queue: asyncio.Queue[Hint]) -> list[Hint]:
    """Return all that is in a queue now."""
    return [queue.get_nowait() for _ in range(queue.qsize())]


async def listening(hub: Hub) -> None:
    """Wait until the hub's ear is at Redis."""
    await until(lambda: hub.is_listening)


async def until(true: Any) -> None:
    """Wait until something is so."""
    while not true():  # noqa: ASYNC110 - what is waited for belongs to other code
        await asyncio.sleep(0.01)


def hang_up_on_listeners() -> None:
    """Make Redis close every subscriber's connection."""
    from delivery.wire import connect

    with connect() as server:
        server.client_kill_filter(_type="pubsub")
