"""Templates of titles, effects and undo: plain substitution of what an agent sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.terms import Money
from approvals.wording import BadTemplate, names_in, one_line, render_template

ARGUMENTS: dict[str, Any] = {
    "customer": {"name": "Marta Lindqvist", "tags": ["a", "b"]},
    "quantity": 3,
    "urgent": True,
    "nothing": None,
    "empty": "",
    "a/b": "slash",
    "bidi": "abc\u202egpj.exe\u200b\n\tx",
    "long": "word " * 100,
    "braces": "{amount} {0.__class__} %s {{",
}
EUR = Money(Decimal("1840.00"), "EUR")


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("Refund {amount} to {/customer/name}", "Refund €1,840.00 to Marta Lindqvist"),
        ("{quantity} × {/customer/tags/1}", "3 × b"),
        ("{urgent} {nothing} {empty} {absent} {/customer/x/y}", "true (missing) (missing) (missing) (missing)"),
        ("{/customer/tags}", '["a", "b"]'),
        ("{/a~1b} {{x}} 100 %", "slash {x} 100 %"),
        ("{bidi}", "abc gpj.exe x"),
        ("{braces}", "{amount} {0.__class__} %s {{"),
        ("no placeholder", "no placeholder"),
        ("", ""),
    ],
)
def test_placeholders_are_filled(template: str, sentence: str) -> None:
    assert render_template(template, ARGUMENTS, EUR) == sentence


def test_amount_without_money_is_the_argument_of_that_name() -> None:
    assert render_template("{amount}", {"amount": "12"}, None) == "12"
    assert render_template("{amount}", {}, None) == "(missing)"


def test_values_are_cut() -> None:
    shown = render_template("{long}", ARGUMENTS, None)
    assert len(shown) <= 60
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("template", "advice"),
    [
        ("{customer.name}", "{/customer/name}"),
        ("{$.customer.name}", "{/customer/name}"),
        ("{}", "{amount}"),
        ("{ amount }", "{amount}"),
        ("{amount", "{{"),
        ("amount}", "}}"),
        ("{0}", "{/0}"),
        ("{amount!r}", "{amount}"),
    ],
)
def test_what_is_no_placeholder_says_what_to_write(template: str, advice: str) -> None:
    with pytest.raises(BadTemplate) as refusal:
        names_in(template)
    assert advice in refusal.value.detail


def test_names_are_listed_in_order() -> None:
    assert names_in("{amount} {/a/b} {x} {{no}}") == ("amount", "/a/b", "x")


@given(st.text(), st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_rendering_never_raises_and_stays_on_one_line(template: str, arguments: dict[str, Any]) -> None:
    shown = render_template(template, arguments, None)
    assert shown.count("\n") <= template.count("\n")
    assert render_template("{a}", {"a": template}, None).count("\n") == 0


@given(st.text(max_size=500))
def test_a_line_is_bounded_and_visible(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 60
    assert all(mark not in line for mark in "\n\r\t\u202e\u2066\u200b\ufeff")
