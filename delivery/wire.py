"""The one thread of a process that speaks to Redis, so that nobody else ever waits for it.

What is said here may be lost: rows are in PostgreSQL, pages poll. A Redis that does not answer is left in peace for
some seconds after each try, and the log says so once an outage, not once a message.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import redis
import structlog
from django.conf import settings

from core import clock

log = structlog.get_logger(__name__)

MOST = 10_000  # messages waiting; more are dropped
AGAIN = 2.0  # seconds for which nothing is tried after a failure that took long
LONG = 0.2  # seconds
TOGETHER = 256  # errands taken from the queue at once

Errand = Callable[["redis.Redis"], None]


def connect(*, timeout: float = 1.0) -> redis.Redis:
    """Return a connection to Redis that gives up after `timeout` seconds, and is not yet open."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=timeout, socket_timeout=timeout, retry=None, health_check_interval=0
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """One errand in the queue."""

    name: str
    errand: Errand
    joins: bool
    apart: float


class Wire:
    """Runs errands in the order given, on a daemon thread begun with the first. A forked child begins its own."""

    def __init__(self, connect: Callable[[], redis.Redis] = connect) -> None:
        self._connect = connect
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._errands: queue.Queue[_Said] = queue.Queue(MOST)
        self._pending: set[str] = set()
        self._thread: threading.Thread | None = None
        self._later: list[_Said] = []
        self._ran_at: dict[str, float] = {}

    def soon(self, name: str, errand: Errand, *, once: bool = False, joins: bool = False, apart: float = 0.0) -> None:
        """Run `errand` before long. With `once`, not again while one of that name has yet to begin.

        An errand that `joins` only sends, and is given a pipeline: those that come together go in one round trip.
        `apart` is how many seconds lie between two of one name at least; the later waits, it is not dropped.
        """
        with self._lock:
            if once and name in self._pending:
                return
            try:
                self._errands.put_nowait(_Said(name, errand, joins, apart))
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
        speaking = _Speaking(self._connect)
        while True:
            joining: list[_Said] = []
            for said in self._next():
                if said.joins:
                    joining.append(said)
                elif self._since(said) > clock.monotonic():
                    self._later.append(said)
                else:
                    self._try(speaking, [said], said.errand)
            if joining:
                self._try(speaking, joining, partial(_send_together, joining))

    def _next(self) -> list[_Said]:
        """Wait for what is to be run now: all that was said meanwhile, and what has waited long enough."""
        earliest = min(map(self._since, self._later), default=None)
        patience = None if earliest is None else max(earliest - clock.monotonic(), 0.0)
        found: list[_Said] = []
        try:
            found.append(self._errands.get(timeout=patience))
            while len(found) < TOGETHER:
                found.append(self._errands.get_nowait())
        except queue.Empty:
            pass  # nothing more was said
        waited, self._later = self._later, []
        return waited + found

    def _since(self, said: _Said) -> float:
        """Return from when an errand may be run, of clock.monotonic."""
        return self._ran_at.get(said.name, 0.0) + said.apart if said.apart else 0.0

    def _try(self, speaking: _Speaking, together: list[_Said], errand: Errand) -> None:
        with self._lock:
            self._pending.difference_update(said.name for said in together)
        now = clock.monotonic()
        self._ran_at.update({said.name: now for said in together if said.apart})
        speaking.run(together[0].name, errand)
        for _ in together:
            self._errands.task_done()


def _send_together(together: list[_Said], server: redis.Redis) -> None:
    """Send what joins in one round trip."""
    with server.pipeline(transaction=False) as pipeline:
        for said in together:
            said.errand(pipeline)
        pipeline.execute()


class _Speaking:
    """One connection to Redis, made anew after each failure."""

    def __init__(self, connect: Callable[[], redis.Redis]) -> None:
        self._connect = connect
        self._server: redis.Redis | None = None
        self._is_away = False
        self._quiet_until = 0.0

    def run(self, name: str, errand: Errand) -> None:
        """Run an errand, or leave it if Redis hung a moment ago. Raises nothing: the thread must go on."""
        began = clock.monotonic()
        if began < self._quiet_until:
            return
        try:
            server, self._server = self._server or self._connect(), None
            errand(server)
        except (redis.RedisError, OSError) as exc:
            if not self._is_away:
                log.warning("redis_is_away", error=str(exc))
            now = clock.monotonic()
            self._is_away, self._quiet_until = True, now + AGAIN if now - began > LONG else 0.0
        except Exception:
            log.exception("errand_failed", errand=name)
        else:
            if self._is_away:
                log.info("redis_is_back")
            self._is_away, self._server = False, server


wire = Wire()
