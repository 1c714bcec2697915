"""One agent beside its trust: its limits and keys, where it is told, how its last requests ended."""

from __future__ import annotations

from datetime import datetime

from accounts.viewer import Viewer
from agents.calibration import FEW, percent
from agents.models import Agent
from agents.terms import ActionType, AgentTerms
from approvals.faces.action import SimilarFace
from approvals.faces.decide import spoken_amount
from approvals.faces.glyphs import glyph_of
from approvals.faces.pages import AgentPageFace, KeyRow, LaneRow
from approvals.history import History, history_of
from approvals.lanes import lanes_json
from approvals.models import Action, Decision
from approvals.portraits.rail import remark
from approvals.portraits.rows import outcome_of
from approvals.portraits.trust_page import rights_of
from approvals.portraits.trust_read import WAITING, query
from core import ids

MOST_RECENT = 8


def agent_about(
    found: Agent, terms: AgentTerms | None, viewer: Viewer, now: datetime, keys: tuple[KeyRow, ...]
) -> AgentPageFace:
    """Return the page, read in the scope that is open."""
    rights = rights_of(found, terms, viewer)
    return AgentPageFace(
        name=found.name,
        slug=found.slug,
        glyph=glyph_of(found.slug),
        owner=found.owner.name if found.owner else "",
        callback_url=found.callback_url,
        paused_at=found.paused_at,
        paused_by=found.paused_by,
        paused_reason=found.paused_reason,
        may_pause=rights.is_admin if found.paused_at else rights.may_lower,
        lanes=_lanes(found, terms) if terms else (),
        keys=keys,
        waiting=dict(query(WAITING, org=viewer.org)).get(found.pk, 0),
        recent=_recent(found, viewer, now),
    )


def _recent(found: Agent, viewer: Viewer, now: datetime) -> tuple[SimilarFace, ...]:
    """Return the agent's last actions that have ended, newest first."""
    ended = Action.objects.filter(agent_id=found.pk).exclude(status="pending").select_related("decision")
    faces = []
    for one in ended.order_by("-id")[:MOST_RECENT]:
        decision: Decision | None = getattr(one, "decision", None)
        outcome = outcome_of(one.status, edited=decision is not None and decision.edited)
        faces.append(SimilarFace(outcome, one.title, f"/actions/{ids.public('act', one.pk)}", remark(one, now, viewer)))
    return tuple(faces)


def _lanes(found: Agent, terms: AgentTerms) -> tuple[LaneRow, ...]:
    return tuple(
        LaneRow(
            type=lane["action"],
            risk=lane["risk"],
            level=lane["level"],
            ceiling=lane["ceiling"],
            reviewed=lane["reviewed"],
            agreed=_agreed(history_of(found.org_id, found.pk, lane["action"])),
            limits=_limits(terms.type_named(lane["action"])),
        )
        for lane in lanes_json(found, terms)
    )


def _limits(kind: ActionType) -> str:
    """Return the limits of one lane in words: "12 an hour, €2,000.00 each, €5,000.00 a day"."""
    most, said = kind.limits, []
    if most.per_hour is not None:
        said.append(f"{most.per_hour:,} an hour")
    if most.max_amount is not None:
        said.append(f"{spoken_amount(f'{most.max_amount.value:f}', most.max_amount.currency)} each")
    if most.amount_per_day is not None:
        said.append(f"{spoken_amount(f'{most.amount_per_day.value:f}', most.amount_per_day.currency)} a day")
    return ", ".join(said)


def _agreed(past: History) -> str:
    """Return how often people approved as proposed, of the lane's last decisions by people."""
    decided = past.habits.flat
    if len(decided) < FEW:
        return f"Too early to say, {len(decided)} of {FEW}"
    right = sum(one.decision == "approved" for one, _ in decided)
    return f"{percent(right / len(decided))} ({right:,} of {len(decided):,})"
