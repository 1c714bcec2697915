"""Policy: who has the first word, and what amounts are read as."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.amounts import decimal_of, money_of
from agents.conditions import Facts
from agents.limits import Usage
from agents.policy import AmountMismatch, Verdict, amount_of, decide, effective_risk
from agents.sampling import Review
from agents.terms import ActionType, AgentTerms, AmountPointers, Condition, Money, Rule, TypeLimits

AGENT = AgentTerms("refunds", "Refunds")
PLAIN = ActionType("refund.create", risk="medium")
CAPPED = ActionType("refund.create", risk="medium", limits=TypeLimits(per_hour=1))
HIT, MISS, UNSURE = Condition("agent", "is", "refunds"), Condition("agent", "is", "x"), Condition("/gone", "is", 1)


def judged(
    *rules: Rule,
    kind: ActionType = PLAIN,
    usage: Usage | None = None,
    paused: bool = False,
    review: Review | None = None,
    frozen: bool = False,
) -> Verdict:
    facts = Facts(agent="refunds", action=kind.type, risk=kind.risk, now=datetime(2026, 11, 21, tzinfo=UTC))
    return decide(
        facts, agent=AGENT, type=kind, rules=rules, usage=usage or Usage(), paused=paused, review=review, frozen=frozen
    )


def deny(name: str, when: Condition = HIT) -> Rule:
    return Rule(name, (when,), "deny")


def allow(name: str, when: Condition = HIT) -> Rule:
    return Rule(name, (when,), "allow")


OVER = Usage(recent_hour=1)

ORDER = [
    # rules, type, usage, paused -> by, effect, strict
    ((), PLAIN, Usage(), False, "route", "ask", False),
    ((allow("a"),), PLAIN, Usage(), False, "rule", "approve", False),
    ((deny("d"),), PLAIN, Usage(), False, "rule", "reject", False),
    ((deny("d"), allow("a")), PLAIN, Usage(), False, "rule", "reject", False),
    ((allow("a"), deny("d")), PLAIN, Usage(), False, "rule", "reject", False),
    ((allow("a"),), CAPPED, OVER, False, "limit", "reject", False),
    ((deny("d"),), CAPPED, OVER, False, "rule", "reject", False),
    ((allow("a"),), CAPPED, Usage(), False, "rule", "approve", False),
    ((allow("a"),), PLAIN, Usage(), True, "paused", "reject", False),
    ((deny("d"),), CAPPED, OVER, True, "paused", "reject", False),
    ((deny("d", UNSURE),), PLAIN, Usage(), False, "route", "ask", True),
    ((deny("d", UNSURE), allow("a")), PLAIN, Usage(), False, "route", "ask", True),
    ((deny("d", UNSURE), deny("e")), PLAIN, Usage(), False, "rule", "reject", False),
    ((deny("d", UNSURE),), CAPPED, OVER, False, "limit", "reject", False),
    ((allow("a", UNSURE),), PLAIN, Usage(), False, "route", "ask", False),
    ((allow("a", UNSURE), allow("b")), PLAIN, Usage(), False, "rule", "approve", False),
    ((allow("a", MISS), deny("d", MISS)), PLAIN, Usage(), False, "route", "ask", False),
]


@pytest.mark.parametrize(("rules", "kind", "usage", "paused", "by", "effect", "strict"), ORDER)
def test_the_order_is_paused_deny_limits_allow_ratchet_route(
    rules: tuple[Rule, ...], kind: ActionType, usage: Usage, paused: bool, by: str, effect: str, strict: bool
) -> None:
    verdict = judged(*rules, kind=kind, usage=usage, paused=paused)
    assert (verdict.by, verdict.effect, verdict.strict) == (by, effect, strict)
    assert verdict.reason.endswith(".")


@pytest.mark.parametrize("mode", ["monitor", "off"])
@pytest.mark.parametrize("when", [HIT, UNSURE])
def test_a_rule_that_is_watched_or_off_changes_nothing(mode: Any, when: Condition) -> None:
    silent = (Rule("d", (when,), "deny", mode), Rule("a", (when,), "allow", mode))
    assert judged(*silent) == judged()
    assert judged(*silent, allow("real")) == judged(allow("real"))


def test_every_rule_that_hit_is_named_also_those_that_lost() -> None:
    verdict = judged(allow("free"), deny("first"), deny("missed", MISS), deny("second"), paused=True)
    assert verdict.rules_hit == ("first", "second", "free")


def test_every_limit_that_was_hit_is_kept_although_a_rule_denied() -> None:
    assert [hit.name for hit in judged(deny("d"), kind=CAPPED, usage=OVER).limits_hit] == ["per_hour"]


def test_the_reason_of_a_limit_is_its_sentence() -> None:
    assert judged(kind=CAPPED, usage=OVER).reason == "Limit of 1 an hour: this would be the 2nd."


def test_a_rule_that_cannot_be_told_is_named_with_its_reason() -> None:
    verdict = judged(deny("never at night", UNSURE), allow("small", UNSURE))
    assert verdict.indeterminate == (
        "Rule “never at night”: “/gone is 1” cannot be told: the action does not say it.",
        "Rule “small”: “/gone is 1” cannot be told: the action does not say it.",
    )


def test_no_allow_rule_lets_a_type_run_that_the_agent_was_not_given() -> None:
    verdict = judged(allow("a"), kind=AGENT.type_named("never.heard"))
    assert (verdict.by, verdict.effect, verdict.rules_hit) == ("route", "ask", ("a",))


WAITS = Review(reviewed=True, held=True, probability=1.0, weight=1.0, why="supervised")
PASSES = Review(reviewed=False, held=True, probability=0.3, weight=1.0, why="sampled", level=1)
AUDITED = Review(reviewed=True, held=False, probability=0.1, weight=1.0, why="sampled", level=2)


@pytest.mark.parametrize("review", [None, WAITS])
def test_what_waits_is_asked_and_so_is_what_nothing_is_known_of(review: Review | None) -> None:
    assert judged(review=review).effect == "ask"


def test_no_rule_lets_anything_through_in_a_frozen_lane() -> None:
    assert judged(allow("a"), review=WAITS).effect == "approve"
    assert (judged(allow("a"), review=WAITS, frozen=True).by, judged(deny("d"), frozen=True).effect) == (
        "route",
        "reject",
    )


@pytest.mark.parametrize("review", [PASSES, AUDITED])
def test_what_its_lane_lets_pass_runs_alone_unless_a_rule_or_a_limit_says_otherwise(review: Review) -> None:
    assert (judged(review=review).by, judged(review=review).effect) == ("ratchet", "approve")
    assert judged(deny("d"), review=review).effect == "reject"
    assert judged(deny("u", UNSURE), review=review).effect == "ask"
    assert judged(kind=CAPPED, usage=OVER, review=review).by == "limit"
    assert judged(paused=True, review=review).by == "paused"
    assert judged(kind=AGENT.type_named("never.heard"), review=review).effect == "ask"


@given(st.permutations([deny("d"), allow("a"), deny("u", UNSURE), allow("m", MISS)]))
def test_the_order_of_rules_changes_nothing(rules: list[Rule]) -> None:
    verdict = judged(*rules)
    assert (verdict.by, verdict.effect, verdict.rules_hit) == ("rule", "reject", ("d", "a"))


RANKS = ["low", "medium", "high", "critical"]


@pytest.mark.parametrize(("mine", "stated"), list(itertools.product(RANKS, RANKS)))
def test_a_stated_risk_raises_and_never_lowers(mine: Any, stated: str) -> None:
    assert effective_risk(mine, stated) == RANKS[max(RANKS.index(mine), RANKS.index(stated))]


def test_an_unstated_risk_is_the_types_and_an_unknown_one_is_critical() -> None:
    assert effective_risk("low", None) == "low"
    assert effective_risk("low", "tiny") == "critical"


READS = ActionType("refund.create", amount=AmountPointers("/amount", "/currency"))

AMOUNTS: list[tuple[Any, str | None]] = [
    ({"amount": "120.00", "currency": "EUR"}, "120.00"),
    ({"amount": 120, "currency": "EUR"}, "120"),
    ({"amount": 0.1, "currency": "EUR"}, "0.1"),
    ({"amount": 1840.5, "currency": "eur"}, "1840.5"),
    ({"amount": "120.00"}, None),
    ({"currency": "EUR"}, None),
    ({"amount": "1e9", "currency": "EUR"}, None),
    ({"amount": "NaN", "currency": "EUR"}, None),
    ({"amount": "-5", "currency": "EUR"}, None),
    ({"amount": -5, "currency": "EUR"}, None),
    ({"amount": " 5", "currency": "EUR"}, None),
    ({"amount": "٥", "currency": "EUR"}, None),
    ({"amount": "5\n", "currency": "EUR"}, None),
    ({"amount": True, "currency": "EUR"}, None),
    ({"amount": 1e300, "currency": "EUR"}, None),
    ({"amount": 1e-300, "currency": "EUR"}, None),
    ({"amount": "9" * 19, "currency": "EUR"}, None),
    ({"amount": ["5"], "currency": "EUR"}, None),
    ({"amount": "5", "currency": "EURO"}, None),
    ({"amount": "5", "currency": 5}, None),
    ({"amount": "5", "currency": "€€€"}, None),
]


@pytest.mark.parametrize(("arguments", "value"), AMOUNTS)
def test_amounts_are_read_exactly_or_not_at_all(arguments: Any, value: str | None) -> None:
    found = amount_of(READS, arguments, None)
    assert found == (Money(Decimal(value), "EUR") if value else None)
    assert str(found.value if found else None) == str(value)


@pytest.mark.parametrize("value", ["120", "120.00"])
def test_a_stated_amount_that_says_the_same_is_fine(value: str) -> None:
    arguments: Any = {"amount": "120.0", "currency": "EUR"}
    assert amount_of(READS, arguments, Money(Decimal(value), "EUR")) == Money(Decimal(120), "EUR")


@pytest.mark.parametrize(
    ("arguments", "stated"),
    [
        ({"amount": "120.01", "currency": "EUR"}, Money(Decimal(120), "EUR")),
        ({"amount": "120", "currency": "USD"}, Money(Decimal(120), "EUR")),
        ({}, Money(Decimal(120), "EUR")),
        ({"amount": "1e2", "currency": "EUR"}, Money(Decimal(100), "EUR")),
        ({"amount": "-5", "currency": "EUR"}, Money(Decimal(-5), "EUR")),
        ({"amount": "NaN", "currency": "EUR"}, Money(Decimal("NaN"), "EUR")),
    ],
)
def test_a_stated_amount_that_differs_is_refused(arguments: Any, stated: Money) -> None:
    with pytest.raises(AmountMismatch) as refused:
        amount_of(READS, arguments, stated)
    assert (refused.value.code, refused.value.status) == ("amount_mismatch", 422)


def test_a_type_without_pointers_takes_the_stated_amount() -> None:
    assert amount_of(PLAIN, {"amount": "1"}, Money(Decimal(7), "EUR")) == Money(Decimal(7), "EUR")
    assert amount_of(PLAIN, {"amount": "1"}, None) is None


@given(st.decimals(min_value=0, max_value=10**15, places=4))
def test_a_text_of_plain_digits_is_read_to_the_last_digit(value: Decimal) -> None:
    found = money_of(f"{value:f}", "EUR")
    assert found is not None
    assert str(found.value) == f"{value:f}"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_json_number_is_the_decimal_that_reads_back_as_it(value: float) -> None:
    number = decimal_of(value)
    assert number is not None
    assert float(number) == value
