"""Arguments against schemas: what does not fit is named, and hostile arguments end soon."""

from __future__ import annotations

import time
from typing import Any

import pytest

from agents.fitting import TOO_MUCH, misfits


def test_what_does_not_fit_is_named_by_pointer() -> None:
    schema = {
        "type": "object",
        "required": ["amount"],
        "properties": {"a/b": {"type": "integer"}, "list": {"items": {"type": "string"}, "uniqueItems": True}},
        "additionalProperties": False,
    }
    assert misfits(schema, {"amount": 1, "a/b": "x"} | {"list": ["a", 1]})[0][0] in ("/a~1b", "/list/1", "")
    found = dict(misfits(schema, {"a/b": "x", "list": ["a", 1, "a"]}))
    assert found[""] == "'amount' is a required property"
    assert found["/a~1b"] == "'x' is not of type 'integer'"
    assert found["/list/1"] == "1 is not of type 'string'"
    assert found["/list"] == "The same value stands in this list twice."
    assert misfits({"type": "object"}, {}) == []


@pytest.mark.parametrize(
    ("items", "twice"),
    [([1, 1.0], True), ([1, True], False), (["1", 1], False), ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], True)],
)
def test_unique_items_compare_as_json(items: list[Any], twice: bool) -> None:
    assert bool(misfits({"uniqueItems": True}, items)) is twice


def test_messages_and_their_number_are_bounded() -> None:
    found = misfits({"items": {"type": "integer"}}, ["x" * 10_000] * 100)
    assert len(found) == 20
    assert all(len(message) <= 300 for _, message in found)


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({"uniqueItems": True}, [{str(n): 1} for n in range(29_000)]),
        ({"items": {"anyOf": [{"const": n} for n in range(99)] + [{"type": "object"}]}}, [{} for _ in range(80_000)]),
        ({"items": {"allOf": [{"type": "object"}] * 1000}}, [{} for _ in range(80_000)]),
        ({"properties": {"a": {"contains": {"const": 1}}}}, {"a": [0] * 100_000}),
        ({"patternProperties": {"^a": {"type": "integer"}}}, {f"b{n}": 1 for n in range(30_000)}),
    ],
)
def test_hostile_arguments_end_soon(schema: dict[str, Any], arguments: Any) -> None:
    started = time.thread_time()
    found = misfits(schema, arguments)
    assert time.thread_time() - started < 3
    assert all(message for _, message in found)


def test_what_is_too_much_is_refused_not_passed() -> None:
    schema = {"items": {"allOf": [{"type": "object"}] * 1000}}
    assert misfits(schema, [{} for _ in range(80_000)]) == [("", TOO_MUCH)]
