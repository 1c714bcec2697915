"""An agent and its lanes (agent × action type × risk) as the outside sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from accounts.models import Organization
from agents.models import Agent
from agents.terms import ActionType, AgentTerms
from approvals.models import Action
from approvals.policies import policy_of

CEILINGS = {"low": "autonomous", "medium": "autonomous", "high": "monitored", "critical": "assisted"}
NOT_MEASURED = "Trust is not measured in this version: every action of this kind is decided by people."


def agent_json(agent: Agent) -> dict[str, Any]:
    """Return the data of `GET /api/v1/agent`, in the scope that is open."""
    org = Organization.objects.get(pk=agent.org_id)
    terms = policy_of(org.pk, org.config_version).agent(agent.slug)
    return {
        "agent": agent.slug,
        "name": agent.name,
        "paused": agent.paused_at is not None or org.paused_at is not None,
        "lanes": lanes_json(agent, terms) if terms else [],
    }


def lanes_json(agent: Agent, terms: AgentTerms) -> list[dict[str, Any]]:
    """Return one lane for each type the agent was given, at the type's own risk."""
    counted = (
        Action.objects.filter(agent_id=agent.pk, decision__by="people").values("type", "risk").annotate(n=Count("id"))
    )
    reviewed = {(row["type"], row["risk"]): row["n"] for row in counted}
    return [lane_json(kind, terms, reviewed.get((kind.type, kind.risk), 0)) for kind in terms.actions]


def lane_json(kind: ActionType, terms: AgentTerms, reviewed: int) -> dict[str, Any]:
    """Return one lane; `accuracy_bound` and `required` are null while nothing is measured."""
    return {
        "action": kind.type,
        "risk": kind.risk,
        "level": "supervised",
        "ceiling": ceiling_of(kind),
        "tightened": False,
        "accuracy_bound": None,
        "required": None,
        "blockers": [NOT_MEASURED],
        "reviewed": reviewed,
        "limits": limits_json(kind, terms),
    }


def ceiling_of(kind: ActionType) -> str:
    """Return the highest level the lane may ever reach: the document's, else that of its risk."""
    if kind.ceiling is not None:
        return kind.ceiling
    return CEILINGS[kind.risk] if kind.reversible else "assisted"


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
