"""How people wish to be told, from the plain document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from approvals.configuration.values import span_of
from delivery.preferences import URGENCIES, Preferences, Quiet, Way


def wish_of(row: Mapping[str, Any], zone: str) -> Preferences:
    """Return a person's preferences; `zone` is theirs, else the organization's."""
    notify, quiet = row.get("notify", {}), row.get("quiet")
    return Preferences(
        ways={urgency: tuple(_way(one) for one in notify[urgency]) for urgency in URGENCIES if urgency in notify},
        quiet=Quiet(time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["to"])) if quiet else None,
        zone=zone,
    )


def _way(one: Any) -> Way:
    if isinstance(one, str):
        return Way(one)  # type: ignore[arg-type]  # the reader takes nothing else
    return Way(one["channel"], span_of(one["after"]) if "after" in one else timedelta(0))
