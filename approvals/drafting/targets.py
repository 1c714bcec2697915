"""Whom something asks, as one word of a form: "team:finance", "schedule:duty:next", "manager_of:asked"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS = ("person", "team", "role", "schedule", "manager_of")


def code_of(row: Mapping[str, Any] | None) -> str:
    """Return a target of the plain document as a word; "" for none."""
    if not row:
        return ""
    kind = next((one for one in KINDS if one in row), "")
    word = f"{kind}:{row.get(kind, '')}"
    return f"{word}:{row.get('who', 'on_call')}" if kind == "schedule" else word


def target_of(code: str) -> dict[str, str] | None:
    """Return the target of a word, for the plain document; None for nobody, or for what is no such word."""
    kind, _, name = code.partition(":")
    if kind not in KINDS or not name:
        return None
    if kind != "schedule":
        return {kind: name}
    slug, _, who = name.partition(":")
    return {"schedule": slug, "who": "next"} if who == "next" else {"schedule": slug}
