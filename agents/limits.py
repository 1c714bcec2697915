"""Limits of an agent and of one of its action types: how often, how much, how many at once.

A limit is what may still be done: exactly 2,000 EUR passes a `max_amount` of 2,000 EUR. What cannot
be measured (no amount, another currency) counts as over the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from agents.conditions import Facts
from agents.terms import AgentLimits, Money, TypeLimits

_WIDE = Context(prec=60)  # sums of amounts stay exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the agent has used so far, this action not counted.

    `recent_minute` and `pending` are of the whole agent; `recent_hour` and `amount_today` of this action type.
    `amount_today` has one sum a currency: what was approved or still waits since the organization's midnight.
    """

    recent_minute: int = 0
    pending: int = 0
    recent_hour: int = 0
    amount_today: tuple[Money, ...] = ()

    def spent(self, currency: str) -> Decimal:
        """Return today's sum in `currency`."""
        total = Decimal(0)
        for sum_ in self.amount_today:
            if sum_.currency == currency:
                total = _WIDE.add(total, sum_.value)
        return total


LimitName = Literal["per_minute", "pending", "per_hour", "max_amount", "amount_per_day"]


@dataclass(frozen=True, slots=True)
class LimitHit:
    """One limit that this action would exceed, and the sentence that says so."""

    name: LimitName
    sentence: str


def check(limits_agent: AgentLimits, limits_type: TypeLimits, facts: Facts, usage: Usage) -> tuple[LimitHit, ...]:
    """Return every limit that this action would exceed, in the order per minute, pending, per hour, amounts."""
    counts: tuple[tuple[LimitName, str, int | None, int], ...] = (
        ("per_minute", "a minute", limits_agent.per_minute, usage.recent_minute),
        ("pending", "waiting at once", limits_agent.pending, usage.pending),
        ("per_hour", "an hour", limits_type.per_hour, usage.recent_hour),
    )
    hits = [
        LimitHit(name, f"{most:,} {words}: this would be the {ordinal(used + 1)}")
        for name, words, most, used in counts
        if most is not None and used + 1 > most
    ]
    if limits_type.max_amount and (sentence := _too_much(limits_type.max_amount, facts.amount)):
        hits.append(LimitHit("max_amount", sentence))
    if limits_type.amount_per_day and (sentence := _too_much_today(limits_type.amount_per_day, facts.amount, usage)):
        hits.append(LimitHit("amount_per_day", sentence))
    return tuple(hits)


def ordinal(number: int) -> str:
    """Return `number` as a rank: 1st, 2nd, 11th, 1,001st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _too_much(most: Money, amount: Money | None) -> str:
    head = f"At most {most.spoken} each"
    if fault := _unmeasurable(most, amount):
        return f"{head}: {fault}"
    return f"{head}: this is {amount.spoken}" if amount and amount.value > most.value else ""


def _too_much_today(most: Money, amount: Money | None, usage: Usage) -> str:
    head = f"{most.spoken} a day"
    if fault := _unmeasurable(most, amount):
        return f"{head}: {fault}"
    total = _WIDE.add(usage.spent(most.currency), amount.value if amount else Decimal(0))
    return f"{head}: with this it would be {Money(total, most.currency).spoken}" if total > most.value else ""


def _unmeasurable(most: Money, amount: Money | None) -> str:
    if amount is None:
        return "this action does not say its amount"
    if amount.currency != most.currency:
        return f"this is in {amount.currency}"
    if not amount.value.is_finite() or amount.value < 0:
        return "this amount is not a number of zero or more"
    return ""
