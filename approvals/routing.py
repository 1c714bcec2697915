"""Where an action goes and whom it asks. Pure: the policy and the directory in, people out.

The first route that matches wins. Once a route cannot be told, no weaker one may follow: the action
goes to the strictest of all routes that may apply (those not certainly false), which is the one that
needs most approvals; between equals one that always asks, then the first in the document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agents.conditions import Facts, Truth, examine
from agents.terms import RISKS, Money, Risk
from approvals.directory import Directory
from approvals.quorum import Plan, Stage, can_be_met
from approvals.terms import Authority, PersonTerms, Route, Target

__all__ = [
    "AskedPerson",
    "Asking",
    "Chosen",
    "Directory",
    "ask",
    "barred",
    "choose",
    "eligible",
    "resolve",
    "strictest",
]

DECIDES = "approver"  # the role; an admin alone decides nothing


@dataclass(frozen=True, slots=True)
class Chosen:
    """The route an action takes. `possible` names every route that may apply, for `strictest`."""

    route: Route
    strict: bool
    reason: str
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """One person who is asked, and why: "member of Finance"."""

    email: str
    via: str
    requirement: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Whom a stage asks. With `held` nobody can bring it to an end: `reason` says why, and admins are told."""

    asked: tuple[AskedPerson, ...]
    needed: int
    people: tuple[frozenset[str], ...]
    used_fallback: bool = False
    held: bool = False
    reason: str = ""
    barred: frozenset[str] = frozenset()


def choose(routes: Sequence[Route], facts: Facts, *, modes: Collection[str] = ("active",)) -> Chosen:
    """Return the route of an action, of those whose mode is among `modes`.

    Raises ValueError if none matches: the last one must have no `when`.
    """
    findings = [(route, examine(route.when, facts)) for route in routes if route.mode in modes]
    possible = tuple(route.name for route, finding in findings if finding.truth is not Truth.FALSE)
    for route, finding in findings:
        if finding.truth is Truth.TRUE:
            reason = f"The first route that fits is “{route.name}”."
            return Chosen(route, strict=False, reason=reason, possible=possible)
        if finding.truth is Truth.INDETERMINATE:
            doubt = Chosen(route, strict=True, reason=f"Route “{route.name}”: {finding.doubts[0]}.", possible=possible)
            return strictest(routes, doubt)
    raise ValueError("no route matches: the last route must have no `when`")


def strictest(routes: Sequence[Route], chosen: Chosen) -> Chosen:
    """Return the strictest route of those that may apply, instead of the chosen one."""
    candidates = [route for route in routes if route.name in chosen.possible]
    route = max(candidates, key=lambda one: (Plan.of(one).needed, one.always_ask))
    reason = f"Sent to “{route.name}”, the strictest route that may apply."
    if chosen.strict:
        reason = f"{reason} {chosen.reason}"
    return Chosen(route, strict=True, reason=reason, possible=chosen.possible)


def resolve(target: Target, directory: Directory) -> tuple[str, ...]:
    """Return the e-mails that `target` names now, whoever of them may decide."""
    return directory.members(target)


def barred(
    requested_by: str | None, owner: str | None, *, owner_may_decide: bool, editor: str | None
) -> frozenset[str]:
    """Return those who may not decide: who started the run, who owns the agent, who edited last."""
    people = {requested_by, editor, None if owner_may_decide else owner}
    return frozenset(person.strip().lower() for person in people if person and person.strip())


def eligible(
    people: Iterable[str],
    *,
    barred: frozenset[str],
    amount: Money | None,
    risk: Risk,
    action_type: str,
    directory: Directory,
    amount_expected: bool,
) -> tuple[str, ...]:
    """Return those of `people` who may decide this now: here, approvers, not barred, and with the authority.

    `amount_expected` says that the type names where its amount stands: if it then cannot be read, who may decide only
    up to an amount may not decide this. A type without amounts is nobody's limit.
    """
    out = {one.lower() for one in barred}
    able = []
    for email in dict.fromkeys(one.lower() for one in people):
        person = directory.people.get(email)
        if person is None or email in out or directory.presence(email) != "here":
            continue
        if DECIDES in person.roles and _suffices(person, amount, risk, action_type, amount_expected=amount_expected):
            able.append(email)
    return tuple(able)


def _suffices(person: PersonTerms, amount: Money | None, risk: Risk, kind: str, *, amount_expected: bool) -> bool:
    held: Authority = person.authority
    if held.actions and not any(fnmatchcase(kind, glob) for glob in held.actions):
        return False
    if held.max_risk is not None and RISKS.index(risk) > RISKS.index(held.max_risk):
        return False
    if held.max_amount is None:
        return True
    if amount is None:
        return not amount_expected
    if amount.currency != held.max_amount.currency or not amount.value.is_finite():
        return False
    return amount.value <= held.max_amount.value


def ask(
    route: Route,
    facts: Facts,
    directory: Directory,
    barred: frozenset[str],
    *,
    stage: int = 1,
    with_fallback: bool = False,
) -> Asking:
    """Return whom stage `stage` (from 1) of a route asks.

    If those who may decide are too few, the fallback joins them; if that does not help either, the action is held.
    `with_fallback` lets the fallback join in any case, as it did before. The quorum is never lowered.
    """
    plan = Plan.of(route)
    wanted = plan.stages[stage - 1]
    targets = [one.target for one in wanted.requirements]
    own = [_able(target, facts, directory, barred) for target in targets]
    lent = _able(plan.fallback, facts, directory, barred) if plan.fallback else ()
    joins = bool(lent) and (with_fallback or not can_be_met(wanted, [frozenset(one) for one in own]))
    people = tuple(frozenset(one) | frozenset(lent if joins else ()) for one in own)
    asked: dict[str, AskedPerson] = {}
    for place, able in enumerate(own):
        for email in able:
            asked.setdefault(email, AskedPerson(email, directory.why(targets[place]), place))
    if joins:
        why = "fallback: too few others may decide" if asked else "fallback: nobody else may decide"
        for email in lent:
            asked.setdefault(email, AskedPerson(email, why))
    reason = "" if can_be_met(wanted, people) else _held_because(wanted, asked)
    return Asking(
        asked=tuple(asked.values()),
        needed=wanted.needed,
        people=people,
        used_fallback=joins,
        held=bool(reason),
        reason=reason,
        barred=barred,
    )


def _able(target: Target, facts: Facts, directory: Directory, barred: frozenset[str]) -> tuple[str, ...]:
    return eligible(
        resolve(target, directory),
        barred=barred,
        amount=facts.amount,
        risk=facts.risk,
        action_type=facts.action,
        directory=directory,
        amount_expected=facts.amount_expected,
    )


def _held_because(stage: Stage, asked: dict[str, AskedPerson]) -> str:
    if not asked:
        return "nobody_eligible: nobody who could be asked may decide this"
    return f"unreachable_quorum: {stage.needed} people are needed, and too few of them may decide this ({len(asked)})"
