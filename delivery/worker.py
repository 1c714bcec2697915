"""The worker: one thread a channel sends, one more listens for nudges. An outage of one channel holds up no other.

PostgreSQL is asked every second and a half whatever Redis says, so a lost nudge costs that much and no row waits
longer. Both servers may go away and come back: each thread reconnects by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import redis
import structlog
from django.db import Error as DatabaseError
from django.db import connection

from core import clock
from delivery import failures, jobs, registry
from delivery.failures import HEARING
from delivery.send import Sender
from delivery.slack import keeper
from delivery.wire import connect

log = structlog.get_logger(__name__)

POLL = 1.5  # seconds between two looks at PostgreSQL when nothing rings
LISTEN = 2  # seconds for which one look into Redis waits
PATIENCE = 1.0  # seconds before a server that went away is tried again
STOPPING = 15.0  # seconds that a try under way may take to end


def run(stop: threading.Event) -> None:
    """Send on every channel until `stop` is set, then finish what is under way."""
    threads = [
        threading.Thread(target=_guarded, args=(_send, channel, stop), name=f"worker-{channel}", daemon=True)
        for channel in registry.channels()
    ]
    threads.append(threading.Thread(target=_guarded, args=(_listen, "nudges", stop), name="worker-nudges", daemon=True))
    threads.append(threading.Thread(target=_guarded, args=(_hear, HEARING, stop), name="worker-failures", daemon=True))
    for thread in threads:
        thread.start()
    stop.wait()
    for channel in (*registry.channels(), HEARING):
        jobs.ring(channel)
    for thread in threads:
        thread.join(STOPPING)


def _guarded(job: Callable[[str, threading.Event], None], name: str, stop: threading.Event) -> None:
    """Run `job` again whenever it ends before it should: what is unforeseen stops one turn and not the worker."""
    while not stop.is_set():
        try:
            job(name, stop)
        except Exception:
            log.exception("worker_stumbled", part=name)
            stop.wait(PATIENCE)


def _send(channel: str, stop: threading.Event) -> None:
    if registry.transport(channel).abilities.keeps:
        _keep(channel, stop)
        return
    sender = Sender(channel)
    try:
        while not stop.is_set():
            sender.bell.clear()
            try:
                sender.work(clock.now())
            except DatabaseError as exc:
                log.warning("database_is_away", channel=channel, error=str(exc).strip())
                connection.close()
                stop.wait(PATIENCE)
                continue
            sender.bell.wait(POLL)
    finally:
        _end(sender)


def _keep(channel: str, stop: threading.Event) -> None:
    """File parcels as notes and bring notes up to date."""
    bell = jobs.bell_of(channel)
    while not stop.is_set():
        try:
            keeper.run(stop, bell, poll=POLL)
        except DatabaseError as exc:
            log.warning("database_is_away", channel=channel, error=str(exc).strip())
            stop.wait(PATIENCE)
        finally:
            connection.close()


def _hear(name: str, stop: threading.Event) -> None:
    """Let approvals hear of those whom no channel reaches."""
    bell = jobs.bell_of(name)
    while not stop.is_set():
        bell.clear()
        try:
            failures.hear(clock.now())
        except DatabaseError as exc:
            log.warning("database_is_away", part=name, error=str(exc).strip())
            stop.wait(PATIENCE)
        finally:
            connection.close()
        bell.wait(failures.POLL)


def _end(sender: Sender) -> None:
    try:
        sender.stop()
    except DatabaseError as exc:
        log.warning("stopped_without_settling", channel=sender.channel, error=str(exc).strip())
    finally:
        connection.close()


def _listen(_name: str, stop: threading.Event) -> None:
    """Take nudges from Redis. While it is away nothing is lost: PostgreSQL is polled."""
    while not stop.is_set():
        try:
            with connect(timeout=LISTEN + 3) as server:
                while not stop.is_set():
                    jobs.take(server, timeout=LISTEN)
        except (redis.RedisError, OSError) as exc:
            log.warning("redis_is_away", part="nudges", error=str(exc))
            stop.wait(PATIENCE)
