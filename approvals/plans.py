"""The snapshot an action carries of the road it started on: `Action.plan`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from approvals.quorum import Plan
from approvals.routing import Asking
from approvals.terms import Chain, Route


def plan_json(route: Route, chain: Chain, asking: Asking) -> dict[str, Any]:
    """Return {"stages", "fallback"} of the quorum, and {"route", "fallback_used", "chain": {…}}, spans in seconds."""
    return {
        **Plan.of(route).to_json(),
        "route": route.name,
        "fallback_used": asking.used_fallback,
        "chain": {
            "slug": chain.slug,
            "decide_within": chain.decide_within.total_seconds(),
            "execute_within": chain.execute_within.total_seconds() if chain.execute_within else None,
            "clock": chain.clock,
            "finally": chain.finally_,
            "steps": [],
        },
    }


def decide_within(plan: dict[str, Any]) -> timedelta:
    """Return how long the chain lets people decide."""
    return timedelta(seconds=plan["chain"]["decide_within"])
