"""Whether arguments fit the JSON Schema of their type, within a bounded amount of work.

The schema was checked when its document was applied (approvals.configuration.schemas): nothing remote, nothing endless,
no pattern that backtracks. What is left is bounded here: keywords are counted, and uniqueItems compares canonical forms
in place of every pair (29,000 distinct objects: 0.05 s, not minutes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from agents.pointers import pointer_of
from core.canonical import canonical

MOST_STEPS = 100_000
LONGEST_MESSAGE = 300
TOO_MUCH = "These arguments are too large to be checked against their schema. Send fewer values."

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]

_left: ContextVar[list[int]] = ContextVar("schema_steps_left")


class _TooMuch(Exception):
    """The budget of keywords is spent."""


def misfits(schema: dict[str, Any], arguments: object, *, most: int = 20) -> list[tuple[str, str]]:
    """Return (pointer into the arguments, message) for the first `most` things that the schema has against them."""
    token = _left.set([MOST_STEPS])
    found: list[tuple[str, str]] = []
    try:
        for error in _Bounded(schema).iter_errors(arguments):
            found.append((pointer_of(*error.absolute_path), _message(error)))
            if len(found) == most:
                break
    except _TooMuch:
        found.append(("", TOO_MUCH))
    finally:
        _left.reset(token)
    return found


def _message(error: ValidationError) -> str:
    if error.validator == "false schema":
        return "Nothing may stand here."
    return error.message if len(error.message) <= LONGEST_MESSAGE else error.message[: LONGEST_MESSAGE - 1] + "…"


def _counted(keyword: Keyword) -> Keyword:
    """Return a keyword that costs one step each time it is looked at."""

    def run(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError] | None:
        left = _left.get()
        left[0] -= 1
        if left[0] < 0:
            raise _TooMuch
        return keyword(validator, value, instance, schema)

    return run


def _unique(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list):
        seen: set[bytes] = set()
        for item in instance:
            spelled = canonical(item)
            if spelled in seen:
                yield ValidationError("The same value stands in this list twice.")
                return
            seen.add(spelled)


_Bounded = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        name: _counted(keyword)
        for name, keyword in (dict(Draft202012Validator.VALIDATORS) | {"uniqueItems": _unique}).items()
    },
)
