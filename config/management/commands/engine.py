"""`engine`: what happens by itself when time passes."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection

from approvals import auditor, outages
from approvals.audits import alarms as reviewing
from approvals.flow import lapse, lend, renew_audits, trust_sweep
from approvals.ratchet import drifting, nightly
from config import selfcheck
from config.heartbeat import Heartbeat
from core import clock

BEAT = 0.5  # seconds between two looks when nothing was due
LONGEST = 5.0  # seconds between two tries while the database is away
MINUTE = 60.0
log = structlog.get_logger(__name__)
_pulse = outages.Pulse()


class Command(BaseCommand):
    """Execute what is due: chains, approvals, delegations. Any number of these may run against one database."""

    help = __doc__ or ""
    requires_system_checks = ()  # ours are in selfcheck; Django's would load every page

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, act, and rest only when nothing was due. A lost database is waited for."""
        selfcheck.refuse_if_unsafe()
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        pause, audited, heart = BEAT, clock.monotonic(), Heartbeat()
        while not stopping.is_set():
            moved, pause = beat(pause)
            heart.beat()
            if clock.monotonic() - audited > MINUTE:
                audited = clock.monotonic()
                look_at_everything()
            if not moved:
                stopping.wait(pause)


def beat(pause: float) -> tuple[int, float]:
    """Execute one batch of what is due. Returns how much moved, and how long to rest if nothing did."""
    try:
        _pulse.beat()  # first: what the sweep does depends on whether nobody was here before
        moved = lapse.sweep() + lend.sweep() + trust_sweep.sweep()
    except Error as problem:
        log.warning("database_is_away", error=str(problem).strip(), again_in=pause)
        connection.close()
        return 0, min(pause * 2, LONGEST)
    except Exception:
        log.exception("sweep_failed")  # the row stays due and is tried again; the others are not held up for good
        return 0, min(pause * 2, LONGEST)
    close_old_connections()
    return moved, BEAT


def look_at_everything() -> None:
    """Let the hourly looks begin if their hour has come, and the nightly one; what goes wrong stops nothing else."""
    nightly.start_if_due()
    drifting.start_if_due()
    try:
        renew_audits.renew_all()
        reviewing.run_if_due()
        auditor.run_if_due()
    except Exception:
        log.exception("audit_failed")
        connection.close()
