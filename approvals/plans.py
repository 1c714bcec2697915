"""The snapshot an action carries of the road it started on: `Action.plan`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from approvals.quorum import Plan, Requirement, Stage
from approvals.routing import Asking
from approvals.terms import Chain, Route, Target


def plan_json(route: Route, chain: Chain, asking: Asking) -> dict[str, Any]:
    """Return {"route", "quorum", "targets", "fallback", "fallback_used", "chain": {…}}, spans in seconds."""
    return {
        "route": route.name,
        "quorum": quorum_of(route).to_json(),
        "targets": [[[need.target.kind, need.target.name] for need in stage] for stage in route.stages],
        "fallback": [route.fallback.kind, route.fallback.name] if route.fallback else None,
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


def quorum_of(route: Route) -> Plan:
    """Return the quorum a route asks for."""
    return Plan(stages=tuple(Stage(tuple(Requirement(need.approvals) for need in stage)) for stage in route.stages))


def targets_of(plan: dict[str, Any], stage: int) -> list[Target]:
    """Return whom the requirements of `stage` (from 1) may be filled by, the fallback apart."""
    return [Target(kind, name) for kind, name in plan["targets"][stage - 1]]


def fallback_of(plan: dict[str, Any]) -> Target | None:
    """Return the plan's fallback target, if it has one."""
    return Target(*plan["fallback"]) if plan["fallback"] else None


def decide_within(plan: dict[str, Any]) -> timedelta:
    """Return how long the chain lets people decide."""
    return timedelta(seconds=plan["chain"]["decide_within"])
