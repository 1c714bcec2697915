"""`web`: pages, API and websockets on one port."""

from __future__ import annotations

import os
import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config import selfcheck
from config.patience import PatientProtocol


class Command(BaseCommand):
    """Serve pages, API and websockets. Any number of these may run against one database."""

    help = __doc__ or ""
    requires_system_checks = ()  # ours are in selfcheck; Django's would load every page

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the installation, then serve until told to stop."""
        selfcheck.refuse_if_unsafe()
        server = uvicorn.Server(
            uvicorn.Config(
                "config.asgi:application",
                host=options["host"],
                port=options["port"],
                http=PatientProtocol,
                ws="websockets-sansio",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=True,
                forwarded_allow_ips=settings.TRUSTED_PROXIES,
                timeout_keep_alive=65,
                timeout_graceful_shutdown=10,
                ws_max_size=64 * 1024,
                backlog=1024,
            )
        )
        given = os.environ.get("COUNTERSIGN_LISTEN_FD")
        server.run(sockets=[socket.socket(fileno=int(given))] if given else None)
