"""A server like `manage.py web`, for a handler that is not ours."""

from __future__ import annotations

import os
import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from config.bridge import Bridge, Message, Receive, Send
from config.patience import PatientProtocol
from delivery.hub import hub


def serve(handler: WSGIHandler) -> None:
    """Serve `handler` behind the same bridge and protocol, on the socket that was given."""
    http = Bridge(
        handler,
        hub,
        threads=settings.WEB_THREADS,
        base=settings.BASE_URL,
        limits=(settings.API_BODY_LIMIT, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
    )

    async def application(scope: Message, receive: Receive, send: Send) -> Any:
        await http(scope, receive, send)

    server = uvicorn.Server(
        uvicorn.Config(
            application,
            http=PatientProtocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=65,
            backlog=1024,
        )
    )
    server.run(sockets=[socket.socket(fileno=int(os.environ["COUNTERSIGN_LISTEN_FD"]))])
