"""The one thread of a process that speaks to Redis, so that nobody else ever waits for it.

What is said here may be lost: rows are in PostgreSQL, pages poll. When Redis is away it is tried once every few
seconds, and the log says so once an outage, not once a message.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

import redis
import structlog
from django.conf import settings

from core import clock

log = structlog.get_logger(__name__)

MOST = 10_000  # messages waiting; more are dropped
AGAIN = 2.0  # seconds for which nothing is tried after a failure

Errand = Callable[["redis.Redis"], None]


def connect(*, timeout: float = 1.0) -> redis.Redis:
    """Return a connection to Redis that gives up after `timeout` seconds, and is not yet open."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=timeout, socket_timeout=timeout, retry=None, health_check_interval=0
    )


class Wire:
    """Runs errands in the order given, on a daemon thread begun with the first. A forked child begins its own."""

    def __init__(self, connect: Callable[[], redis.Redis] = connect) -> None:
        self._connect = connect
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._errands: queue.Queue[tuple[str, Errand]] = queue.Queue(MOST)
        self._pending: set[str] = set()
        self._thread: threading.Thread | None = None

    def soon(self, name: str, errand: Errand, *, once: bool = False) -> None:
        """Run `errand` before long. With `once`, not again while one of that name has yet to begin."""
        with self._lock:
            if once and name in self._pending:
                return
            try:
                self._errands.put_nowait((name, errand))
            except queue.Full:
                log.warning("wire_full", dropped=name)
                return
            if once:
                self._pending.add(name)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Wait until everything said so far was tried; for tests and for processes about to end."""
        self._errands.join()

    def _run(self) -> None:
        server = self._connect()
        down_until = 0.0
        while True:
            name, errand = self._errands.get()
            with self._lock:
                self._pending.discard(name)
            try:
                if clock.monotonic() >= down_until:
                    errand(server)
                    if down_until:
                        log.info("redis_is_back")
                        down_until = 0.0
            except (redis.RedisError, OSError) as exc:
                if not down_until:
                    log.warning("redis_is_away", error=str(exc))
                down_until = clock.monotonic() + AGAIN
            except Exception:
                log.exception("errand_failed", errand=name)
            finally:
                self._errands.task_done()


wire = Wire()
