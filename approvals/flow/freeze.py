"""Lanes are frozen: everything in them waits for people, however much they earned. Evidence still counts."""

from __future__ import annotations

from typing import Any

from agents.keeping import Given, append, hold_or_open
from agents.ledger import Freeze, Unfreeze
from agents.models import LaneRow
from agents.terms import RISKS, Risk
from agents.trust import trust_of
from approvals.actors import PersonActor
from approvals.flow import stopping
from approvals.flow.set_level import kind_of_lane
from approvals.ground import Ground
from approvals.lanes import agent_json
from approvals.ratchet import telling
from approvals.unused import unused
from audit.record import record
from core import tx
from core.errors import Forbidden


class CannotFreeze(Forbidden):
    """Only admins, approvers and the agent's owner freeze its lanes."""

    code, title = "cannot_freeze", "You cannot freeze this"


class CannotUnfreeze(Forbidden):
    """Letting a frozen lane go on takes an admin who does not own the agent."""

    code, title = "cannot_unfreeze", "You cannot let this go on"


@tx.use_case
def freeze(
    org: int, *, actor: PersonActor, agent: str, reason: str, action: str | None = None, risk: Risk | None = None
) -> dict[str, Any]:
    """Freeze one lane of an agent, or all there are and could be; repeating it changes nothing.

    From the commit on people decide whatever it posts there, and nothing that trust approved there starts. Returns the
    agent, with the approvals not used yet: `{"unused": {"count", "actions"}}`. Raises NotFound, NoSuchLane,
    CannotFreeze.
    """
    ground = stopping.hold_agent(agent)
    if not stopping.rights_of(actor, ground).may_lower:
        raise CannotFreeze("Ask an admin, an approver or the agent's owner to freeze it.")
    rows = _lanes(ground, action, risk)
    why = reason.strip().rstrip(".") or f"by {actor.email}"
    fresh = [row for row in rows if not row.frozen]
    for row in fresh:
        telling.tell(append(row, [Given(Freeze(why))], now=ground.now, by=actor.who), ground)
    holds = unused(ground.now, agent=ground.agent.pk, lanes={(row.type, row.risk) for row in rows})
    if fresh:
        _note(ground, actor, "agent.lanes_frozen", fresh, reason=reason, unused=holds)
    return agent_json(ground.agent) | {"unused": holds}


@tx.use_case
def unfreeze(
    org: int, *, actor: PersonActor, agent: str, reason: str, action: str | None = None, risk: Risk | None = None
) -> dict[str, Any]:
    """Let one frozen lane of an agent, or all of them, go on at the level it earned. Returns the agent.

    Raises NotFound, NoSuchLane, CannotUnfreeze.
    """
    ground = stopping.hold_agent(agent)
    if not stopping.rights_of(actor, ground).may_raise:
        raise CannotUnfreeze("Only an admin who does not own the agent can let a frozen lane go on.")
    if action is not None and risk is not None:
        kind_of_lane(ground, action, risk)
    rows = [row for row in _held(ground, action, risk) if row.frozen]
    for row in rows:
        telling.tell(append(row, [Given(Unfreeze(actor.email))], now=ground.now, by=actor.who), ground)
    if rows:
        _note(ground, actor, "agent.lanes_unfrozen", rows, reason=reason)
    return agent_json(ground.agent)


def _lanes(ground: Ground, action: str | None, risk: Risk | None) -> list[LaneRow]:
    """Lock one lane with those of its confident actions alone, or all; a lane that could be is opened, to be frozen."""
    if action is not None and risk is not None:
        kind = kind_of_lane(ground, action, risk)
        wanted = [(kind, risk)] if kind.known else []
    else:
        wanted = [(kind, one) for kind in ground.terms.actions for one in RISKS[RISKS.index(kind.risk) :]]
    for kind, one in wanted:
        if not any(stands.floor == 0 for stands in ground.lanes.get((kind.type, one), ())):
            hold_or_open(ground.agent.pk, kind.type, one, trust_of(kind, one), now=ground.now)
    return _held(ground, action, risk)


def _held(ground: Ground, action: str | None, risk: Risk | None) -> list[LaneRow]:
    rows = LaneRow.objects.select_for_update(no_key=True).filter(agent_id=ground.agent.pk)
    if action is not None and risk is not None:
        rows = rows.filter(type=action, risk=risk)
    return list(rows.order_by("pk"))


def _note(ground: Ground, actor: PersonActor, kind: str, rows: list[LaneRow], **facts: Any) -> None:
    slug = ground.agent.slug
    lanes = list(dict.fromkeys(f"{row.type} at {row.risk} risk" for row in rows))
    facts = {"agent": slug, "lanes": lanes, **facts}
    record(kind, actor=actor.who, subject=f"agent:{slug}", facts=facts, at=ground.now)
