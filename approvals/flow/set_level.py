"""A person sets the level of a lane: agrees to what it earned, overrides it until a moment, or lowers it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.keeping import Given, append, days, hold, hold_or_open, lane_of
from agents.ledger import Entry, Tick
from agents.models import LaneRow
from agents.ratchet import step
from agents.terms import LEVELS, RISKS, ActionType, Level, Risk
from agents.trust import trust_of
from approvals.actors import PersonActor
from approvals.flow import stopping
from approvals.ground import Ground
from approvals.lanes import agent_json
from approvals.ratchet import telling
from approvals.ratchet.drawn import follow
from approvals.ratchet.levels import Rights, Wish, entry_for, force
from core import tx
from core.errors import NotFound


class NoSuchLane(NotFound):
    """The agent has no such lane."""

    code, title = "not_found", "No such lane"


@tx.use_case
def set_level(
    org: int,
    *,
    actor: PersonActor,
    agent: str,
    action: str,
    risk: Risk,
    level: Level,
    reason: str,
    until: datetime | None = None,
    confidence: float = 0.0,
) -> dict[str, Any]:
    """Set the level of an agent's lane and return the agent. Wished again it changes nothing.

    A higher level agrees to the promotion that is proposed, or with `until` overrides it for at most 30 days: admins
    who do not own the agent may. A lower one is at once: for good, or with `until` for a time. Lanes of confident
    actions alone come down with it; `confidence` is the floor of one of them, if that one alone is meant. Raises
    NotFound, NoSuchLane and what approvals.ratchet.levels refuses.
    """
    ground = stopping.hold_agent(agent)
    kind = kind_of_lane(ground, action, risk)
    wish = Wish(LEVELS.index(level), actor.email, reason.strip().rstrip("."), days(until) if until else None)
    rights = stopping.rights_of(actor, ground)
    row = _sure(ground, kind, risk, confidence) if confidence else _main(ground, kind, risk)
    if kind.known:
        follow(row, trust_of(kind, risk), ground)
    _move(row, wish, rights, ground, actor)
    if confidence:
        return agent_json(ground.agent)
    confident = LaneRow.objects.filter(agent_id=ground.agent.pk, type=kind.type, risk=risk, floor__gt=0)
    for other in confident.select_for_update(no_key=True).order_by("pk"):
        lane, trust = lane_of(other)
        if force(lane, trust) > wish.level:
            _move(other, wish, rights, ground, actor)
    return agent_json(ground.agent)


def kind_of_lane(ground: Ground, action: str, risk: Risk) -> ActionType:
    """Return the type of a lane that there is or could be: the type's own risk or higher. Raises NoSuchLane."""
    kind = ground.terms.type_named(action)
    could_be = kind.known and RISKS.index(risk) >= RISKS.index(kind.risk)
    if not could_be and (action, risk) not in ground.lanes:
        raise NoSuchLane(f"{ground.agent.slug} has no lane of {action} at {risk} risk.")
    return kind


@tx.inside_use_case
def _main(ground: Ground, kind: ActionType, risk: Risk) -> LaneRow:
    """Lock the lane of all actions of the type at the risk; a type that the document has dropped keeps its terms."""
    if kind.known:
        return hold_or_open(ground.agent.pk, kind.type, risk, trust_of(kind, risk), now=ground.now)
    row = hold(ground.agent.pk, kind.type, risk)
    if row is None:
        raise NoSuchLane(f"{ground.agent.slug} has no lane of {kind.type} at {risk} risk.")
    return row


@tx.inside_use_case
def _sure(ground: Ground, kind: ActionType, risk: Risk, confidence: float) -> LaneRow:
    """Lock the lane of the actions that are at least so sure."""
    row = hold(ground.agent.pk, kind.type, risk, confidence)
    if row is None or confidence not in kind.trust.selective:
        raise NoSuchLane(
            f"{ground.agent.slug} has no lane of {kind.type} at {risk} risk for confidence from {confidence:g}."
        )
    return row


@tx.inside_use_case
def _move(row: LaneRow, wish: Wish, rights: Rights, ground: Ground, actor: PersonActor) -> None:
    lane, trust = lane_of(row)
    today = step(lane, trust, Entry(max(days(ground.now), lane.now), Tick())).lane
    entry = entry_for(today, trust, wish, rights)
    if entry is not None:
        telling.tell(append(row, [Given(entry)], now=ground.now, by=actor.who), ground)
