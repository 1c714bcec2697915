"""What one person may decide by themselves: a pure question of role, authority and who is barred."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from agents.terms import RISKS, Money, Risk
from approvals.terms import PersonTerms

DECIDES = "approver"  # the role; an admin alone decides nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is to be decided, as far as authority looks at it.

    `amount_expected` says that the type names where its amount stands: if it then cannot be read, who may decide only
    up to an amount may not decide this. `barred` are e-mails in lower case: who may decide it in no way.
    """

    action: str
    risk: Risk
    amount: Money | None = None
    amount_expected: bool = True
    agent: str = ""
    barred: frozenset[str] = field(default=frozenset())


def may_decide(person: PersonTerms | None, matter: Matter) -> bool:
    """Return whether this person has the authority, wherever they are: an approver, not barred, up to this."""
    if person is None or DECIDES not in person.roles or person.email in matter.barred:
        return False
    held = person.authority
    if held.actions and not any(fnmatchcase(matter.action, glob) for glob in held.actions):
        return False
    if held.max_risk is not None and RISKS.index(matter.risk) > RISKS.index(held.max_risk):
        return False
    return is_within(matter, held.max_amount)


def is_within(matter: Matter, most: Money | None) -> bool:
    """Return whether the amount is at most `most`, in its currency; None is no limit."""
    if most is None:
        return True
    if matter.amount is None:
        return not matter.amount_expected
    if matter.amount.currency != most.currency or not matter.amount.value.is_finite():
        return False
    return matter.amount.value <= most.value
