"""The pieces of Block Kit we use, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from approvals.slack.words import BUTTON, FIELD, HEADER, SECTION, cut, mrkdwn, plain_text

Block = dict[str, Any]


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain_text(text, HEADER)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """Return a paragraph of mrkdwn, ours or escaped."""
    made: Block = {"type": "section", "text": mrkdwn(text, SECTION)}
    return made | {"accessory": accessory} if accessory else made


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Return up to ten facts, each under its name."""
    return {"type": "section", "fields": [mrkdwn(f"*{name}*\n{text}", FIELD) for name, text in pairs[:10]]}


def context(*parts: str) -> Block:
    """Return a small grey line."""
    return {"type": "context", "elements": [mrkdwn("  ·  ".join(part for part in parts if part), FIELD)]}


def divider() -> Block:
    """Return a line."""
    return {"type": "divider"}


def actions(block_id: str, buttons: Sequence[Block]) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "block_id": block_id[:255], "elements": list(buttons)}


def button(text: str, action_id: str, value: str, *, style: str = "", url: str = "", label: str = "") -> Block:
    """Return a button; `label` is what a screen reader says instead of its text."""
    made: Block = {"type": "button", "text": plain_text(text, BUTTON), "action_id": action_id, "value": value}
    if style:
        made["style"] = style
    if url:
        made["url"] = url
    if label:
        made["accessibility_label"] = cut(label, BUTTON)
    return made
