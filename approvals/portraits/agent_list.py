"""All agents, a row each: how far each is trusted, whether it has earned it, and which of them is in trouble."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from accounts.organizations import all_stopped
from accounts.viewer import Viewer
from agents.models import Agent, LaneRow
from agents.terms import LEVELS
from approvals.faces.glyphs import glyph_of
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.times import clock, day
from approvals.faces.trust import AgentRow, AgentsFace, MixFace
from approvals.portraits.rows import midnight
from approvals.portraits.trust_figures import range_face
from approvals.portraits.trust_lane import Stand
from approvals.portraits.trust_page import most_reviewed, stands_among
from approvals.portraits.trust_read import WAITING, asked_of, changed_of, levels_of, query
from approvals.terms import Policy

MIX_WIDTH, MIX_GAP = 96.0, 1.0
SPARK_WIDTH, SPARK_TOP, SPARK_BOTTOM, SPARK_EDGE = 72.0, 3.0, 17.0, 2.0
MOST_NOTES = 5


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read of all agents at once."""

    lanes: Mapping[uuid.UUID, Sequence[LaneRow]]
    waiting: Mapping[uuid.UUID, int]
    levels: Mapping[uuid.UUID, Mapping[str, tuple[int, int]]]
    asked: Mapping[uuid.UUID, Sequence[int]]
    changed: Mapping[uuid.UUID, tuple[datetime, int, int]]


def agent_list(org: Organization, policy: Policy, viewer: Viewer, now: datetime) -> AgentsFace:
    """Return the list, read in the scope that is open by a number of queries that does not grow."""
    agents = list(Agent.objects.filter(archived_at=None).select_related("owner").order_by("name"))
    lanes: dict[uuid.UUID, list[LaneRow]] = {}
    for row in LaneRow.objects.order_by("type", "risk", "floor"):
        lanes.setdefault(row.agent_id, []).append(row)
    seen = _Seen(
        lanes,
        dict(query(WAITING, org=org.pk)),
        levels_of(org.pk),
        asked_of(org.pk, midnight(now, viewer.timezone)),
        changed_of(org.pk),
    )
    by_operator = org.stopped_at is not None or all_stopped()
    stopped = org.paused_reason if org.paused_at is not None else org.stopped_reason
    return AgentsFace(
        agents=tuple(_row(one, policy, seen, viewer, now) for one in agents),
        notes=_notes(agents, seen, viewer, now),
        stopped=(stopped or "No reason was given") if org.paused_at is not None or by_operator else "",
        may_stop=viewer.has("admin", "approver") and org.paused_at is None,
        may_resume=viewer.has("admin") and org.paused_at is not None,
        by_operator=by_operator,
    )


def _row(one: Agent, policy: Policy, seen: _Seen, viewer: Viewer, now: datetime) -> AgentRow:
    stands = stands_among(policy.agent(one.slug), seen.lanes.get(one.pk, ()), now)
    most, levels = most_reviewed(stands), seen.levels.get(one.pk, {})
    total = sum(count for count, _ in levels.values())
    alone = sum(through for _, through in levels.values())
    asked = seen.asked.get(one.pk, ())
    return AgentRow(
        name=one.name,
        slug=one.slug,
        glyph=glyph_of(one.slug),
        owner=f"Owned by {one.owner.name}" if one.owner else "Nobody owns it",
        state=_state(one, stands),
        level=_level(levels, most),
        mix=_mix({level: count for level, (count, _) in levels.items()}, total) if total else None,
        agrees=range_face(most.band, most.required) if most is not None else None,
        alone=f"{alone / total:.0%}" if total else "none yet",
        waiting=seen.waiting.get(one.pk, 0),
        spark=_spark(asked),
        asked=f"{sum(asked):,} in 14 days",
        changed=_changed(one, seen, viewer, now),
    )


def _state(one: Agent, stands: Iterable[Stand]) -> tuple[str, str]:
    lanes = [stand.lane for stand in stands]
    if one.paused_at is not None:
        return ("bad", "Paused" if "@" in one.paused_by else "Paused itself")
    if any(lane.frozen is not None for lane in lanes):
        return ("bad", "Frozen" if all(lane.frozen is not None for lane in lanes) else "Partly frozen")
    if any(lane.tightened is not None for lane in lanes):
        return ("warn", "Watched closely")
    if any(lane.proposed for lane in lanes):
        return ("ink", "Ready to rise")
    return ("ok", "Running")


def _level(levels: Mapping[str, tuple[int, int]], most: Stand | None) -> str:
    """Return the level most of its last requests ran at; without any, that of the lane most looked at."""
    if levels:
        return max(levels, key=lambda level: levels[level][0])
    return LEVELS[most.lane.level(most.trust)] if most is not None else LEVELS[0]


def _mix(counts: Mapping[str, int], total: int) -> MixFace:
    bars, x = [], 0.0
    for number, level in enumerate(LEVELS, start=1):
        if counts.get(level):
            width = counts[level] / total * MIX_WIDTH
            bars.append((f"m{number}", round(x, 1), round(max(width - MIX_GAP, 1.0), 1)))
            x += width
    said = ", ".join(f"{counts.get(level, 0) / total:.0%} {level}" for level in LEVELS)
    return MixFace(tuple(bars), said)


def _spark(counts: Sequence[int]) -> str:
    """Return the path of a small line."""
    if not any(counts):
        return ""
    most, last = max(counts), len(counts) - 1
    steps = [
        f"{SPARK_EDGE + place / last * (SPARK_WIDTH - 2 * SPARK_EDGE):.1f} "
        f"{SPARK_BOTTOM - count / most * (SPARK_BOTTOM - SPARK_TOP):.1f}"
        for place, count in enumerate(counts)
    ]
    return "M" + "L".join(steps)


def _changed(one: Agent, seen: _Seen, viewer: Viewer, now: datetime) -> str:
    found = seen.changed.get(one.pk)
    if one.paused_at is not None and (found is None or one.paused_at > found[0]):
        return f"Paused {_lately(one.paused_at, now, viewer.timezone)}"
    if found is None:
        return f"Added {day(one.created_at, now, viewer.timezone)}"
    at, before, after = found
    return f"{'Raised' if after > before else 'Lowered'} {_lately(at, now, viewer.timezone)}"


def _lately(at: datetime, now: datetime, zone: str) -> str:
    """Return the time of day, or the day where it is another: "11:20", "30 Oct"."""
    return clock(at, now, zone) if at >= midnight(now, zone) else day(at, now, zone)


def _notes(agents: Iterable[Agent], seen: _Seen, viewer: Viewer, now: datetime) -> tuple[NoteFace, ...]:
    """Return who is in trouble: agents that are paused, and lanes that are frozen."""
    found = []
    for one in agents:
        if one.paused_at is not None:
            at = clock(one.paused_at, now, viewer.timezone)
            strong = f"{one.name} {'is paused since' if '@' in one.paused_by else 'paused itself at'} {at}."
            reason = f"{one.paused_reason.strip().rstrip('.')}. " if one.paused_reason.strip() else ""
            found.append(_trouble(strong, f"{reason}What it asks is refused, and nothing of it starts.", one, ""))
        for row in seen.lanes.get(one.pk, ()):
            if row.frozen:
                why = str(row.state.get("frozen") or "").strip().rstrip(".")
                strong = f"{one.name}: {row.type} at {row.risk} risk is frozen."
                rest = "It keeps asking, but nothing goes through alone until somebody looks."
                found.append(_trouble(strong, f"{why}. {rest}" if why else rest, one, f"?lane={row.type}/{row.risk}"))
    return tuple(found[:MOST_NOTES])


def _trouble(strong: str, rest: str, one: Agent, lane: str) -> NoteFace:
    look = NoteAction("Look into it", f"/agents/{one.slug}{lane}")
    return NoteFace(strong, rest, tone="bad", icon="pause", live="", actions=(look,))
