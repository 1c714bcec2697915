"""A pasted request tried on every rule and route: which holds, which does not, which cannot be told, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from accounts.organizations import organization
from agents.conditions import Facts, Truth, described, examine
from agents.pointers import MISSING, look_up
from agents.policy import AmountMismatch
from agents.terms import AgentTerms, Condition, Money
from approvals.configuration.export import as_json
from approvals.drafts import Desk
from approvals.faces.routing import TestFace, TriedRow
from approvals.models import Action
from approvals.schemas import supposing
from approvals.schemas.kinds import InvalidFields
from approvals.simulating.simulate import facts_of, simulate
from approvals.simulating.terms import Simulation
from approvals.simulations import court_of
from approvals.terms import Policy
from core import strict_json
from core.errors import BadRequest, DomainError

LONGEST = 20_000
_TRUTHS = {Truth.TRUE: "true", Truth.FALSE: "false", Truth.INDETERMINATE: "unsure"}
_ICON = {"approved": ("ok", "check"), "rejected": ("bad", "cross"), "held": ("warn", "pause")}


def example(desk: Desk) -> str:
    """Return a request to begin with: of the first type of the first agent, from where its last one came."""
    for agent in desk.document.get("agents", ()):
        for kind in agent.get("actions", ()):
            body: dict[str, Any] = {"agent": agent["slug"], "action": kind["type"]}
            last = Action.objects.filter(agent__slug=agent["slug"], type=kind["type"]).order_by("-id")
            for environment, version in last.values_list("environment", "agent_version")[:1]:
                body |= {"environment": environment} if environment else {}
                body |= {"agent_version": version} if version else {}
            pointers = kind.get("amount", {})
            if pointers.get("value", "").count("/") == 1 and pointers.get("currency", "").count("/") == 1:
                body["arguments"] = {pointers["value"][1:]: "1840.00", pointers["currency"][1:]: "EUR"}
            return json.dumps(body, indent=2)
    return "{}"


def tried(desk: Desk, text: str, now: datetime) -> TestFace:
    """Return the pasted request tried on the draft, or on what is in force; in the scope that is open."""
    if desk.faults:
        return TestFace(text, error="Mend the faults of the draft first: a request cannot be tried on it.")
    court = court_of(organization(), as_json(desk.document) if desk.drafted else None)
    try:
        wanted = supposing.simulation(_known(text, court.policy))
        supposed = wanted.supposed
        agent = court.policy.agent(supposed.agent) or AgentTerms(supposed.agent, supposed.agent)
        facts = facts_of(court.policy, agent.type_named(supposed.action), supposed, wanted.at or now)
        found = simulate(court.policy, court.directory, supposed, wanted.at or now, pick=court.pick)
    except InvalidFields as refusal:
        return TestFace(text, error=" ".join(f"{one.pointer}: {one.detail}" for one in refusal.errors[:3]))
    except (BadRequest, AmountMismatch) as refusal:
        return TestFace(text, error=_told(refusal))
    return TestFace(text, tuple(_rows(court.policy, facts)), _result(found), tuple(_details(found)))


def _told(refusal: DomainError) -> str:
    return refusal.detail


def _known(text: str, policy: Policy) -> bytes:
    """Return the members of a pasted request that matter here; what an agent says besides is passed over."""
    read = strict_json.parse(text.encode())
    if not isinstance(read, dict):
        raise BadRequest("Paste one request: a JSON object with agent, action and arguments.")
    kept = {name: value for name, value in read.items() if name in supposing.SIMULATION.fields}
    kept.pop("document", None)
    if "arguments" not in kept and isinstance(read.get("args"), dict):
        kept["arguments"] = read["args"]
    if "agent" not in kept:
        owner = (one.slug for one in policy.agents if any(kind.type == read.get("action") for kind in one.actions))
        kept["agent"] = next(owner, policy.agents[0].slug if policy.agents else "")
    return json.dumps(kept).encode()


def _rows(policy: Policy, facts: Facts) -> Iterator[TriedRow]:
    for rule in policy.rules:
        if rule.mode == "off":
            yield TriedRow("", f"Rule: {rule.name}", "It is off.")
            continue
        truth, why = _examined(rule.when, facts)
        watched = " Only watched." if rule.mode == "monitor" else ""
        yield TriedRow(truth, f"Rule: {rule.name}", why + watched)
    taken = False
    rest: list[int] = []
    for number, route in enumerate(policy.routes, start=1):
        if taken:
            rest.append(number)
        elif route.mode == "off":
            yield TriedRow("", f"{number}. {route.name}", "It is off.")
        else:
            truth, why = _examined(route.when, facts)
            is_watched = route.mode == "monitor"
            taken = truth == "true" and not is_watched
            yield TriedRow(truth, f"{number}. {route.name}", f"{why} Only watched." if is_watched else why)
    if rest:
        which = f"{rest[0]}" if len(rest) == 1 else f"{rest[0]} to {rest[-1]}"
        yield TriedRow("", f"{which} not looked at", "")


def _examined(when: tuple[Condition, ...], facts: Facts) -> tuple[str, str]:
    finding = examine(when, facts)
    if finding.truth is Truth.INDETERMINATE:
        return "unsure", f"{finding.doubts[0]}."
    if finding.truth is Truth.FALSE:
        wrong = next(one for one in when if examine((one,), facts).truth is Truth.FALSE)
        return "false", _is(wrong, facts)
    return "true", ", ".join(_holds(one, facts) for one in when[:4]) or "It takes everything else."


def _is(condition: Condition, facts: Facts) -> str:
    """Return what the request says where a condition wanted something else: "action is refund.create"."""
    if condition.parts:
        return "What it asks for does not hold together."
    actual = _actual(condition.field, facts)
    return f"{condition.field} is {_spoken(actual)}"


def _holds(condition: Condition, facts: Facts) -> str:
    """Return why a condition holds: "1,840.00 EUR is at least 500.00 EUR"."""
    if condition.parts:
        return "what it asks for holds"
    if condition.op in ("at_least", "at_most", "above", "below"):
        words = {"at_least": "at least", "at_most": "at most", "above": "over", "below": "under"}[condition.op]
        return f"{_spoken(_actual(condition.field, facts))} is {words} {_spoken(condition.value)}"
    return described(condition)


def _actual(name: str, facts: Facts) -> Any:
    if name.startswith("/"):
        return look_up(facts.arguments, name)
    return facts.now if name == "time" else getattr(facts, name, None)


def _spoken(value: Any) -> str:
    if value is None or value is MISSING or value == "":
        return "not said"
    if isinstance(value, Money):
        return value.spoken
    if isinstance(value, datetime):
        return f"{value:%a %H:%M} UTC"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:100]


def _result(found: Simulation) -> tuple[str, str, str]:
    if found.chain is None:
        tone, icon = _ICON[found.end.outcome]
        return tone, icon, found.end.sentence
    first = next((one for one in found.events if one.kind in ("asked", "skipped")), None)
    said = first.sentence if first else ""
    tone = "warn" if any(one.code in ("unsure", "nobody_reached", "held") for one in found.warnings) else "ok"
    return tone, "arrow", f"{said} {found.risk.capitalize()} risk, by route “{found.route}”."


def _details(found: Simulation) -> Iterable[str]:
    yield from (one.sentence for one in found.warnings)
    if found.chain is not None:
        yield f"If nobody decides: {found.end.sentence}"
