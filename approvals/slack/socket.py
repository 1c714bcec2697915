"""Socket Mode: Slack reaches us over a connection that we open, so no public address is needed.

One connection in each worker; Slack gives each envelope to one of them. slack_sdk's client keeps it, reconnects when
Slack asks, and is acknowledged only after the durable write.
"""

from __future__ import annotations

import threading
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from approvals.slack import incoming
from approvals.slack.command import answer
from approvals.slack.handling import interact, take
from approvals.slack.incoming import BadPayload

AGAIN = 5.0  # seconds between two tries to connect
log = structlog.get_logger(__name__)


def run(stop: threading.Event) -> None:
    """Keep a connection to Slack until `stop` is set."""
    web = WebClient(token=settings.SLACK_BOT_TOKEN, base_url=settings.SLACK_API_URL)
    client = SocketModeClient(app_token=settings.SLACK_APP_TOKEN, web_client=web, concurrency=4)
    client.socket_mode_request_listeners.append(_heard)
    try:
        while not stop.is_set():
            if _connected(client):
                stop.wait()
            stop.wait(AGAIN)
    finally:
        client.close()


def _connected(client: SocketModeClient) -> bool:
    try:
        client.connect()
    except (SlackApiError, SlackClientError, OSError) as problem:
        log.warning("slack_socket_away", error=str(problem))
        return False
    return True


def _heard(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
    """Do what one envelope says, and acknowledge it; what is junk is acknowledged too, or it comes for ever."""
    close_old_connections()
    said: dict[str, Any] = {}
    try:
        said = heard(request.type, request.payload)
    except BadPayload as wrong:
        log.warning("slack_sent_junk", why=str(wrong))
    except Exception:
        log.exception("slack_envelope_failed", envelope=request.type)
        return  # not acknowledged: Slack sends it again
    finally:
        close_old_connections()
    client.send_socket_mode_response(SocketModeResponse(request.envelope_id, said or None))


def heard(kind: str, payload: Any) -> dict[str, Any]:
    """Return the answer to one envelope. Raises BadPayload."""
    if not isinstance(payload, dict):
        raise BadPayload("not an object")
    if kind == "interactive":
        return interact(incoming.interaction_of(payload))
    if kind == "slash_commands":
        return {"response_type": "ephemeral", "text": answer(incoming.command_of(payload))}
    if kind == "events_api":
        take(incoming.event_of(payload))
    return {}
