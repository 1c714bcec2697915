"""Approvals that were given and not used: what an agent could still execute when it is stopped."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from approvals.models import Action
from core import ids

MOST = 100  # named in an answer and in history; all are counted


def unused(now: datetime, *, agent: uuid.UUID | None = None, lanes: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return what is approved, not started and not over, `{"count": 3, "actions": ["act_…"]}`, the oldest first.

    Of the whole organization in whose scope it is called, of one agent, or of some of its lanes (type, risk).
    """
    found = Action.objects.filter(status="approved", execution="").exclude(execute_by__lte=now)
    if agent is not None:
        found = found.filter(agent_id=agent)
    of_lanes = Q()
    for kind, risk in lanes:
        of_lanes |= Q(type=kind, risk=risk)
    found = found.filter(of_lanes)
    first = found.order_by("id").values_list("id", flat=True)[:MOST]
    return {"count": found.count(), "actions": [ids.public("act", one) for one in first]}
