"""What past actions were posted with, to be judged again."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from agents.limits import Usage
from approvals.models import Action, Revision


class Posted(TypedDict):
    """What an action was posted with, beyond its row: its first arguments, and the risk it stated, if any."""

    arguments: Any
    risk: str | None


NOTHING: Posted = {"arguments": {}, "risk": None}


class Used:
    """How often agents asked before each of some actions."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._of_agent: dict[object, list[datetime]] = defaultdict(list)
        self._of_type: dict[object, list[datetime]] = defaultdict(list)
        for action in sorted(actions, key=lambda one: one.created_at):
            self._of_agent[action.agent_id].append(action.created_at)
            self._of_type[action.agent_id, action.type].append(action.created_at)

    def at(self, action: Action) -> Usage:
        """Return the usage just before the action."""
        at = action.created_at
        return Usage(
            recent_minute=_since(self._of_agent[action.agent_id], at, timedelta(minutes=1)),
            recent_hour=_since(self._of_type[action.agent_id, action.type], at, timedelta(hours=1)),
        )


def bodies_of(actions: Sequence[Action]) -> dict[object, Posted]:
    """Return what was posted first, by the inside id of the action."""
    rows = Revision.objects.filter(action_id__in=[action.pk for action in actions], number=1)
    return {row.action_id: _body(row) for row in rows}


def _since(moments: list[datetime], at: datetime, span: timedelta) -> int:
    return bisect_left(moments, at) - bisect_left(moments, at - span)


def _body(row: Revision) -> Posted:
    posted = json.loads(bytes(row.body) or b"{}")
    stated = posted.get("risk") if isinstance(posted, dict) else None
    return {"arguments": json.loads(bytes(row.arguments)), "risk": stated}
