"""What rules and routes that are only watched would have done: told in history, and without any effect.

`as_json` is {"rules": ["never at night"], "route": "night shift", "unsure": []}: the rules that hit, the route the
action would have taken instead of its own (null if none), and whatever could not be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.conditions import Facts, Truth, examine
from agents.policy import Verdict
from approvals.routing import choose, strictest
from approvals.terms import Policy

WATCHED = "monitor"


@dataclass(frozen=True, slots=True)
class Shadow:
    """The names of rules and routes that are only watched."""

    rules: tuple[str, ...] = ()
    route: str | None = None
    unsure: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as history and the action keep it."""
        return {"rules": list(self.rules), "route": self.route, "unsure": list(self.unsure)}


def watch(policy: Policy, facts: Facts, verdict: Verdict) -> Shadow:
    """Return what the rules and routes of `policy` that are watched would have done with an action."""
    rules = {one.name: examine(one.when, facts).truth for one in policy.rules if one.mode == WATCHED}
    routes = {one.name: examine(one.when, facts).truth for one in policy.routes if one.mode == WATCHED}
    judged = [*rules.items(), *(routes.items() if verdict.effect == "ask" else ())]
    return Shadow(
        rules=tuple(name for name, truth in rules.items() if truth is Truth.TRUE),
        route=_route(policy, facts, verdict),
        unsure=tuple(name for name, truth in judged if truth is Truth.INDETERMINATE),
    )


def _route(policy: Policy, facts: Facts, verdict: Verdict) -> str | None:
    """Return the watched route that the action would have taken if it had been active."""
    watched = {route.name for route in policy.routes if route.mode == WATCHED}
    if verdict.effect != "ask" or not watched:
        return None
    chosen = choose(policy.routes, facts, modes=("active", WATCHED))
    if verdict.strict:
        chosen = strictest(policy.routes, chosen)
    return chosen.route.name if chosen.route.name in watched else None


def sentence(told: Mapping[str, Any] | None) -> str:
    """Return what is watched in one sentence, "" if nothing of it would have done anything; `told` is `as_json`.

    "Only watched: rule “never at night” would have hit, and route “night shift” would have been taken."
    """
    if not told:
        return ""
    parts = [f"rule “{name}” would have hit" for name in told["rules"]]
    if told["route"]:
        parts.append(f"route “{told['route']}” would have been taken")
    parts += [f"“{name}” could not be told" for name in told["unsure"]]
    if not parts:
        return ""
    return f"Only watched: {', '.join(parts[:-1]) + ', and ' if len(parts) > 1 else ''}{parts[-1]}."
