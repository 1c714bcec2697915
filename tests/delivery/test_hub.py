"""Hints between processes: over real Redis, into the hub, to whom they concern."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Coroutine
from typing import Any

import pytest
import redis
from django.conf import settings

from core import clock, ids
from delivery import hints
from delivery.hints import Hint
from delivery.hub import MOST_QUEUED, Hub
from delivery.wire import Errand, Wire


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


def test_speaking_to_a_redis_that_hangs_neither_raises_nor_waits() -> None:
    tried: list[int] = []

    def errand(server: redis.Redis) -> None:
        tried.append(1)
        server.publish("x", "y")

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        wire = Wire(lambda: redis.Redis.from_url(f"redis://127.0.0.1:{port}/0", socket_timeout=0.5, retry=None))
        started = clock.monotonic()
        for number in range(100):
            wire.soon(f"hint {number}", errand)
        assert clock.monotonic() - started < 0.4
        wire.flush()
    assert len(tried) == 1, "one failure is enough to leave it in peace for a while"


def test_a_redis_that_is_down_costs_nothing_and_is_back_at_once() -> None:
    url = ["redis://127.0.0.1:1/0"]
    done: list[int] = []

    def errand(server: redis.Redis) -> None:
        server.ping()
        done.append(1)

    wire = Wire(lambda: redis.Redis.from_url(url[0], retry=None))
    for number in range(50):
        wire.soon(f"hint {number}", errand)
    wire.flush()
    assert done == []
    url[0] = settings.REDIS_URL
    wire.soon("the connection is made anew after a failure", errand)
    wire.flush()
    wire.soon("and holds", errand)
    wire.flush()
    assert done


def test_errands_that_join_keep_their_order_and_those_apart_wait_their_time() -> None:
    ran: list[tuple[str, float]] = []

    def errand(name: str) -> Errand:
        def run(server: redis.Redis) -> None:
            server.ping()
            ran.append((name, clock.monotonic()))

        return run

    wire = Wire()
    for number in range(5):
        wire.soon(f"hint {number}", errand(f"hint {number}"), joins=True)
    for _ in range(3):
        wire.soon("nudge", errand("nudge"), apart=0.05)
    wire.flush()
    assert [name for name, _ in ran if name != "nudge"] == [f"hint {number}" for number in range(5)]
    first, second, third = [at for name, at in ran if name == "nudge"]
    assert second - first >= 0.045
    assert third - second >= 0.045


def test_an_errand_that_fails_stops_no_other() -> None:
    ran: list[int] = []

    def poison(_server: redis.Redis) -> None:
        raise RuntimeError("poison")

    wire = Wire()
    wire.soon("poison", poison)
    wire.soon("poison", poison, joins=True)
    wire.soon("good", lambda _server: ran.append(1))
    wire.flush()
    assert ran == [1]


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
