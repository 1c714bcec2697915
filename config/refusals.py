"""What is refused before Django is asked: bodies too large or too slow."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


class TooLarge(Exception):
    """The body is larger than this road takes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Answers one request with a problem: JSON (RFC 9457) for the API, plain words for pages."""

    send: Callable[[MutableMapping[str, Any]], Awaitable[None]]
    request_id: str
    is_api: bool

    async def __call__(self, status: int, code: str, detail: str) -> None:
        """Send the refusal and close the connection, because the rest of the body is still on its way."""
        problem = {
            "type": f"urn:countersign:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "instance": f"urn:countersign:request:{self.request_id}",
        }
        body = json.dumps(problem).encode() if self.is_api else detail.encode()
        kind = b"application/problem+json" if self.is_api else b"text/plain; charset=utf-8"
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", self.request_id.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
