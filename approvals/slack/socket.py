"""Socket Mode: Slack reaches us over a connection that we open, so no public address is needed.

One connection for each app token in each worker; Slack gives each envelope to one of them. slack_sdk's client keeps
it, reconnects when Slack asks, and is acknowledged only after the durable write.
"""

from __future__ import annotations

import threading
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from approvals.slack import incoming
from approvals.slack.command import answer
from approvals.slack.handling import interact, take
from approvals.slack.incoming import BadPayload, Told
from delivery.slack import vouching
from delivery.slack.workspaces import with_sockets

AGAIN = 5.0  # seconds between two tries to connect
LOOK = 10.0  # seconds between two looks at which connections there should be
log = structlog.get_logger(__name__)


def run(stop: threading.Event) -> None:
    """Keep a connection for each app token until `stop` is set: the installation's, and those of organizations.

    What is connected or disconnected meanwhile is noticed within LOOK seconds.
    """
    lines: dict[str, tuple[threading.Thread, threading.Event]] = {}
    try:
        while not stop.is_set():
            wanted = _wanted(set(lines))
            for token in [one for one, (thread, _) in lines.items() if one not in wanted or not thread.is_alive()]:
                lines.pop(token)[1].set()
            for token in wanted - lines.keys():
                end = threading.Event()
                thread = threading.Thread(target=_keep, args=(token, end), name="slack-socket", daemon=True)
                lines[token] = (thread, end)
                thread.start()
            stop.wait(LOOK)
    finally:
        connection.close()
        for _, end in lines.values():
            end.set()
        for thread, _ in lines.values():
            thread.join(AGAIN)


def _wanted(before: set[str]) -> set[str]:
    """Return the app tokens to listen by; with the database away those that there were."""
    ours = {settings.SLACK_APP_TOKEN} if settings.SLACK_APP_TOKEN and settings.SLACK_BOT_TOKEN else set()
    try:
        close_old_connections()
        return ours | with_sockets()
    except DatabaseError as problem:
        log.warning("slack_sockets_not_looked_up", error=str(problem).strip())
        connection.close()
        return ours | before


def _keep(app_token: str, end: threading.Event) -> None:
    """Keep one connection until `end` is set."""
    web = WebClient(base_url=settings.SLACK_API_URL)
    client = SocketModeClient(app_token=app_token, web_client=web, concurrency=4)
    client.socket_mode_request_listeners.append(_heard)
    try:
        while not end.is_set():
            if _connected(client):
                end.wait()
            end.wait(AGAIN)
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
        said = heard(request.type, request.payload, app_token=client.app_token)
    except BadPayload as wrong:
        log.warning("slack_sent_junk", why=str(wrong))
    except Exception:
        log.exception("slack_envelope_failed", envelope=request.type)
        return  # not acknowledged: Slack sends it again
    finally:
        close_old_connections()
    client.send_socket_mode_response(SocketModeResponse(request.envelope_id, said or None))


def heard(kind: str, payload: Any, *, app_token: str) -> dict[str, Any]:
    """Return the answer to one envelope, done in the name of the app it came by. Raises BadPayload."""
    if not isinstance(payload, dict):
        raise BadPayload("not an object")
    if kind == "interactive":
        return interact(_vouched(incoming.interaction_of(payload), app_token))
    if kind == "slash_commands":
        typed = _vouched(incoming.command_of(payload), app_token)
        return {"response_type": "ephemeral", "text": answer(typed)}
    if kind == "events_api":
        take(_vouched(incoming.event_of(payload), app_token))
    return {}


def _vouched(told: Told, app_token: str) -> Told:
    return incoming.vouched(told, vouching.by_socket(app_token, incoming.workspace_of(told)))
