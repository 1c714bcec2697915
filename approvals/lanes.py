"""An agent and its lanes (agent × action type × risk) as the outside sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import Organization
from accounts.organizations import all_stopped
from agents.accuracy import error_bound
from agents.keeping import days, lane_of
from agents.lane import Lane, opened
from agents.models import Agent, LaneRow
from agents.promotion import blockers
from agents.standing import Standing
from agents.terms import LEVELS, ActionType, AgentTerms
from agents.trust import SUPERVISED, TARGETS, Trust, trust_of
from approvals.policies import policy_of
from core import tx


def agent_json(agent: Agent, *, terms: AgentTerms | None = None) -> dict[str, Any]:
    """Return the data of `GET /api/v1/agent`, in the scope that is open; by `terms`, or those in force."""
    org = Organization.objects.get(pk=agent.org_id)
    terms = terms or policy_of(org.pk, org.config_version).agent(agent.slug)
    return {
        "agent": agent.slug,
        "name": agent.name,
        "paused": bool(agent.paused_at or org.paused_at or org.stopped_at) or all_stopped(),
        "lanes": lanes_json(agent, terms) if terms else [],
    }


def lanes_json(agent: Agent, terms: AgentTerms) -> list[dict[str, Any]]:
    """Return one lane for each type the agent was given, at the type's own risk, and each other that was opened."""
    now, rows = tx.now(), LaneRow.objects.filter(agent_id=agent.pk).order_by("type", "risk", "floor")
    of_type: dict[str, list[LaneRow]] = {}
    for row in rows:
        of_type.setdefault(row.type, []).append(row)
    found = []
    for kind in terms.actions:
        mine = [one for one in of_type.get(kind.type, []) if one.floor in (0.0, *kind.trust.selective)]
        if not any(row.risk == kind.risk and row.floor == 0 for row in mine):
            found.append(lane_json(kind, terms, None, now))
        found += [lane_json(kind, terms, row, now) for row in _own_risk_first(mine, kind)]
    return found


def _own_risk_first(rows: Iterable[LaneRow], kind: ActionType) -> list[LaneRow]:
    return sorted(rows, key=lambda row: (row.risk != kind.risk, row.risk, row.floor))


def lane_json(kind: ActionType, terms: AgentTerms, row: LaneRow | None, now: datetime) -> dict[str, Any]:
    """Return one lane, which may not be opened yet; `accuracy_bound` is null while nothing was reviewed.

    The bound is of the attempt at the next level, or of the level it is at where there is none above. A lane of those
    actions alone whose confidence is high enough says so: `"confidence": 0.9`.
    """
    trust = trust_of(kind, kind.risk if row is None else row.risk)  # type: ignore[arg-type]  # rows have one of RISKS
    lane = opened(trust, now=days(now)) if row is None else lane_of(row)[0]
    target = lane.earned if lane.earned >= max(trust.ceiling, 1) else min(lane.earned + 1, TARGETS[-1])
    cells, required = lane.attempt(target).cells, 1.0 - trust.at(target).tolerance
    reviewed = sum(cells.values())
    bound = 1.0 - error_bound(cells, lane.attempt(target).alpha) if reviewed else None
    return {
        "action": kind.type,
        "risk": kind.risk if row is None else row.risk,
        "level": LEVELS[level_of(row, trust, now)],
        "ceiling": LEVELS[trust.ceiling],
        "tightened": lane.tightened is not None,
        "accuracy_bound": None if bound is None else round(bound, 6),
        "required": round(required, 6),
        "blockers": _blockers(lane, trust, now),
        "reviewed": reviewed,
        "limits": limits_json(kind, terms),
    } | ({"confidence": row.floor} if row is not None and row.floor else {})


def level_of(row: LaneRow | None, trust: Trust, now: datetime) -> int:
    """Return the level in force, as a post would be treated at this moment."""
    if row is None:
        return SUPERVISED
    stands = Standing(row.floor, row.level, row.tightened, row.frozen, row.version, row.agent_version, row.due_at)
    return stands.level_at(now, trust)


def _blockers(lane: Lane, trust: Trust, now: datetime) -> list[str]:
    """Return what stands between a lane and its next level, in words; days as they are left now."""
    waited = replace(lane, now=max(lane.now, days(now)))
    return list(blockers(waited, trust)) or (["a person has to agree"] if lane.proposed else [])


def ceiling_of(kind: ActionType) -> str:
    """Return the highest level the lane of a type may ever reach, at the type's own risk."""
    return LEVELS[trust_of(kind, kind.risk).ceiling]


def limits_json(kind: ActionType, terms: AgentTerms) -> list[dict[str, Any]]:
    """Return the lane's limits, `{"name": "per_hour", "limit": "50"}`."""
    found = {
        "per_minute": terms.limits.per_minute,
        "pending": terms.limits.pending,
        "per_hour": kind.limits.per_hour,
        "max_amount": kind.limits.max_amount,
        "amount_per_day": kind.limits.amount_per_day,
    }
    return [{"name": name, "limit": str(limit)} for name, limit in found.items() if limit is not None]
