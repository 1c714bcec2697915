"""Limits: the last that passes, the first that does not, and what cannot be measured."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from agents.conditions import Facts
from agents.limits import LimitHit, Usage, check, ordinal
from agents.terms import AgentLimits, Money, TypeLimits


def eur(value: str) -> Money:
    return Money(Decimal(value), "EUR")


def facts(amount: Money | None = None) -> Facts:
    return Facts(agent="a", action="x", risk="low", now=datetime(2026, 11, 21, tzinfo=UTC), amount=amount)


def names(hits: tuple[LimitHit, ...]) -> list[str]:
    return [hit.name for hit in hits]


TABLE = [
    (AgentLimits(per_minute=600), TypeLimits(), None, Usage(recent_minute=599), ""),
    (
        AgentLimits(per_minute=600),
        TypeLimits(),
        None,
        Usage(recent_minute=600),
        "600 a minute: this would be the 601st",
    ),
    (AgentLimits(pending=3), TypeLimits(), None, Usage(pending=2), ""),
    (AgentLimits(pending=3), TypeLimits(), None, Usage(pending=3), "3 waiting at once: this would be the 4th"),
    (AgentLimits(), TypeLimits(per_hour=50), None, Usage(recent_hour=50), "50 an hour: this would be the 51st"),
    (AgentLimits(), TypeLimits(per_hour=0), None, Usage(), "0 an hour: this would be the 1st"),
    (AgentLimits(), TypeLimits(max_amount=eur("2000")), eur("2000.00"), Usage(), ""),
    (
        AgentLimits(),
        TypeLimits(max_amount=eur("2000")),
        eur("2000.01"),
        Usage(),
        "At most 2,000 EUR each: this is 2,000.01 EUR",
    ),
    (
        AgentLimits(),
        TypeLimits(max_amount=eur("2000")),
        None,
        Usage(),
        "At most 2,000 EUR each: this action does not say its amount",
    ),
    (
        AgentLimits(),
        TypeLimits(max_amount=eur("2000")),
        Money(Decimal(1), "USD"),
        Usage(),
        "At most 2,000 EUR each: this is in USD",
    ),
    (
        AgentLimits(),
        TypeLimits(amount_per_day=eur("5000")),
        eur("500"),
        Usage(amount_today=(eur("4500"), Money(Decimal(9000), "USD"))),
        "",
    ),
    (
        AgentLimits(),
        TypeLimits(amount_per_day=eur("5000")),
        eur("500.01"),
        Usage(amount_today=(eur("4500"),)),
        "5,000 EUR a day: with this it would be 5,000.01 EUR",
    ),
    (
        AgentLimits(),
        TypeLimits(amount_per_day=eur("5000")),
        None,
        Usage(),
        "5,000 EUR a day: this action does not say its amount",
    ),
]


@pytest.mark.parametrize(("agent", "kind", "amount", "usage", "sentence"), TABLE)
def test_the_last_passes_and_the_next_does_not(
    agent: AgentLimits, kind: TypeLimits, amount: Money | None, usage: Usage, sentence: str
) -> None:
    assert [hit.sentence for hit in check(agent, kind, facts(amount), usage)] == ([sentence] if sentence else [])


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-1"])
def test_an_amount_that_is_no_amount_is_over_every_limit(value: str) -> None:
    limits = TypeLimits(max_amount=eur("10"), amount_per_day=eur("10"))
    assert names(check(AgentLimits(), limits, facts(eur(value)), Usage())) == ["max_amount", "amount_per_day"]


def test_every_limit_that_is_hit_is_told() -> None:
    agent, kind = AgentLimits(per_minute=1, pending=1), TypeLimits(1, eur("1"), eur("1"))
    hits = check(agent, kind, facts(eur("2")), Usage(recent_minute=1, pending=1, recent_hour=1))
    assert names(hits) == ["per_minute", "pending", "per_hour", "max_amount", "amount_per_day"]


def test_a_hundred_small_sums_are_added_exactly() -> None:
    usage = Usage(amount_today=tuple(eur("999999999999999999.000000000001") for _ in range(100)))
    assert usage.spent("EUR") == Decimal("99999999999999999900.000000000100")


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (112, "112th"), (1001, "1,001st")]
)
def test_ranks_are_spelled_as_people_do(number: int, text: str) -> None:
    assert ordinal(number) == text
