"""The one door: HTTP through the bridge to Django, websockets through Channels, and what starts and stops with them."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("COUNTERSIGN_ROLE", "web")

import django

django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import path

from config.bridge import Bridge, Message, Receive, Send
from config.later import HintConsumer, hub

http = Bridge(
    WSGIHandler(),
    hub,
    threads=settings.WEB_THREADS,
    scheme="https" if settings.HTTPS else "http",
    limits=(settings.API_BODY_LIMIT, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
)
_router = URLRouter([path("ws/", HintConsumer.as_asgi())])
_of_a_browser = AllowedHostsOriginValidator(AuthMiddlewareStack(_router))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] == "http":
        await http(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket(scope, receive, send)
    else:
        await lifespan(receive, send)


async def websocket(scope: Message, receive: Receive, send: Send) -> None:
    """Serve a websocket. Browsers always name their origin: one that does not gets no session, only a key."""
    if any(name == b"origin" for name, _ in scope["headers"]):
        await _of_a_browser(scope, receive, send)
        return
    headers = [header for header in scope["headers"] if header[0] != b"cookie"]
    anonymous: dict[str, Any] = {**scope, "headers": headers, "user": None, "session": None}
    await _router(anonymous, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop what lives as long as the process: the subscription to hints."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            http.pool.shutdown(wait=True)
            await send({"type": "lifespan.shutdown.complete"})
            return
