"""Standard Webhooks 1.0 signatures (symmetric, `v1`), made and checked.

The checker is our own because the library's throws on malformed headers (a 500 where a 401 belongs),
takes timestamps such as `1_7…`, and lets an id with a dot move the boundary between id and body.
Here the headers pass an ASCII pattern first, the rest is bytes, and BadSignature is all that is raised.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from collections.abc import Iterable, Mapping

from core.errors import Unauthenticated

TOLERANCE = 300  # seconds, either way
MAX_SIGNATURES = 16

_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}", re.ASCII)  # visible, without a dot: it separates what is signed
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_SIGNATURE = re.compile(r"v[0-9]{1,2}[a-z]?,[A-Za-z0-9+/]{1,256}={0,2}", re.ASCII)
_MAX_HEADER = 4096
# Id `a.T` with body `x`, and id `a` with body `T.x`, are signed alike. So a body is empty or begins as JSON does.
_BODY = re.compile(rb"[ \t\r\n]*(?:[{\[]|$)")


class BadSignature(Unauthenticated):
    """The signature is missing, malformed, stale or wrong."""

    code, title = "bad_signature", "Bad signature"


def new_secret() -> str:
    """Return a fresh secret, `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def sign(secrets: Iterable[str], msg_id: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` header: one `v1,…` for each secret, so that a receiver can change over.

    `timestamp` is in seconds. Raises ValueError if the id could not be verified, or there is no usable secret.
    """
    if not _ID.fullmatch(msg_id):
        raise ValueError(f"not a webhook id: {msg_id!r}")
    signed = _signed(msg_id, str(timestamp), body)
    keys = [_key(secret) for secret in secrets]
    if not keys or not all(keys):
        raise ValueError("a secret is missing or is not base64")
    return " ".join(_signature(key, signed) for key in keys)


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now_ts: float) -> None:
    """Return if one of `secrets` signed exactly this within 300 s of `now_ts`. Raises BadSignature, and only that.

    `headers` is read by the lower-case names `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    """
    msg_id = _header(headers, "webhook-id", _ID, 255)
    timestamp = _header(headers, "webhook-timestamp", _TIMESTAMP, 12)
    offered = _offered(headers)
    if abs(now_ts - int(timestamp)) > TOLERANCE:
        raise BadSignature(f"webhook-timestamp is more than {TOLERANCE} s from our clock. Sign again when you send.")
    signed = _signed(msg_id, timestamp, body)
    good = False
    for secret in secrets:
        if key := _key(secret):
            expected = _signature(key, signed).encode()
            for signature in offered:
                good |= hmac.compare_digest(expected, signature)
    if not good:
        raise BadSignature("No signature in webhook-signature is right for this id, timestamp and body.")
    if not _BODY.match(body):
        raise BadSignature("The signed body is neither empty nor a JSON object or array.")
    try:
        body.decode()
    except UnicodeDecodeError:
        raise BadSignature("The signed body is not UTF-8.") from None


def _header(headers: Mapping[str, str], name: str, shape: re.Pattern[str], longest: int) -> str:
    value = headers.get(name)
    if not isinstance(value, str) or len(value) > longest or not shape.fullmatch(value):
        raise BadSignature(f"The header {name} is missing or malformed.")
    return value


def _offered(headers: Mapping[str, str]) -> list[bytes]:
    """Return the signatures of the header; those of versions we do not know are well-formed and never match."""
    value = headers.get("webhook-signature")
    if isinstance(value, str) and 0 < len(value) <= _MAX_HEADER and value.isascii():
        signatures = value.split(" ")
        if len(signatures) <= MAX_SIGNATURES and all(map(_SIGNATURE.fullmatch, signatures)):
            return [signature.encode() for signature in signatures]
    raise BadSignature("The header webhook-signature is missing or malformed.")


def _signed(msg_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{msg_id}.{timestamp}.".encode() + body


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    """Return the bytes of a secret, padded or not, or `b""` for one that cannot be used."""
    text = secret.removeprefix("whsec_")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
