"""The worker as a whole: threads, nudges, outages. Real PostgreSQL, Redis and HTTP."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

import psycopg
import pytest
from django.db import connection

from core import clock
from delivery import registry, worker
from delivery.models import Parcel
from delivery.transports.base import Result
from delivery.transports.memory import Memory
from delivery.wire import connect
from tests.delivery.conftest import House, allow, body, make_house
from tests.fakes.agent import FakeAgent
from tests.fakes.mail import FakeMail


@contextmanager
def working() -> Iterator[None]:
    """Run a worker in threads of this process."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def test_a_promise_is_kept_within_a_moment_of_its_commit(house: House, agent: FakeAgent) -> None:
    with working():
        house.promise(address=agent.url())
        agent.wait_for(1)
        began = clock.monotonic()
        house.promise(address=agent.url())
        agent.wait_for(2)
        assert clock.monotonic() - began < 1.0


def test_one_endpoint_that_hangs_among_twenty_delays_no_other(settings: object) -> None:
    houses = [make_house() for _ in range(20)]
    agents = [FakeAgent() for _ in range(20)]
    for fake in agents:
        fake.__enter__()
        allow(settings, fake.port)
    try:
        for _ in range(10):
            houses[0].promise_all([{"address": agents[0].url("/hang")} for _ in range(20)])
        with working():
            agents[0].wait_for(1)
            began = clock.monotonic()
            for house, fake in list(zip(houses, agents, strict=True))[1:]:
                house.promise_all([{"address": fake.url()} for _ in range(10)])
            for fake in agents[1:]:
                fake.wait_for(10)
            assert clock.monotonic() - began < 4
            assert len(agents[0].received) <= 2, "two at once and no more"
            for fake in agents:
                fake.stopping.set()
    finally:
        for fake in agents:
            fake.__exit__()


def test_flushing_redis_loses_nothing(house: House, agent: FakeAgent) -> None:
    with working():
        house.promise(address=agent.url())
        agent.wait_for(1)
        for _ in range(5):
            house.promise(address=agent.url())
            with connect() as server:
                server.delete("rq:queue:post", *server.keys("rq:job:*"), *server.keys("rq:queue*"))
        agent.wait_for(6, timeout=4)
        assert len({received.id for received in agent.received}) == 6


def test_without_redis_the_worker_finds_its_work_by_itself(house: House, agent: FakeAgent, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    with working():
        house.promise(address=agent.url())
        agent.wait_for(1, timeout=4)
        house.promise(address=agent.url())
        agent.wait_for(2, timeout=4)


def test_the_worker_comes_back_after_the_database_hangs_up(house: House, agent: FakeAgent) -> None:
    with working():
        house.promise(address=agent.url())
        agent.wait_for(1)
        hang_up()
        house.promise(address=agent.url())
        agent.wait_for(2, timeout=6)


def test_a_mail_server_that_hangs_does_not_hold_up_callbacks(house: House, agent: FakeAgent, mail: FakeMail) -> None:
    gate = threading.Event()
    real = registry.transport("email")
    registry.register(Hanging(gate))
    try:
        with working():
            for _ in range(20):
                house.promise(channel="email", kind="ask", address="dana@acme.test", agent=None)
            began = clock.monotonic()
            house.promise_all([{"address": agent.url()} for _ in range(20)])
            agent.wait_for(20)
            assert clock.monotonic() - began < 4
            gate.set()
    finally:
        registry.register(real)


def test_stopping_ends_what_is_under_way_and_gives_back_the_rest(house: House, memory: Memory) -> None:
    gate = threading.Event()
    slow = Hanging(gate)
    slow.channel = memory.channel
    registry.register(slow)
    parcels = house.promise_all([{"channel": slow.channel, "address": "slow/x", "agent": None} for _ in range(6)])
    with working():
        deadline = clock.monotonic() + 10
        while slow.started < 2 and clock.monotonic() < deadline:
            time.sleep(0.01)
        threading.Timer(0.3, gate.set).start()
    states = [house.parcel(parcel) for parcel in parcels]
    assert sorted(one.status for one in states) == ["sent"] * 2 + ["waiting"] * 4
    waiting = [one for one in states if one.status == "waiting"]
    assert {one.attempts for one in waiting} == {0}
    assert all(one.due_at <= clock.now() + timedelta(seconds=1) for one in waiting)


def test_a_transport_that_raises_counts_as_a_failed_try_and_stops_no_other(house: House, memory: Memory) -> None:
    memory.answers.append(RuntimeError("poison"))
    parcels = house.promise_all([{"channel": memory.channel, "address": "m/x", "agent": None} for _ in range(5)])
    house.drain(memory.channel)
    states = sorted(house.parcel(parcel).status for parcel in parcels)
    assert states == ["sent"] * 4 + ["waiting"]
    (poisoned,) = [one for one in map(house.parcel, parcels) if one.status == "waiting"]
    assert poisoned.last_error == "RuntimeError: poison"
    assert poisoned.attempts == 1


def test_a_payload_that_can_never_be_sent_is_given_up_at_once(house: House) -> None:
    poison = house.promise(channel="email", kind="ask", address="dana@acme.test", payload={"not": "a card"})
    house.drain("email")
    assert house.parcel(poison).status == "dead"
    assert "no card" in house.parcel(poison).last_error


def test_drain_keeps_to_its_limit(house: House, memory: Memory) -> None:
    house.promise_all([{"channel": memory.channel, "address": "m/x", "agent": None} for _ in range(10)])
    assert house.drain(memory.channel, limit=3) == 3
    assert len(memory.sent) == 3
    assert house.drain(memory.channel) == 7


@pytest.mark.race
def test_two_workers_never_send_one_parcel_twice(house: House, agent: FakeAgent) -> None:
    order = [uuid.uuid4() for _ in range(5)]
    house.promise_all([{"address": agent.url(), "order_key": order[n % 5], "payload": {"n": n}} for n in range(100)])

    def drain() -> None:
        try:
            house.drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    house.drain()
    assert len(agent.received) == 100
    for which in range(5):
        mine = [body(one)["n"] for one in agent.received if body(one)["n"] % 5 == which]
        assert mine == sorted(mine)


def test_what_is_late_is_what_should_have_been_tried(house: House, memory: Memory) -> None:
    def oldest() -> datetime | None:
        with connection.cursor() as cursor:
            cursor.execute("select oldest_due_parcel()")
            return cast("datetime | None", cursor.fetchone()[0])  # what the function returns

    first = house.promise(channel=memory.channel, address="m/x", agent=None, due_at=clock.now() - timedelta(days=400))
    assert oldest() == house.parcel(first).due_at
    memory.answers.append(Result(is_ok=False, error="later"))
    house.drain(memory.channel)
    house.change(first, due_at=clock.now() - timedelta(days=400))
    late = oldest()
    assert late is None or late > clock.now() - timedelta(days=399), "its endpoint was tried a moment ago"
    house.change(first, status=Parcel.Status.SENT)


class Hanging:
    """A transport that sends nothing until its gate opens."""

    channel = "email"
    abilities = Memory().abilities

    def __init__(self, gate: threading.Event) -> None:
        self._gate = gate
        self.started = 0

    def endpoint(self, address: str) -> str:
        return address.partition("/")[0]

    def send(self, letter: object, *, at: object) -> Result:
        self.started += 1
        assert self._gate.wait(20)
        return Result(is_ok=True)


def hang_up() -> None:
    """Make PostgreSQL end every other connection to this run's database, as a restart would."""
    import os

    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
