"""What somebody may decide, in words, and how two people's limits compare."""

from __future__ import annotations

from fnmatch import fnmatchcase

from agents.terms import RISKS, Money
from approvals.authority import DECIDES
from approvals.faces.decide import spoken_amount
from approvals.terms import Authority, PersonTerms


def may_decide(person: PersonTerms | None) -> str:
    """Return what somebody may decide: "Up to €2,000.00, up to high risk, only refund.*"."""
    if person is None or DECIDES not in person.roles:
        return "Nothing"
    words = limits(person.authority)
    return f"{words[:1].upper()}{words[1:]}" if words else "Anything they are asked"


def limits(held: Authority) -> str:
    """Return the limits of an authority: "up to €2,000.00, up to high risk, only refund.*"; "" where there are none."""
    said = []
    if held.max_amount is not None:
        said.append(f"up to {spoken(held.max_amount)}")
    if held.max_risk is not None:
        said.append(f"up to {held.max_risk} risk")
    if held.actions:
        said.append(f"only {', '.join(held.actions)}")
    return ", ".join(said)


def spoken(amount: Money) -> str:
    """Return an amount: "€2,000.00"."""
    return spoken_amount(f"{amount.value:f}", amount.currency)


def smallest(*amounts: Money | None) -> Money | None:
    """Return the smallest of the limits that there are; of another currency than the first they are left out."""
    there = [one for one in amounts if one is not None]
    alike = [one for one in there if one.currency == there[0].currency]
    return min(alike, key=lambda one: one.value) if alike else None


def shortfall(wanted: Authority, held: Authority) -> str:
    """Return where `held` stops before `wanted`, "up to €500.00, up to medium risk"; "" where it goes as far."""
    said = []
    if held.max_amount is not None and _beyond(wanted.max_amount, held.max_amount):
        said.append(f"up to {spoken(held.max_amount)}")
    most = wanted.max_risk or RISKS[-1]
    if held.max_risk is not None and RISKS.index(held.max_risk) < RISKS.index(most):
        said.append(f"up to {held.max_risk} risk")
    if held.actions and not _within(wanted.actions, held.actions):
        said.append(f"only {', '.join(held.actions)}")
    return ", ".join(said)


def _beyond(wanted: Money | None, held: Money) -> bool:
    return wanted is None or wanted.currency != held.currency or wanted.value > held.value


def _within(wanted: tuple[str, ...], held: tuple[str, ...]) -> bool:
    """Whether every kind that is wanted is surely among those held; a glob counts if one of them covers it."""
    return bool(wanted) and all(any(one == glob or fnmatchcase(one, glob) for glob in held) for one in wanted)
