"""How the lanes of an agent stand at a moment: what a post is judged by, read with the policy in one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.trust import SUPERVISED, Trust

AGENT_LANES = """
    (select coalesce(jsonb_agg(jsonb_build_object('type', l.type, 'risk', l.risk, 'floor', l.floor, 'level', l.level,
        'tightened', l.tightened, 'frozen', l.frozen, 'version', l.version, 'agent_version', l.agent_version,
        'due_at', l.due_at, 'failures', l.failures)), '[]')
        from agents_lane l where l.org_id = a.org_id and l.agent_id = a.id)::text
"""  # a column of a query over agents_agent a; `lanes_of` reads it


@dataclass(frozen=True, slots=True)
class Standing:
    """One lane as a post needs it: see agents.models.LaneRow."""

    floor: float
    level: int
    tightened: bool
    frozen: bool
    version: int
    agent_version: str = ""
    due_at: datetime | None = None
    failures: int = 0

    def level_at(self, now: datetime, trust: Trust) -> int:
        """Return the level in force; supervised while time has something to change that is not written yet."""
        late = self.due_at is not None and self.due_at <= now
        return SUPERVISED if late else min(self.level, trust.ceiling)


Lanes = Mapping[tuple[str, str], tuple[Standing, ...]]  # by type and risk; the lowest confidence floor first


def lanes_of(rows: Iterable[Mapping[str, Any]]) -> Lanes:
    """Return the lanes that AGENT_LANES read, as JSON."""
    found: dict[tuple[str, str], list[Standing]] = {}
    for row in rows:
        due = row["due_at"]
        found.setdefault((row["type"], row["risk"]), []).append(
            Standing(
                row["floor"],
                row["level"],
                row["tightened"],
                row["frozen"],
                row["version"],
                row["agent_version"],
                datetime.fromisoformat(due) if due else None,
                row["failures"],
            )
        )
    return {lane: tuple(sorted(stands, key=lambda one: one.floor)) for lane, stands in found.items()}


def versions_json(lanes: Lanes, kind: str, risk: str) -> dict[str, int]:
    """Return what a post was judged by, for the statement that writes it to compare: `{"0": 3, "0.9": 5}`."""
    return {f"{one.floor:g}": one.version for one in lanes.get((kind, risk), ())}


def standing(
    lanes: Lanes, kind: str, risk: str, confidence: float | None, floors: Collection[float] = ()
) -> Standing | None:
    """Return the lane that an action belongs to: of those whose floor it reaches the one that stands highest.

    `floors` are those that the type's terms name; a lane whose floor they name no longer has no say. One that is frozen
    stops the others. None if no lane has been opened: it is supervised.
    """
    sure = confidence or 0.0
    reached = [
        one
        for one in lanes.get((kind, risk), ())
        if one.floor == 0 or (one.floor in floors and sure >= one.floor) or one.frozen
    ]
    return max(reached, key=lambda one: (one.frozen, one.level, not one.tightened, -one.floor), default=None)


def smallest_chances(
    lanes: Lanes, kind: str, risk: str, confidence: float | None, trust: Trust, now: datetime
) -> dict[float, float]:
    """Return, for the lane of each floor that an action reaches, the smallest chance any of its actions has now.

    Actions of one lane are treated by the lane that stands highest for them, so the smallest chance is that over all
    confidences from the floor on. It is what makes the labels of a lane weigh alike, however often each was drawn.
    """
    floors = sorted({0.0, *trust.selective})
    chances = {one: _smallest(standing(lanes, kind, risk, one, trust.selective), trust, now) for one in floors}
    return {
        floor: min(chance for other, chance in chances.items() if other >= floor)
        for floor in floors
        if floor <= (confidence or 0.0)
    }


def _smallest(stands: Standing | None, trust: Trust, now: datetime) -> float:
    level = SUPERVISED if stands is None else stands.level_at(now, trust)
    return 1.0 if stands is None or level == SUPERVISED or stands.tightened else trust.at(level).smallest
