"""What arrives, in the order that costs least: its size, its signature, its type; only then is it parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from approvals.api.problems import UnsupportedMediaType
from approvals.api.query import read_query
from core import webhooks
from core.errors import BadRequest, TooLarge

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SIGNED = {
    "webhook-id": "HTTP_WEBHOOK_ID",
    "webhook-timestamp": "HTTP_WEBHOOK_TIMESTAMP",
    "webhook-signature": "HTTP_WEBHOOK_SIGNATURE",
}
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_JSON = re.compile(r'application/json\s*(?:;\s*charset="?utf-8"?\s*)?', re.ASCII | re.IGNORECASE)


class Interrupted(BadRequest):
    """The body did not arrive whole."""

    code, title = "interrupted", "The body did not arrive whole"


def check_size(request: HttpRequest) -> None:
    """Refuse a body that is announced to be too long, before any of it is read. Raises TooLarge."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not _LENGTH.fullmatch(length):
        raise BadRequest("Content-Length is not a number.")
    if int(length) > settings.API_BODY_LIMIT:
        raise TooLarge(f"The body is {length} bytes long; at most {settings.API_BODY_LIMIT} are taken.")


def raw(request: HttpRequest) -> bytes:
    """Return the body as it came. Raises Interrupted, TooLarge."""
    try:
        body = request.body
    except UnreadablePostError:
        raise Interrupted("The connection broke before the whole body was here. Send it again.") from None
    if len(body) > settings.API_BODY_LIMIT:
        raise TooLarge(f"The body is {len(body)} bytes long; at most {settings.API_BODY_LIMIT} are taken.")
    return body


def signed_headers(request: HttpRequest) -> dict[str, str]:
    """Return those Standard Webhooks headers that were sent, by their lower-case names."""
    return {name: request.META[key] for name, key in _SIGNED.items() if key in request.META}


def check_signature(request: HttpRequest, secrets: Iterable[str], now_ts: float) -> None:
    """Return if one of the agent's secrets signed the raw body. Raises BadSignature, and only that, or TooLarge."""
    webhooks.verify(secrets, signed_headers(request), raw(request), now_ts)


def json_body(request: HttpRequest) -> bytes:
    """Return a body that says it is JSON, not parsed yet; `b""` if there is none.

    Raises UnsupportedMediaType; and InvalidParameters, because a route that takes a body takes no parameters.
    """
    if request.META.get("QUERY_STRING"):
        read_query(request)
    body = raw(request)
    if body and not _JSON.fullmatch(request.META.get("CONTENT_TYPE", "")):
        raise UnsupportedMediaType("Send the body as JSON, with the header Content-Type: application/json.")
    return body
