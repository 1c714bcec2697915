"""A configuration is applied: each lane whose terms it changes goes on under the new ones, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import Organization
from agents.keeping import Given, append
from agents.ledger import NewTerms
from agents.models import Agent, LaneRow
from agents.terms import AgentTerms, Risk
from agents.trust import trust_as_json, trust_of
from approvals.configuration.compile import compile_policy
from approvals.ratchet import telling
from approvals.ratchet.telling import Around
from core import tx


@tx.inside_use_case
def bring_terms(document: Mapping[str, Any], root: Organization, *, author: str, at: datetime) -> int:
    """Bring every lane to the terms that the document has for it; return how many changed.

    The lanes of an agent or a type that is gone stay as they are: people are asked about an unknown type anyway. The
    organization and its agents are locked.
    """
    rows = list(LaneRow.objects.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if not rows:
        return 0
    policy = compile_policy(document)
    agents = Agent.objects.in_bulk({row.agent_id for row in rows})
    changed = 0
    for row in rows:
        agent = agents[row.agent_id]
        kind = (policy.agent(agent.slug) or AgentTerms(agent.slug, agent.name)).type_named(row.type)
        risk: Risk = row.risk  # type: ignore[assignment]  # rows have one of RISKS
        trust = trust_of(kind, risk)
        if not kind.known or row.terms == trust_as_json(trust):
            continue
        kept = append(row, [Given(NewTerms(trust))], now=at, by=author)
        telling.tell_around(kept, Around(agent, root, policy, at))
        changed += 1
    return changed
