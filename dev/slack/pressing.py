"""What people do in Slack, as Slack tells the app: presses, windows sent off, commands and events, signed."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import urlencode

from core import clock, slack_signature
from dev.slack.server import Server
from dev.slack.workspace import Message, User, Workspace

Signed = tuple[bytes, dict[str, str]]
HOME = "home"  # in place of a message's ts


def signed(workspace: Workspace, body: bytes, *, kind: str, at: int | None = None, secret: str = "") -> Signed:
    """Return a body with the headers that Slack would send with it."""
    stamp = int(clock.now().timestamp()) if at is None else at
    return body, {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": slack_signature.sign(secret or workspace.secret, stamp, body),
    }


def press(server: Server, workspace: Workspace, user: User, message: Message, action_id: str) -> Signed:
    """Return the request of `user` pressing the first button whose action_id begins with `action_id`.

    With the ts HOME the message is their home. Raises LookupError if it has no such button: nobody could press it.
    """
    block, element = _button(message.body["blocks"], action_id)
    where = {
        "response_url": server.response_url(workspace, secrets.token_hex(8)),
        "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
        "channel": {"id": message.channel},
        "message": {"ts": message.ts, "text": message.body["text"], "blocks": message.body["blocks"]},
    }
    if message.ts == HOME:  # a home has no response_url, no channel and no message
        view = {"type": "home", "blocks": message.body["blocks"]}
        where = {"container": {"type": "view", "view_id": HOME}, "view": view}
    return _form(
        workspace,
        _who(workspace, user)
        | where
        | {
            "type": "block_actions",
            "trigger_id": workspace.trigger(),
            "actions": [
                {
                    "type": element["type"],
                    "action_id": element["action_id"],
                    "block_id": block.get("block_id", ""),
                    "value": element.get("value", ""),
                    "action_ts": f"{clock.now().timestamp():.6f}",
                }
            ],
        },
    )


def submit(workspace: Workspace, user: User, view_id: str, values: dict[str, Any]) -> Signed:
    """Return the request of `user` sending off a window; `values` by block_id: a text, or the chosen option's value."""
    view = workspace.views[view_id]
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input" and block["block_id"] in values:
            element = block["element"]
            state[block["block_id"]] = {element["action_id"]: _typed(element, values[block["block_id"]])}
    said = view | {"state": {"values": state}}
    return _form(workspace, _who(workspace, user) | {"type": "view_submission", "view": said})


def command(server: Server, workspace: Workspace, user: User, text: str, *, channel: str = "C0ANY") -> Signed:
    """Return the request of `/countersign text`."""
    told = {
        "command": "/countersign",
        "text": text,
        "team_id": user.team,
        "user_id": user.id,
        "user_name": user.name,
        "channel_id": channel,
        "trigger_id": workspace.trigger(),
        "response_url": server.response_url(workspace, secrets.token_hex(8)),
    }
    return signed(workspace, urlencode(told).encode(), kind="application/x-www-form-urlencoded")


def event(workspace: Workspace, inner: dict[str, Any]) -> Signed:
    """Return an event, such as `{"type": "app_home_opened", "user": "U…", "tab": "home"}`."""
    told = {
        "type": "event_callback",
        "team_id": workspace.team,
        "event_id": f"Ev{secrets.token_hex(5)}",
        "event_time": int(clock.now().timestamp()),
        "event": inner,
    }
    return signed(workspace, json.dumps(told).encode(), kind="application/json")


def _form(workspace: Workspace, payload: dict[str, Any]) -> Signed:
    return signed(
        workspace, urlencode({"payload": json.dumps(payload)}).encode(), kind="application/x-www-form-urlencoded"
    )


def _who(workspace: Workspace, user: User) -> dict[str, Any]:
    return {
        "user": {"id": user.id, "username": user.name, "team_id": user.team},
        "team": {"id": workspace.team, "domain": "acme"},
        "api_app_id": "A0COUNTER",
        "is_enterprise_install": False,
    }


def _button(blocks: list[dict[str, Any]], action_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in blocks:
        elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory", {})]
        for one in elements:
            if str(one.get("action_id", "")).startswith(action_id):
                return block, one
    raise LookupError(f"no button {action_id!r} can be seen")


def _typed(element: dict[str, Any], value: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind in ("static_select", "radio_buttons"):
        option = next((one for one in element["options"] if one["value"] == value), None)
        if option is None:
            raise LookupError(f"{value!r} cannot be chosen")
        return {"type": kind, "selected_option": option}
    return {"type": kind, "value": value}
