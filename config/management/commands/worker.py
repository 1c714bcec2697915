"""`worker`: everything that leaves the building."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from approvals.slack import socket
from config import selfcheck
from delivery import worker


class Command(BaseCommand):
    """Send what is promised. Any number of these may run against one database."""

    help = __doc__ or ""
    requires_system_checks = ()  # ours are in selfcheck; Django's would load every page

    def handle(self, *args: Any, **options: Any) -> None:
        """Send until told to stop, then finish what is under way."""
        selfcheck.refuse_if_unsafe()
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threading.Thread(target=socket.run, args=(stopping,), name="slack-sockets", daemon=True).start()
        worker.run(stopping)
