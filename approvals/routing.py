"""Where an action goes and whom it asks. Pure: the policy and the directory in, people out.

The first route that matches wins. Once a route cannot be told, no weaker one may follow: the action
goes to the strictest of all routes that may apply (those not certainly false), which is the one that
needs most approvals; between equals one that always asks, then the first in the document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from agents.conditions import Facts, Truth, examine
from agents.terms import Money, Risk
from approvals.asking import AskedPerson, Asking, ask
from approvals.authority import DECIDES, Matter, may_decide
from approvals.directory import NOTHING_AROUND, Around, Directory
from approvals.quorum import Plan
from approvals.terms import Route, Target

__all__ = [
    "DECIDES",
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """The route an action takes. `possible` names every route that may apply, for `strictest`."""

    route: Route
    strict: bool
    reason: str
    possible: tuple[str, ...] = ()


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


def resolve(target: Target, directory: Directory, around: Around = NOTHING_AROUND) -> tuple[str, ...]:
    """Return the e-mails that `target` names now, whoever of them may decide."""
    return directory.members(target, around)


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
    matter = Matter(
        action=action_type,
        risk=risk,
        amount=amount,
        amount_expected=amount_expected,
        barred=frozenset(one.lower() for one in barred),
    )
    return tuple(
        email
        for email in dict.fromkeys(one.lower() for one in people)
        if directory.presence(email) == "here" and may_decide(directory.people.get(email), matter)
    )
