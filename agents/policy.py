"""What policy says of one action: values in, a verdict out.

The order is part of the contract: paused, deny rules, limits, allow rules, the ratchet, the route.
Everything is evaluated and kept, whatever decides, so that the audit entry can name each rule that
hit. Every doubt ends with people being asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.amounts import AmountMismatch, amount_of
from agents.conditions import Facts, Truth, examine
from agents.limits import LimitHit, Usage, check
from agents.sampling import Review
from agents.terms import RISKS, ActionType, AgentTerms, Risk, Rule

__all__ = ["AmountMismatch", "Verdict", "amount_of", "decide", "effective_risk"]

VerdictBy = Literal["rule", "limit", "paused", "ratchet", "route"]
Effect = Literal["approve", "reject", "ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What policy decided, and everything it looked at.

    `rules_hit` names every rule that hit, also those that lost. `indeterminate` has a sentence for each rule that
    could not be told. `strict` sends the action to the strictest route that may apply (approvals.routing.choose).
    """

    by: VerdictBy
    effect: Effect
    reason: str
    rules_hit: tuple[str, ...] = ()
    limits_hit: tuple[LimitHit, ...] = ()
    indeterminate: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the hard rules came to."""

    denying: tuple[str, ...]
    allowing: tuple[str, ...]
    unsure_deny: tuple[str, ...]
    unsure_allow: tuple[str, ...]


def decide(
    facts: Facts,
    *,
    agent: AgentTerms,
    type: ActionType,  # noqa: A002 - the word of the document
    rules: Iterable[Rule],
    usage: Usage,
    paused: bool,
    review: Review | None = None,
    frozen: bool = False,
) -> Verdict:
    """Return the verdict on one action. Rules that are only watched, or off, are not looked at.

    `review` is how the action's lane treats it (agents.sampling); without one people are asked. In a `frozen`
    lane nothing goes through alone, whatever a rule allows.
    """
    found = _weigh(rules, facts)
    hits = check(agent.limits, type.limits, facts, usage)
    by, effect, reason = _first(found, hits, type, paused=paused, review=review, frozen=frozen)
    return Verdict(
        by=by,
        effect=effect,
        reason=reason,
        rules_hit=found.denying + found.allowing,
        limits_hit=hits,
        indeterminate=found.unsure_deny + found.unsure_allow,
        strict=effect == "ask" and bool(found.unsure_deny),
    )


def effective_risk(of_type: Risk, stated: str | None) -> Risk:
    """Return the higher of the type's risk and the stated one; a word we do not know is held to be critical."""
    if stated is None:
        return of_type
    if stated not in RISKS:
        return "critical"
    return max(RISKS[RISKS.index(of_type)], RISKS[RISKS.index(stated)], key=RISKS.index)


def _weigh(rules: Iterable[Rule], facts: Facts) -> _Rules:
    hit: dict[str, list[str]] = {"deny": [], "allow": []}
    unsure: dict[str, list[str]] = {"deny": [], "allow": []}
    for rule in rules:
        if rule.mode != "active":
            continue
        finding = examine(rule.when, facts)
        if finding.truth is Truth.TRUE:
            hit[rule.then].append(rule.name)
        elif finding.truth is Truth.INDETERMINATE:
            unsure[rule.then].extend(f"Rule “{rule.name}”: {doubt}." for doubt in finding.doubts)
    return _Rules(tuple(hit["deny"]), tuple(hit["allow"]), tuple(unsure["deny"]), tuple(unsure["allow"]))


def _first(
    found: _Rules, hits: Sequence[LimitHit], kind: ActionType, *, paused: bool, review: Review | None, frozen: bool
) -> tuple[VerdictBy, Effect, str]:
    """Return who has the first word in the order of the contract."""
    if paused:
        return "paused", "reject", "The agent is paused."
    if found.denying:
        return "rule", "reject", f"{_rules(found.denying)} forbids this."
    if hits:
        return "limit", "reject", " ".join(f"Limit of {hit.sentence}." for hit in hits)
    if found.unsure_deny:
        return (
            "route",
            "ask",
            f"People are asked, because it is unsure whether a rule forbids this. {found.unsure_deny[0]}",
        )
    if found.allowing and kind.known and not frozen:
        return "rule", "approve", f"{_rules(found.allowing)} allows this."
    return _ratchet(kind, review)


def _ratchet(kind: ActionType, review: Review | None) -> tuple[VerdictBy, Effect, str]:
    """Return what the action's lane says: people decide what is held, the rest runs alone."""
    if not kind.known:
        return "route", "ask", "People are asked: the agent has not been given this type of action."
    if review is None:
        return "route", "ask", "People are asked: this is for people to decide."
    if review.waits:
        return "route", "ask", f"People are asked: {review.spoken}"
    return "ratchet", "approve", f"The agent may do this alone: {review.spoken}"


def _rules(names: Sequence[str]) -> str:
    return " and ".join(f"“{name}”" for name in names)
