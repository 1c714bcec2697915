"""`engine`: what happens by itself when time passes."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from config import selfcheck

BEAT = 0.5  # seconds between two looks when nothing was due
log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Execute what is due: deadlines, steps. Any number of these may run against one database."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, act, and sleep only when nothing was due. A lost database is waited for."""
        selfcheck.refuse_if_unsafe()
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        pause = BEAT
        while not stopping.is_set():
            try:
                done = beat()
                pause = BEAT
            except Error:
                log.warning("engine_lost_the_database", exc_info=True)
                close_old_connections()
                done, pause = 0, min(pause * 2, 5.0)
            if not done:
                stopping.wait(pause)


def beat() -> int:
    """Execute one batch of what is due. Returns how much was done."""
    return 0
