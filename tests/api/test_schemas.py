"""Bytes become frozen values, or problems that point at every wrong field."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agents.terms import Money
from approvals.schemas import deciding, posting, running
from approvals.schemas.kinds import InvalidFields
from approvals.schemas.shape import Shape
from core.destination import Allow
from core.strict_json import InvalidJson

BASE: dict[str, Any] = {"action": "refund.create", "arguments": {"amount": "120.00"}}


def read(**more: Any) -> Any:
    body = json.dumps({name: value for name, value in (BASE | more).items() if value is not ...}).encode()
    return posting.posted_action(body, idempotency_key=None, allow=Allow())


def wrong(**more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFields) as refused:
        read(**more)
    assert refused.value.status == 422
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_a_whole_post_is_read():
    posted = read(
        summary="Late parcel",
        reason="The parcel was late.",
        context=[{"title": "Order", "kind": "json", "value": {"id": 7}}, {"title": "Note", "value": "hello"}],
        confidence=1,
        risk="high",
        amount={"value": "120.00", "currency": "eur"},
        environment="production",
        agent_version="1.2",
        run_id="run-7",
        requested_by="Ana@acme.test",
        callback_url="https://example.com/hook",
        decide_within=60,
        execute_within=60.0,
        state={"cursor": [1, 2]},
        reject_options=[{"name": "later", "prompt": "Not before "}],
    )
    assert posted.confidence == 1.0
    assert posted.amount == Money(Decimal("120.00"), "EUR")
    assert posted.context[1] == {"kind": "text", "title": "Note", "value": "hello"}
    assert (posted.decide_within, posted.execute_within) == (60, 60)
    assert posted.reject_options == ({"name": "later", "title": "later", "prompt": "Not before "},)
    assert posted.state == {"cursor": [1, 2]}
    assert posted.kind == "approval"


def test_the_body_is_kept_as_it_came():
    body = b'{ "action":"note.add",\n "arguments":{"b":1, "a":1.0} }'
    posted = posting.posted_action(body, idempotency_key="k", allow=Allow())
    assert posted.body == body
    assert posted.idempotency_key == "k"


def test_null_is_the_same_as_left_out():
    assert read(amount=None, risk=None, context=None, kind=None, summary=None) == read(
        amount=None, risk=None, context=None, kind=None, summary=None
    )
    assert read(summary=None).summary == ""


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"action": ...}, "/action", "required"),
        ({"arguments": ...}, "/arguments", "required"),
        ({"arguments": None}, "/arguments", "wrong_type"),
        ({"arguments": [1]}, "/arguments", "wrong_type"),
        ({"action": "Refund"}, "/action", "wrong_form"),
        ({"action": ""}, "/action", "wrong_form"),
        ({"action": "refund\n"}, "/action", "wrong_form"),
        ({"action": "a" * 101}, "/action", "too_long"),
        ({"action": 7}, "/action", "wrong_type"),
        ({"summary": "x" * 201}, "/summary", "too_long"),
        ({"reason": "x" * 10_001}, "/reason", "too_long"),
        ({"context": [{"title": "t", "value": ""}] * 51}, "/context", "too_many"),
        ({"context": {}}, "/context", "wrong_type"),
        ({"context": [{"value": ""}]}, "/context/0/title", "required"),
        ({"context": [{"title": "t"}]}, "/context/0/value", "required"),
        ({"context": [{"title": "t", "kind": "html", "value": ""}]}, "/context/0/kind", "unknown_value"),
        ({"context": [{"title": "t", "value": 7}]}, "/context/0/value", "wrong_type"),
        ({"context": [{"title": "t", "kind": "table", "value": "x"}]}, "/context/0/value", "wrong_type"),
        (
            {"context": [{"title": "t", "kind": "link", "value": "javascript:alert(1)"}]},
            "/context/0/value",
            "wrong_form",
        ),
        ({"context": [{"title": "t", "value": "", "html": ""}]}, "/context/0/html", "unknown_field"),
        ({"confidence": 1.01}, "/confidence", "out_of_range"),
        ({"confidence": -0.01}, "/confidence", "out_of_range"),
        ({"confidence": True}, "/confidence", "wrong_type"),
        ({"confidence": "0.9"}, "/confidence", "wrong_type"),
        ({"risk": "none"}, "/risk", "unknown_value"),
        ({"risk": ["low"]}, "/risk", "unknown_value"),
        ({"amount": "120 EUR"}, "/amount", "wrong_type"),
        ({"amount": {"value": "120"}}, "/amount/currency", "required"),
        ({"amount": {"value": 120, "currency": "EUR"}}, "/amount/value", "wrong_type"),
        ({"amount": {"value": "-1", "currency": "EUR"}}, "/amount/value", "wrong_form"),
        ({"amount": {"value": "1e3", "currency": "EUR"}}, "/amount/value", "wrong_form"),
        ({"amount": {"value": "NaN", "currency": "EUR"}}, "/amount/value", "wrong_form"),
        ({"amount": {"value": "١٢", "currency": "EUR"}}, "/amount/value", "wrong_form"),
        ({"amount": {"value": "9" * 19, "currency": "EUR"}}, "/amount/value", "wrong_form"),
        ({"amount": {"value": "1", "currency": "EURO"}}, "/amount/currency", "too_long"),
        ({"amount": {"value": "1", "currency": "€€€"}}, "/amount/currency", "wrong_form"),
        ({"environment": "x" * 101}, "/environment", "too_long"),
        ({"agent_version": 2}, "/agent_version", "wrong_type"),
        ({"run_id": {}}, "/run_id", "wrong_type"),
        ({"requested_by": "ana"}, "/requested_by", "wrong_form"),
        ({"requested_by": "a b@c"}, "/requested_by", "wrong_form"),
        ({"requested_by": "x" * 65 + "@acme.test"}, "/requested_by", "wrong_form"),
        ({"callback_url": "ftp://example.com"}, "/callback_url", "unsafe_url"),
        ({"callback_url": "http://127.0.0.1/"}, "/callback_url", "unsafe_url"),
        ({"callback_url": ""}, "/callback_url", "too_short"),
        ({"decide_within": 0}, "/decide_within", "out_of_range"),
        ({"decide_within": -5}, "/decide_within", "out_of_range"),
        ({"decide_within": 1.5}, "/decide_within", "wrong_type"),
        ({"decide_within": True}, "/decide_within", "wrong_type"),
        ({"execute_within": "60"}, "/execute_within", "wrong_type"),
        ({"state": []}, "/state", "wrong_type"),
        ({"state": {"x": "y" * 16_384}}, "/state", "too_long"),
        ({"kind": "vote"}, "/kind", "unknown_value"),
        ({"choices": [{"name": "a"}]}, "/choices", "not_a_question"),
        ({"kind": "question", "choices": [{"title": "A"}]}, "/choices/0/name", "required"),
        ({"kind": "question", "choices": [{"name": ""}]}, "/choices/0/name", "too_short"),
        ({"kind": "question", "choices": [{"name": "a"}, {"name": "a"}]}, "/choices", "duplicate_name"),
        ({"reject_options": [{"name": "a", "colour": "red"}]}, "/reject_options/0/colour", "unknown_field"),
        ({"status": "approved"}, "/status", "unknown_field"),
        ({"organization": "other"}, "/organization", "unknown_field"),
        ({"a/b~c": 1}, "/a~1b~0c", "unknown_field"),
    ],
)
def test_a_wrong_field_is_pointed_at(more, pointer, code):
    assert (pointer, code) in wrong(**more)


def test_a_near_name_is_offered():
    with pytest.raises(InvalidFields) as refused:
        read(sumary="x", Risk="low")
    assert [error.detail for error in refused.value.errors] == [
        "There is no such field. Did you mean summary?",
        "There is no such field. Did you mean risk?",
    ]


def test_everything_wrong_is_told_at_once():
    assert wrong(action=7, summary=7, risk="x") == [
        ("/action", "wrong_type"),
        ("/summary", "wrong_type"),
        ("/risk", "unknown_value"),
    ]


def test_a_hostile_body_gets_fifty_errors_and_little_time():
    body = json.dumps(BASE | {f"unknwon_field_{n:05}": n for n in range(8_000)}).encode()
    began = time.thread_time()
    with pytest.raises(InvalidFields) as refused:
        posting.posted_action(body, idempotency_key=None, allow=Allow())
    assert len(refused.value.errors) == 50
    assert time.thread_time() - began < 0.5


def test_a_wish_for_a_thousand_years_shortens_nothing_and_breaks_nothing():
    assert read(decide_within=10**15).decide_within == posting.LONG_AGO


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"7", b"null", b"true"])
def test_only_an_object_is_a_post(body):
    with pytest.raises(InvalidFields) as refused:
        posting.posted_action(body, idempotency_key=None, allow=Allow())
    assert refused.value.errors[0].pointer == ""


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "a\x00", "a\n"])
def test_an_odd_idempotency_key_is_refused(key):
    with pytest.raises(posting.InvalidIdempotencyKey):
        posting.posted_action(json.dumps(BASE).encode(), idempotency_key=key, allow=Allow())


def test_a_vote_is_read():
    digest = "sha256:" + "a" * 64
    cast = deciding.cast_vote(json.dumps({"vote": "reject", "digest": digest, "comment": "No."}).encode())
    assert (cast.vote, cast.digest, cast.comment, cast.arguments) == ("reject", digest, "No.", None)


@pytest.mark.parametrize(
    ("reader", "body", "pointer", "code"),
    [
        (deciding.cast_vote, {"vote": "approve"}, "/digest", "required"),
        (deciding.cast_vote, {"vote": "approve", "digest": "sha256:xyz"}, "/digest", "wrong_form"),
        (deciding.cast_vote, {"vote": "yes", "digest": "sha256:" + "a" * 64}, "/vote", "unknown_value"),
        (deciding.cast_vote, {"vote": "approve", "digest": "sha256:" + "A" * 64}, "/digest", "wrong_form"),
        (
            deciding.cast_vote,
            {"vote": "approve", "digest": "sha256:" + "a" * 64, "arguments": []},
            "/arguments",
            "wrong_type",
        ),
        (
            deciding.cast_vote,
            {"vote": "approve", "digest": "sha256:" + "a" * 64, "review_seconds": 9},
            "/review_seconds",
            "unknown_field",
        ),
        (deciding.question, {}, "/text", "required"),
        (deciding.question, {"text": ""}, "/text", "too_short"),
        (deciding.nothing, {"x": 1}, "/x", "unknown_field"),
        (deciding.reassignment, {"to": "nobody"}, "/to", "wrong_form"),
        (deciding.escalation, {"epoch": 0}, "/epoch", "out_of_range"),
        (deciding.escalation, {"epoch": "1"}, "/epoch", "wrong_type"),
        (deciding.snooze, {"until": "tomorrow"}, "/until", "wrong_form"),
        (deciding.snooze, {"until": "2026-12-01T09:00:00"}, "/until", "wrong_form"),
        (deciding.snooze, {"until": "2026-02-31T09:00:00Z"}, "/until", "wrong_form"),
        (deciding.snooze, {"until": "0001-01-01T00:00:00+23:59"}, "/until", "wrong_form"),
        (deciding.snooze, {"until": "9999-12-31T23:59:59-23:59"}, "/until", "wrong_form"),
        (deciding.reason, {"reason": "x" * 2001}, "/reason", "too_long"),
        (running.reply, {"context": []}, "/text", "required"),
        (running.start, {"digest": 7}, "/digest", "wrong_type"),
        (running.finish, {"status": "done"}, "/status", "unknown_value"),
        (running.outcome, {"verdict": "fine"}, "/verdict", "unknown_value"),
        (running.outcome, {"verdict": "incorrect", "severity": "huge"}, "/severity", "unknown_value"),
        (posting.revised_action, {"summary": "x"}, "/arguments", "required"),
        (posting.revised_action, {"arguments": {}, "risk": "low"}, "/risk", "unknown_field"),
    ],
)
def test_a_wrong_field_of_the_other_bodies_is_pointed_at(reader, body, pointer, code):
    with pytest.raises(InvalidFields) as refused:
        reader(json.dumps(body).encode())
    assert (pointer, code) in [(error.pointer, error.code) for error in refused.value.errors]


def test_a_moment_is_read_in_utc():
    assert (
        deciding.snooze(b'{"until": "2026-12-01t09:00:00.5+01:00"}').isoformat() == "2026-12-01T08:00:00.500000+00:00"
    )


def test_nothing_may_be_said_as_nothing():
    assert deciding.reason(b"") == ""
    deciding.nothing(b"")
    deciding.nothing(b"{}")


def shapes() -> list[tuple[str, Shape]]:
    return [
        (f"{module.__name__}.{name}", value)
        for module in (posting, deciding, running)
        for name, value in vars(module).items()
        if isinstance(value, Shape)
    ]


@pytest.mark.parametrize(("name", "shape"), shapes())
def test_every_shape_documents_itself_in_json_schema(name, shape):
    Draft202012Validator.check_schema(shape.schema())
    assert shape.schema()["additionalProperties"] is False


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from([*posting.POSTED.fields, "unknown"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_names, _json, max_size=6))
def test_whatever_the_fields_hold_it_is_read_or_refused(members):
    body = json.dumps(BASE | members).encode("utf-8", "surrogatepass")
    try:
        posted = posting.posted_action(body, idempotency_key=None, allow=Allow())
    except (InvalidFields, InvalidJson):
        return
    told = json.loads(body)
    whole = {name: value for name, value in told.items() if value is not None}
    assert not list(Draft202012Validator(posting.POSTED.schema()).iter_errors(whole))
    assert posted.action == told["action"]
