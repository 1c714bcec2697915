"""What is unusual: each sentence on a lane whose counts are known, and honesty where there is too little."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.terms import AmountPointers, Money
from approvals.figures import figure, quantile
from approvals.habits import Past, flatten, habits
from approvals.odds import Odds, compare, strangest

AT = AmountPointers("/amount", "/currency")


def eur(value: Any) -> Money:
    return Money(Decimal(str(value)), "EUR")


def refund(i: int, **rest: Any) -> Past:
    """Return past refund number `i`: 1 to 100 EUR, five customers, a new order each, half with a note."""
    arguments = {
        "amount": f"{i % 100 + 1}.00",
        "currency": "EUR",
        "customer": {"id": f"cus_{i % 5}"},
        "order": f"A{i:05}",
        "days": i % 29 + 1,
        "reason": "defect" if i % 10 == 0 else "late",
        "notify": True,
        "weekend": i % 4 == 0,
        "volumes": ["v"] * (i % 6 + 1),
        "note": "It came late, as so often.\nSorry." if i % 2 else "ok",
        "loyalty": i % 3,
        "seller_id": 4411,
    }
    return Past(arguments | rest.pop("arguments", {}), eur(f"{i % 100 + 1}.00"), key=str(i), **rest)


LANE = habits([refund(i) for i in range(1000)], amount_at=AT, noun=("refund", "refunds"))


def odds(amount: Any = "50.00", *, without: str = "", **arguments: Any) -> Odds:
    usual: dict[str, Any] = {
        "amount": str(amount),
        "currency": "EUR",
        "customer": {"id": "cus_1"},
        "order": "B1",
        "days": 14,
        "reason": "late",
        "notify": True,
        "weekend": False,
        "volumes": ["v"],
        "note": "ok",
        "loyalty": 1,
        "seller_id": 4411,
    }
    usual |= arguments
    usual.pop(without, None)
    return compare(LANE, usual, eur(amount))


def said(found: Odds) -> list[tuple[str, str]]:
    return [(one.strong, one.rest) for one in found.oddities]


def test_the_usual_is_nothing_unusual() -> None:
    found = odds()
    assert (found.oddities, strangest(found)) == ((), "nothing unusual")
    assert found.compared == "compared with its last 1,000 approved refunds"


ODD: list[tuple[dict[str, Any], str, str, str]] = [
    ({"amount": "232.30"}, "4.6× its median refund.", "None of 1,000 was larger.", "4.6× its usual amount"),
    ({"amount": "99.00"}, "2.0× its median refund.", "Only 10 of 1,000 were larger.", "2.0× its usual amount"),
    (
        {"amount": "5.00"},
        "Amount below its usual 5.95 to 95.05.",
        "Only 40 of 1,000 were smaller.",
        "below its usual amount",
    ),
    ({"days": 47}, "3.1× its median days.", "None of 1,000 was larger.", "3.1× its usual days"),
    ({"volumes": ["v"] * 14}, "4.7× its median volumes.", "None of 1,000 was larger.", "4.7× its usual volumes"),
    (
        {"customer": {"id": "cus_9"}},
        "A customer id it never gave before.",
        "1,000 refunds had 5 others.",
        "customer id never given before",
    ),
    ({"order": "A00007"}, "Same order as an earlier refund.", "It is new nearly every time.", "order used before"),
    ({"reason": "fraud"}, "A reason it never gave before.", "1,000 refunds had 2 others.", "reason never given before"),
    ({"notify": False}, "Notify was always true before.", "In all 1,000 refunds.", "notify false, always true before"),
    ({"seller_id": 7}, "First refund with this seller id.", "1,000 refunds had 1 others.", "new seller id"),
    (
        {"days": "14"},
        "Days is of another kind than before.",
        "It was a number in all 1,000 refunds.",
        "days of another kind",
    ),
    ({"without": "reason"}, "No reason this time.", "It was in 1,000 of 1,000.", "no reason this time"),
    (
        {"iban": "DE00"},
        "It sends a field it never sent before.",
        "None of 1,000 refunds had it.",
        "a field never sent before",
    ),
    (
        {"x": 1, "y": 2},
        "It sends 2 fields it never sent before.",
        "None of 1,000 refunds had them.",
        "2 fields never sent before",
    ),
]


@pytest.mark.parametrize(("given_", "strong", "rest", "short"), ODD)
def test_each_oddity_is_said_with_its_count(given_: dict[str, Any], strong: str, rest: str, short: str) -> None:
    found = odds(**given_)
    assert said(found) == [(strong, rest)]
    assert strangest(found) == short


REMARKS = [
    ("/amount", "5.95 to 95.05 is usual"),
    ("/days", "2 to 28 is usual"),
    ("/volumes", "1 to 6 is usual"),
    ("/customer/id", "Given in 20% of refunds"),
    ("/order", "New each time"),
    ("/reason", "Given in 90% of refunds"),
    ("/notify", "Always true"),
    ("/weekend", "False in 75% of refunds"),
    ("/note", ""),
    ("/seller_id", "In 1,000 of 1,000 refunds"),
    ("/currency", "Always the same"),
]


@pytest.mark.parametrize(("pointer", "remark"), REMARKS)
def test_each_argument_has_its_remark(pointer: str, remark: str) -> None:
    found = odds().at(pointer)
    assert found is not None
    assert (found.remark, found.odd) == (remark, False)


def test_the_strangest_comes_first() -> None:
    found = odds("232.30", days=47, reason="fraud", iban="x")
    assert [one.pointer for one in found.oddities] == ["/amount", "/days", "/reason", "/iban"]


def test_a_strip_has_its_band_and_its_words() -> None:
    field = odds("1840").at("/amount")
    assert field is not None
    assert field.strip is not None
    strip = field.strip
    assert (strip.low, strip.median, strip.high, strip.min, strip.max, strip.value) == (5.95, 50.5, 95.05, 1, 100, 1840)
    assert strip.label == (
        "1,840 is above this agent’s usual range of 5.95 to 95.05, higher than 100 in 100 of its refunds"
    )


def test_another_currency_is_not_compared_with_this_one() -> None:
    found = compare(LANE, {"amount": "50.00", "currency": "NOK"}, Money(Decimal(50), "NOK"))
    assert found.oddities[0].strong == "Its first refund in NOK."
    assert strangest(found) == "first in NOK"


def test_a_customer_who_is_often_new_is_remarked_and_not_odd() -> None:
    half = habits([Past({"to": f"p{i // 2 if i % 3 else i * 7}"}) for i in range(100)])
    assert 0.5 < half.fields["/to"].novelty < 0.9
    found = compare(half, {"to": "somebody"}, None)
    assert (found.fields[0].remark, found.oddities) == ("First action with this to", ())


def test_a_rare_choice_says_how_rare() -> None:
    rare = habits([Past({"mode": "hard" if i < 2 else "soft", "on": i < 1}) for i in range(200)])
    found = compare(rare, {"mode": "hard", "on": True}, None)
    assert said(found) == [("Mode is rare.", "In 2 of 200 actions."), ("On is rare.", "In 1 of 200 actions.")]
    assert [field.remark for field in found.fields] == ["Given in 2 of 200 actions", "True in 1 of 200 actions"]


def test_what_was_always_the_same_number_is_odd_when_it_changes() -> None:
    same = habits([Past({"window": 30}) for _ in range(50)])
    assert compare(same, {"window": 30}, None).fields[0].remark == "Always 30"
    found = compare(same, {"window": 31}, None)
    assert said(found) == [("Window is not 30 for once.", "It was 30 in all 50 actions.")]


@pytest.mark.parametrize("count", [0, 12, 19])
def test_with_few_past_actions_it_says_so_and_nothing_else(count: int) -> None:
    found = compare(habits([refund(i) for i in range(count)]), {"amount": "1"}, eur(1))
    assert found == Odds(count, enough=False, compared=f"Too early to compare, {count} so far")
    assert strangest(found) == found.compared


def test_a_field_that_is_new_in_the_lane_says_it_is_too_early() -> None:
    young = habits([Past({"a": 1, "b": 2} if i < 12 else {"a": 1}) for i in range(40)])
    found = compare(young, {"a": 1, "b": 900}, None)
    assert [field.remark for field in found.fields] == ["Always 1", "Too early to compare, 12 so far"]
    assert not found.oddities


def test_a_currency_with_few_amounts_says_it_is_too_early() -> None:
    mixed = habits([Past({}, Money(Decimal(i), "NOK" if i < 12 else "EUR")) for i in range(60)])
    found = compare(mixed, {}, Money(Decimal(900), "NOK"))
    assert (found.fields[0].remark, found.oddities) == ("Too early to compare, 12 so far", ())


def test_what_was_not_approved_is_no_habit() -> None:
    past = [refund(i) for i in range(40)]
    for decision in ("rejected", "expired", "withdrawn", "pending"):
        past += [refund(i, arguments={"amount": "9000.00"}, decision=decision) for i in range(200)]
    lane = habits(past, amount_at=AT)
    assert lane.count == 40
    assert compare(lane, {"amount": "9000.00"}, eur("9000")).oddities[0].short.endswith("× its usual amount")


def test_keys_that_change_every_time_are_not_called_new() -> None:
    loose = habits([Past({"prices": {f"sku{i}": 1, "base": 2}}) for i in range(60)])
    assert compare(loose, {"prices": {"sku999": 1, "base": 2}}, None).oddities == ()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1840", "1,840"),
        ("1840.00", "1,840"),
        ("12.5", "12.50"),
        ("0.0312", "0.0312"),
        ("0", "0"),
        ("1e300", "1e+300"),
    ],
)
def test_figures_are_written_as_people_do(number: str, text: str) -> None:
    assert figure(Decimal(number)) == text


def test_lists_stand_as_how_many_they_hold() -> None:
    assert flatten({"a": [1, 2], "b": {"c": None}}) == {"/a": Decimal(2), "/b/c": None}
    assert len(flatten({str(i): i for i in range(500)})) == 60


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), json), min_size=1, max_size=4),
    st.dictionaries(st.sampled_from("abcd"), json),
)
def test_whatever_was_sent_there_is_a_short_answer(kinds: list[Any], arguments: Any) -> None:
    lane = habits([Past(kinds[i % len(kinds)]) for i in range(40)])
    found = compare(lane, arguments, eur("1e300"))
    assert len(strangest(found)) <= 200
    assert all(len(one.remark) <= 200 for one in found.fields)


@given(st.lists(st.integers(0, 10**6), min_size=20, max_size=200), st.integers(0, 10**6))
def test_a_number_is_odd_exactly_outside_the_band(values: list[int], value: int) -> None:
    field = compare(habits([Past({"n": one}) for one in values]), {"n": value}, None).fields[0]
    assert field.strip is not None
    assert field.odd is not (field.strip.low <= value <= field.strip.high)
    assert field.strip.min <= field.strip.low <= field.strip.median <= field.strip.high <= field.strip.max


def test_quantiles_lie_between_neighbours() -> None:
    numbers = [Decimal(n) for n in (1, 2, 3, 4)]
    assert [quantile(numbers, part) for part in (0, 0.5, 1)] == [1, Decimal("2.5"), 4]
