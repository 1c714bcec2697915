"""Conditions: every operator in three values, and Kleene's tables."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.conditions import Facts, Truth, evaluate, examine, fields_of
from agents.pointers import MISSING, look_up, pointer_of
from agents.terms import Condition, Money

T, F, U = Truth.TRUE, Truth.FALSE, Truth.INDETERMINATE


def facts(**given_: Any) -> Facts:
    basis: dict[str, Any] = {
        "agent": "refunds",
        "action": "refund.create",
        "risk": "medium",
        "now": datetime(2026, 11, 21, 10, tzinfo=UTC),
        "arguments": {
            "n": 5,
            "s": "7.50",
            "flag": True,
            "none": None,
            "list": ["a", {"b": "c"}],
            "a/b": 1,
            "m~n": 2,
            "~1": 3,
        },
    }
    return Facts(**(basis | given_))


def EUR(value: str) -> Money:  # noqa: N802 - read as a unit
    return Money(Decimal(value), "EUR")


TABLE = [
    # field, op, value, facts, truth
    ("agent", "is", "refunds", {}, T),
    ("agent", "is", "Refunds", {}, F),
    ("agent", "in", ("outreach", "refunds"), {}, T),
    ("agent", "in", ["outreach"], {}, F),
    ("agent", "in", (), {}, U),
    ("agent", "is", 5, {}, U),
    ("action", "matches", "refund.*", {}, T),
    ("action", "matches", "Refund.*", {}, F),
    ("action", "matches", "refund", {}, F),
    ("action", "matches", "refund.[a-d]reate", {}, T),
    ("/n", "matches", "5", {}, U),
    ("amount", "at_least", EUR("500"), {"amount": EUR("500.00")}, T),
    ("amount", "at_least", EUR("500"), {"amount": EUR("499.999999999999")}, F),
    ("amount", "above", EUR("500"), {"amount": EUR("500")}, F),
    ("amount", "above", EUR("500"), {"amount": EUR("500.000000000001")}, T),
    ("amount", "at_most", EUR("500"), {"amount": EUR("500")}, T),
    ("amount", "below", EUR("500"), {"amount": EUR("500")}, F),
    ("amount", "is", EUR("500"), {"amount": EUR("500.00")}, T),
    ("amount", "in", (EUR("1"), EUR("500")), {"amount": EUR("500")}, T),
    ("amount", "at_least", EUR("500"), {}, U),
    ("amount", "at_least", EUR("500"), {"amount": Money(Decimal(900), "USD")}, U),
    ("amount", "is", EUR("500"), {"amount": Money(Decimal(500), "USD")}, U),
    ("amount", "at_least", EUR("500"), {"amount": Money(Decimal("NaN"), "EUR")}, U),
    ("amount", "at_least", EUR("500"), {"amount": Money(Decimal("sNaN"), "EUR")}, U),
    ("amount", "at_least", EUR("500"), {"amount": Money(Decimal("Infinity"), "EUR")}, U),
    ("amount", "below", EUR("500"), {"amount": EUR("-1")}, U),
    ("amount", "at_least", 500, {"amount": EUR("900")}, U),
    ("amount", "is", "500 EUR", {"amount": EUR("500")}, U),
    ("amount", "exists", None, {"amount": EUR("1")}, T),
    ("amount", "exists", None, {}, F),
    ("amount", "exists", False, {}, T),
    ("risk", "at_least", "medium", {}, T),
    ("risk", "above", "medium", {}, F),
    ("risk", "is", "medium", {}, T),
    ("risk", "below", "enormous", {}, U),
    ("risk", "in", ("high", "critical"), {}, F),
    ("level", "at_most", "assisted", {"level": "monitored"}, F),
    ("level", "at_most", "assisted", {}, T),
    ("confidence", "at_least", 0.9, {"confidence": 0.9}, T),
    ("confidence", "below", 0.5, {}, T),
    ("confidence", "at_least", 0.5, {}, F),
    ("confidence", "exists", None, {}, F),
    ("confidence", "exists", None, {"confidence": 0.0}, T),
    ("confidence", "at_least", 0.5, {"confidence": float("nan")}, U),
    ("confidence", "at_least", 0.5, {"confidence": float("inf")}, U),
    ("confidence", "at_least", 0.5, {"confidence": 1.5}, U),
    ("reversible", "is", True, {"reversible": True}, T),
    ("reversible", "is", True, {}, F),
    ("reversible", "is", "true", {}, U),
    ("environment", "is", "production", {"environment": "production"}, T),
    ("environment", "is", "production", {"environment": "staging"}, F),
    ("environment", "is", "production", {}, U),
    ("environment", "is", "production", {"environment": ""}, U),
    ("environment", "exists", None, {"environment": ""}, F),
    ("requested_by", "is", "Bo@acme.test", {"requested_by": "bo@ACME.test"}, T),
    ("requested_by", "in", ("Bo@acme.test",), {"requested_by": "bo@acme.test"}, T),
    ("agent_version", "matches", "2.*", {"agent_version": "2.1"}, T),
    ("rate", "above", 50, {"rate": 51}, T),
    ("rate", "above", 50, {}, U),
    ("time", "outside", "office", {}, U),
    ("time", "inside", "office", {}, U),
    ("time", "exists", None, {}, T),
    ("time", "inside", "office", {"open_calendars": frozenset({"office"})}, T),
    ("time", "outside", "office", {"open_calendars": frozenset({"office"})}, F),
    ("time", "inside", "office", {"open_calendars": frozenset(), "closed_calendars": frozenset({"office"})}, F),
    ("time", "outside", "office", {"open_calendars": frozenset(), "closed_calendars": frozenset({"office"})}, T),
    ("time", "inside", "nights", {"open_calendars": frozenset({"office"})}, U),
    ("time", "outside", "nights", {"open_calendars": frozenset({"office"})}, U),
    ("time", "outside", ("office",), {"open_calendars": frozenset({"office"})}, U),
    ("time", "is", "office", {"open_calendars": frozenset({"office"})}, U),
    ("time", "at_least", 5, {"open_calendars": frozenset({"office"})}, U),
    ("/n", "at_least", 5, {}, T),
    ("/n", "is", 5.0, {}, T),
    ("/n", "is", "5", {}, U),
    ("/n", "is", True, {}, U),
    ("/n", "in", ("x", 5), {}, T),
    ("/n", "in", ("x", 6), {}, F),
    ("/n", "in", ("x", "y"), {}, U),
    ("/s", "at_least", 7, {}, U),
    ("/s", "at_least", "7", {}, T),
    ("/s", "is", "7.50", {}, T),
    ("/s", "is", "7.5", {}, F),
    ("/flag", "is", True, {}, T),
    ("/flag", "is", 1, {}, U),
    ("/flag", "at_least", 1, {}, U),
    ("/none", "is", None, {}, T),
    ("/none", "is", "x", {}, U),
    ("/none", "exists", None, {}, F),
    ("/none", "exists", False, {}, T),
    ("/none", "at_least", 1, {}, U),
    ("/list/1/b", "is", "c", {}, T),
    ("/list", "is", "a", {}, U),
    ("/list/2", "is", "a", {}, U),
    ("/list/-", "is", "a", {}, U),
    ("/list/01", "is", "a", {}, U),
    ("/a~1b", "is", 1, {}, T),
    ("/m~0n", "is", 2, {}, T),
    ("/~01", "is", 3, {}, T),
    ("/m~2n", "exists", None, {}, F),
    ("/gone", "is", 1, {}, U),
    ("/gone", "exists", None, {}, F),
    ("colour", "is", "red", {}, U),
    ("agent", "resembles", "refunds", {}, U),
]


@pytest.mark.parametrize(("field", "op", "value", "known", "truth"), TABLE)
def test_each_operator_has_three_values(field: str, op: str, value: Any, known: dict[str, Any], truth: Truth) -> None:
    assert evaluate([Condition(field, op, value)], facts(**known)) is truth


def test_no_condition_at_all_is_true() -> None:
    assert evaluate([], facts()) is T


LEAF = {
    T: Condition("agent", "is", "refunds"),
    F: Condition("agent", "is", "other"),
    U: Condition("/gone", "is", 1),
}


@pytest.mark.parametrize(("left", "right"), list(itertools.product(Truth, Truth)))
def test_joining_follows_kleene(left: Truth, right: Truth) -> None:
    parts = (LEAF[left], LEAF[right])
    both = F if F in (left, right) else U if U in (left, right) else T
    either = T if T in (left, right) else U if U in (left, right) else F
    assert evaluate(parts, facts()) is both
    assert evaluate([Condition("", "all", parts=parts)], facts()) is both
    assert evaluate([Condition("", "any", parts=parts)], facts()) is either
    assert evaluate([Condition("", "not", parts=parts)], facts()) is {T: F, F: T, U: U}[both]


def test_what_cannot_be_told_is_said_in_a_sentence() -> None:
    finding = examine([Condition("amount", "at_least", EUR("500"))], facts(amount=Money(Decimal(9), "USD")))
    assert finding.doubts == ("“amount at least 500 EUR” cannot be told: the amount is in USD, not in EUR",)


def test_a_certain_no_hides_the_doubts_beside_it() -> None:
    assert examine([LEAF[U], LEAF[F]], facts()).doubts == ()


def test_what_conditions_look_at_is_found_inside_of_them() -> None:
    inner = Condition("", "not", parts=(Condition("time", "inside", "office"),))
    assert set(fields_of([LEAF[T], Condition("", "any", parts=(inner, LEAF[U]))])) == {
        ("agent", "refunds"),
        ("time", "office"),
        ("/gone", 1),
    }


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
OPS = ["is", "in", "matches", "at_least", "at_most", "below", "above", "inside", "outside"]


@given(json, st.sampled_from(OPS), json)
def test_any_arguments_against_any_value_give_a_truth_and_never_an_error(actual: Any, op: str, wanted: Any) -> None:
    assert evaluate([Condition("/x", op, wanted)], facts(arguments={"x": actual})) in Truth


@given(json, st.text(max_size=8))
def test_a_missing_pointer_is_never_a_plain_no(arguments: Any, pointer: str) -> None:
    if look_up(arguments, "/" + pointer) is MISSING:
        for op in OPS:
            assert evaluate([Condition("/" + pointer, op, 1)], facts(arguments=arguments)) is U
        assert evaluate([Condition("/" + pointer, "exists")], facts(arguments=arguments)) is F


@given(st.lists(st.text("~01/a", max_size=5), min_size=1, max_size=4))
def test_a_pointer_finds_what_was_put_at_its_tokens(tokens: list[str]) -> None:
    value: Any = "found"
    for token in reversed(tokens):
        value = {token: value}
    assert look_up(value, pointer_of(*tokens)) == "found"
