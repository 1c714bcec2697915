"""The one door: HTTP through the bridge to Django, websockets through Channels, and what starts and stops with them."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("COUNTERSIGN_ROLE", "web")

import django

django.setup(set_prefix=False)

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponseBase
from django.urls import path

from approvals.api import shortcut
from config.bridge import Bridge, Message, Receive, Send
from delivery.consumers import Hints
from delivery.hub import hub


class Handler(WSGIHandler):
    """Django, and the shortcut around it for the request that comes most."""

    def __call__(self, environ: Any, start_response: Any) -> HttpResponseBase:
        """Answer one request."""
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == shortcut.PATH:
            if (response := shortcut.post(environ)) is not None:
                return response
            environ["wsgi.input"].seek(0)
        return super().__call__(environ, start_response)


http = Bridge(
    Handler(),
    hub,
    threads=settings.WEB_THREADS,
    base=settings.BASE_URL,
    limits=(settings.API_BODY_LIMIT, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
)
_sockets = URLRouter([path("ws/", Hints.as_asgi())])
_sockets_of_browsers = AllowedHostsOriginValidator(_sockets)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] == "http":
        await http(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket(scope, receive, send)
    else:
        await lifespan(receive, send)


async def websocket(scope: Message, receive: Receive, send: Send) -> None:
    """Serve a websocket. Browsers always name their origin, and are judged by it; tools name none and bring a key."""
    has_origin = any(name == b"origin" for name, _ in scope["headers"])
    await (_sockets_of_browsers if has_origin else _sockets)(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop what lives as long as the process: the subscription to hints."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            http.pool.shutdown(wait=True)
            await send({"type": "lifespan.shutdown.complete"})
            return
