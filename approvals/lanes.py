"""What an agent may do, lane by lane (action type × risk), as `GET /api/v1/agent` tells it.

Trust is not measured in this version: every lane is supervised, and says so. What is told about evidence is true:
how many of the lane's actions people decided.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count

from accounts.models import Organization
from agents.models import Agent
from agents.terms import RISKS, ActionType, AgentTerms
from approvals.models import Decision
from approvals.policies import policy_of
from core import tx

NOT_MEASURED = "not available yet: trust is not measured in this version"
REQUIRED = 0.9  # the accuracy that the level after supervised asks for: 1 - its default tolerance


def agent_json(agent: Agent) -> dict[str, Any]:
    """Return the agent of CONTRACT.md 3.2, in the scope that is open."""
    org = Organization.objects.only("config_version", "paused_at").get(pk=tx.current().org)
    terms = policy_of(org.pk, org.config_version).agent(agent.slug) or AgentTerms(slug=agent.slug, name=agent.name)
    reviewed = _reviewed(agent)
    return {
        "agent": agent.slug,
        "name": agent.name,
        "paused": agent.paused_at is not None or org.paused_at is not None,
        "limits": _named({"per_minute": terms.limits.per_minute, "pending": terms.limits.pending}),
        "lanes": [
            lane_json(kind, risk, reviewed[kind.type, risk])
            for kind in terms.actions
            for risk in RISKS[RISKS.index(kind.risk) :]
        ],
    }


def lane_json(kind: ActionType, risk: str, reviewed: int) -> dict[str, Any]:
    """Return one lane; `reviewed` is how many of its actions people decided."""
    limits = kind.limits
    return {
        "action": kind.type,
        "risk": risk,
        "level": "supervised",
        "ceiling": kind.ceiling or "supervised",
        "tightened": False,
        "accuracy_bound": 0.0,
        "required": REQUIRED,
        "blockers": [NOT_MEASURED],
        "reviewed": reviewed,
        "limits": _named(
            {
                "per_hour": limits.per_hour,
                "max_amount": str(limits.max_amount) if limits.max_amount else None,
                "amount_per_day": str(limits.amount_per_day) if limits.amount_per_day else None,
            }
        ),
    }


def _named(limits: dict[str, int | str | None]) -> list[dict[str, int | str]]:
    return [{"name": name, "value": value} for name, value in limits.items() if value is not None]


def _reviewed(agent: Agent) -> Counter[tuple[str, str]]:
    """Count the decisions of people by action type and risk."""
    rows = (
        Decision.objects.filter(action__agent_id=agent.pk, by="people")
        .values_list("action__type", "action__risk")
        .annotate(Count("id"))
    )
    return Counter({(action, risk): count for action, risk, count in rows})
