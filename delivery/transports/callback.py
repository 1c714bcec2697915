"""Callbacks to agents: a signed POST (Standard Webhooks 1.0), told again until it is received."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts import signing
from core import ids, net, webhooks
from core.destination import UnsafeUrl, read_url
from delivery import schedule
from delivery.transports.base import Abilities, Letter, Result

GONE = 410
AGENT = "countersign-callback/1"


class Callback:
    """Posts the payload as it stands to the letter's address; `webhook-id` is the parcel's own over all tries."""

    channel = "callback"
    abilities = Abilities(threads=32, abreast=2, lasts=timedelta(hours=72), signs=True)

    def __init__(self, *, total_timeout: float = 10.0) -> None:
        self._total_timeout = total_timeout

    def endpoint(self, address: str) -> str:
        """Return the host and port that `address` leads to; what cannot be read is an endpoint of its own."""
        try:
            place = read_url(address)
        except UnsafeUrl:
            return "unreadable"
        return f"{place.host}:{place.port}"

    def send(self, letter: Letter, *, at: datetime) -> Result:
        """Post once. 2xx within the time is received; 410 is never to be tried again."""
        body = letter.payload.encode()
        if letter.agent is None or not letter.secrets:
            return Result(is_ok=False, error="the agent has no live key to sign with: issue one with `manage.py key`")
        msg_id = ids.public("dlv", letter.id)
        timestamp = int(at.timestamp())
        secrets = [signing.unseal(sealed, holder=letter.agent) for sealed in letter.secrets]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": msg_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": webhooks.sign(secrets, msg_id, timestamp, body),
        }
        allow = net.Allow(settings.OUTBOUND_ALLOW)
        try:
            answer = net.post(letter.address, body, headers, allow=allow, total_timeout=self._total_timeout)
        except net.Unreachable as exc:
            return Result(is_ok=False, error=str(exc), timed_out=exc.reason == "timeout")
        if 200 <= answer.status < 300:
            return Result(is_ok=True, status=answer.status)
        return Result(
            is_ok=False,
            status=answer.status,
            error=f"answered {answer.status}",
            is_final=answer.status == GONE,
            retry_after=schedule.retry_after(answer.headers.get("retry-after"), at=at),
        )
