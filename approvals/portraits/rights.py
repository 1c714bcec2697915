"""What a row of the document lets somebody do, sentence by sentence; and how well a team covers for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.terms import RISKS
from approvals.authority import DECIDES
from approvals.configuration.compile import authority_of
from approvals.configuration.values import money_from
from approvals.directory import Directory
from approvals.portraits.authority import limits, spoken
from approvals.portraits.names import some_of
from approvals.terms import PersonTerms

ROLES = {
    "admin": "Changes people, routes and agents, and sees everything",
    "approver": "Decides what they are asked, within their limits",
    "auditor": "Reads and exports the audit log",
    "viewer": "Reads what agents ask and how it was decided",
}


def rights(row: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return what a person of the plain document may do; what cannot be read yet is said as it was typed."""
    if row is None:
        return ("Nothing: not in here",)
    roles = row.get("roles", ["viewer"])
    said = []
    for role, words in ROLES.items():
        if role not in roles:
            continue
        if role == DECIDES:
            within = _limits(row.get("authority", {}))
            said.append(f"Decides what they are asked, {within or 'without a limit'}")
        else:
            said.append(words)
    return tuple(said)


def coverage(members: Sequence[PersonTerms], directory: Directory) -> tuple[str, ...]:
    """Return what to know about a team's coverage: "Only Dana here may approve over €2,000.00."."""
    deciding = [one for one in members if DECIDES in one.roles and directory.presence(one.email) != "gone"]
    if not members:
        return ("Nobody is in it: what asks it goes on to whoever is next.",)
    if not deciding:
        return ("Nobody here is an approver: what asks it goes on to whoever is next.",)
    said = []
    here = [one for one in deciding if directory.presence(one.email) == "here" or directory.lending.get(one.email)]
    if not here:
        said.append("Nobody who decides is here now.")
    elif len(here) == 1 and len(deciding) > 1:
        said.append(f"Only {here[0].name} is here now.")
    if len(deciding) == 1:
        said.append(f"{deciding[0].name} is the only approver here.")
        return tuple(said)
    return (*said, *_alone(deciding))


def _alone(deciding: Sequence[PersonTerms]) -> list[str]:
    """Return where one person stands alone: above the second highest amount, or at the highest risk."""
    said = []
    money = sorted(
        (one.authority.max_amount for one in deciding if one.authority.max_amount), key=lambda one: one.value
    )
    free = [one.name for one in deciding if one.authority.max_amount is None]
    if len(free) == 1 and money and len({one.currency for one in money}) == 1:
        said.append(f"Only {free[0]} may approve over {spoken(money[-1])}.")
    if not free and money and len({one.currency for one in money}) == 1 and len(money) > 1:
        top, second = money[-1], money[-2]
        if top.value > second.value:
            name = next(one.name for one in deciding if one.authority.max_amount == top)
            said.append(f"Only {name} may approve over {spoken(second)}, and nobody over {spoken(top)}.")
    for risk in reversed(RISKS):
        able = [one.name for one in deciding if RISKS.index(one.authority.max_risk or RISKS[-1]) >= RISKS.index(risk)]
        if len(able) > 1:
            break
        who = f"Only {able[0]}" if able else "Nobody here"
        said.append(f"{who} may decide what is of {risk} risk.")
        if able:
            break
    return said


def _limits(row: Mapping[str, Any]) -> str:
    try:
        if row.get("max_amount"):
            money_from(row["max_amount"])
        return limits(authority_of(row))
    except (ArithmeticError, ValueError, KeyError, TypeError):
        return some_of([f"{name}: {value}" for name, value in row.items()], word="and", most=5)
