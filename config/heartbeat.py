"""A sign of life to somebody outside: if it stops coming, wake a person. Sent only while nothing due is late.

A service that expects a call every few minutes (a dead man's switch) notices what no alarm of our own can tell:
that nothing of ours runs any more.
"""

from __future__ import annotations

import threading

import structlog
from django.conf import settings
from django.db import DatabaseError

from config import health
from core import clock, net

EVERY = 60.0  # seconds
log = structlog.get_logger(__name__)


class Heartbeat:
    """Sends the sign at most once a minute, beside the engine's work and never before it."""

    def __init__(self) -> None:
        self._next = 0.0

    def beat(self) -> None:
        """Send a sign of life if a minute has passed and the work keeps up; never waits, never raises."""
        if not settings.HEARTBEAT_URL or clock.monotonic() < self._next:
            return
        self._next = clock.monotonic() + EVERY
        threading.Thread(target=send, name="heartbeat", daemon=True).start()


def send() -> bool:
    """Send the sign, or keep silent if anything is late. Returns whether it was taken."""
    try:
        if wrong := health.of_backlog(health.backlog_in_time()):
            log.warning("heartbeat_withheld", because=wrong)
            return False
        answer = net.post(settings.HEARTBEAT_URL, b"", {}, allow=net.Allow(settings.OUTBOUND_ALLOW))
    except (DatabaseError, TimeoutError, net.Unreachable, net.UnsafeUrl) as problem:
        log.warning("heartbeat_failed", error=str(problem).strip())
        return False
    return 200 <= answer.status < 300
