"""Reading the decision form: typed values, and untouched means untouched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.terms import ActionType, AgentTerms, AmountPointers
from approvals.arguments import faults
from approvals.faces.arguments import fields
from approvals.faces.decide import FieldFace
from approvals.flow.refusals import InvalidArguments, InvalidVote
from approvals.forms import LONGEST_COMMENT, UnreadableForm, decision_form, edited_arguments, read_field
from approvals.portraits.example import arguments_for, curl_for

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
LEAF: st.SearchStrategy[Any] = st.none() | st.booleans() | NUMBER | TEXT
KEY = st.text(alphabet="ab/~ é", max_size=4)
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)


@given(arguments=st.dictionaries(KEY, JSON, max_size=4))
def test_fields_sent_back_untouched_change_nothing(arguments: dict[str, Any]) -> None:
    sent = {field.name: field.value.replace("\r\n", "\n").replace("\r", "\n") for field in fields(arguments, None)}
    assert edited_arguments(arguments, None, sent) == arguments


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", " 12 ", 12),
        ("integer", "1,840", 1840),
        ("number", "18.40", 18.4),
        ("number", "-3", -3),
        ("number", "1840.00", 1840),
        ("boolean", "false", False),
        ("text", "007", "007"),
        ("area", "a\r\nb", "a\nb"),
        ("json", '{"a": [1, 2.5]}', {"a": [1, 2.5]}),
        ("choice", "2", 2),
    ],
)
def test_text_becomes_what_the_schema_says(kind: str, text: str, value: object) -> None:
    field = FieldFace("arg:/x", "X", kind, "", "")
    read = read_field(field, text, {"enum": [1, 2, "b"]})
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", ""),
        ("integer", "1.5"),
        ("integer", "9" * 16),
        ("number", "1e3"),
        ("number", "NaN"),
        ("number", "٣"),
        ("boolean", "True"),
        ("json", "{'a': 1}"),
        ("json", '{"a": 1, "a": 2}'),
        ("json", "NaN"),
        ("choice", "3"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"Write|Choose|This is not JSON"):
        read_field(FieldFace("arg:/x", "X", kind, "", ""), text, {"enum": [1, 2]})


def test_only_what_is_offered_can_be_edited() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    with pytest.raises(InvalidArguments):
        edited_arguments({"a": "x", "b": "y"}, schema, {"arg:/b": "z"})


def test_a_form_of_nobody_is_refused() -> None:
    with pytest.raises(UnreadableForm):
        decision_form({"vote": "launch"}, question=False)
    with pytest.raises(UnreadableForm):
        decision_form({"vote": "reject", "comment": "a\0b"}, question=False)
    with pytest.raises(InvalidVote):
        decision_form({"vote": "reject", "comment": "x" * (LONGEST_COMMENT + 1)}, question=False)


def test_what_a_question_is_answered_with_is_read_only_there() -> None:
    posted = {"vote": "approve", "choice": "now", "answer": "x", "reviewed": "12", "edited": "1", "arg:/a": "b"}
    assert decision_form(posted, question=True).choice == "now"
    plain = decision_form(posted, question=False)
    assert (plain.choice, plain.answer, plain.reviewed) == ("", "", 12.0)
    assert plain.edits == {"arg:/a": "b"}
    assert decision_form(posted | {"vote": "reject"}, question=False).edits is None


@pytest.mark.parametrize("seconds", ["", "0", "-1", "inf", "nan", "x", "1e400"])
def test_seconds_of_review_are_only_what_they_can_be(seconds: str) -> None:
    assert decision_form({"vote": "approve", "reviewed": seconds}, question=False).reviewed is None


def test_the_example_fits_its_schema() -> None:
    kind = ActionType(
        type="refund.create",
        title="Refund {amount} to {/customer/name}",
        amount=AmountPointers("/amount", "/currency"),
        schema={
            "type": "object",
            "required": ["amount", "currency", "days", "reason", "lines", "notify"],
            "properties": {
                "amount": {"type": "string"},
                "days": {"type": "integer", "minimum": 3},
                "reason": {"enum": ["late", "broken"]},
                "lines": {"type": "array"},
                "notify": {"type": "boolean"},
                "customer": {"type": "object", "properties": {"name": {"type": "string"}}},
            },
        },
    )
    made = arguments_for(kind)
    assert faults(kind, made) == []
    assert made["customer"] == {"name": "example"}
    command = curl_for(AgentTerms("refunds", "Refunds", actions=(kind,)), "https://a.test")
    assert '"action": "refund.create"' in command
    assert "https://a.test/api/v1/actions" in curl_for(None, "https://a.test")
