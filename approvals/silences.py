"""What was to be looked at and was not: kept at the end of such actions, in one statement however many there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from core import ids, tx

_KEEP = """
insert into agents_label (id, org_id, lane_id, action, once, source, loss, weight, catch, severe, answered, reviewer,
        agent_version, note, said_at, due_at, dropped)
    select s.id, l.org_id, l.id, s.action, s.once, 'silence', 1, s.weight, 0, false, false, '', s.agent_version, '',
        s.said_at, s.due_at, false
    from jsonb_to_recordset(%s::jsonb) as s (id uuid, action uuid, once text, agent uuid, type text, risk text,
        floor double precision, weight double precision, agent_version text, said_at timestamptz, due_at timestamptz)
    join agents_lane l on l.org_id = %s and l.agent_id = s.agent and l.type = s.type and l.risk = s.risk
        and l.floor = s.floor
    on conflict (org_id, lane_id, once) do nothing
"""


@dataclass(frozen=True, slots=True)
class Silence:
    """One action that nobody judged; it counts against promotions of its lane from `due_at` on."""

    action: UUID
    once: str
    agent: UUID
    type: str
    risk: str
    floor: float
    weight: float
    agent_version: str
    said_at: datetime
    due_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return it as the statement takes it."""
        return {
            "id": str(ids.new()),
            "action": str(self.action),
            "once": self.once,
            "agent": str(self.agent),
            "type": self.type,
            "risk": self.risk,
            "floor": self.floor,
            "weight": self.weight,
            "agent_version": self.agent_version,
            "said_at": self.said_at.isoformat(),
            "due_at": self.due_at.isoformat(),
        }


@tx.inside_use_case
def keep_silences(silences: Sequence[Silence]) -> None:
    """Write these; the lanes are there. What was said of an action before stays."""
    if not silences:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [json.dumps([one.as_json() for one in silences]), tx.current().org])
