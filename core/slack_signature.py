"""Slack's request signatures (`v0`), checked on bytes.

slack_sdk's verifier throws on `abc` as a timestamp, on a signature that is not ASCII and on a body that
is not UTF-8; this one raises BadSignature for everything that is not right.
"""

from __future__ import annotations

import hmac
import re

from core.webhooks import TOLERANCE, BadSignature

_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def verify(secret: str, timestamp: str | None, signature: str | None, body: bytes, now_ts: float) -> None:
    """Return if Slack signed exactly this within 300 s of `now_ts`. Raises BadSignature, and only that.

    `timestamp` and `signature` are the headers `X-Slack-Request-Timestamp` and `X-Slack-Signature`.
    """
    if not secret:
        raise BadSignature("No Slack signing secret is set.")
    if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("X-Slack-Request-Timestamp is missing or malformed.")
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise BadSignature("X-Slack-Signature is missing or malformed.")
    if abs(now_ts - int(timestamp)) > TOLERANCE:
        raise BadSignature(f"X-Slack-Request-Timestamp is more than {TOLERANCE} s from our clock.")
    expected = "v0=" + hmac.digest(secret.encode(), f"v0:{timestamp}:".encode() + body, "sha256").hex()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise BadSignature("X-Slack-Signature is not right for this timestamp and body.")
    try:
        body.decode()
    except UnicodeDecodeError:
        raise BadSignature("The signed body is not UTF-8.") from None


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the header that Slack would send; for stand-ins of Slack."""
    return "v0=" + hmac.digest(secret.encode(), f"v0:{timestamp}:".encode() + body, "sha256").hex()
