"""Arguments against the schema of their type."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from agents.terms import ActionType
from approvals.flow.refusals import InvalidArguments
from core.errors import FieldError

MOST_ERRORS = 20


def faults(kind: ActionType, arguments: dict[str, Any]) -> list[FieldError]:
    """Return what the type's schema has against these arguments, at most twenty things."""
    if kind.schema is None:
        return []
    found = []
    for error in Draft202012Validator(kind.schema).iter_errors(arguments):
        path = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error.absolute_path)
        found.append(FieldError(f"/arguments{path}", "schema", error.message[:300]))
        if len(found) == MOST_ERRORS:
            break
    return found


def check_schema(kind: ActionType, arguments: dict[str, Any]) -> None:
    """Raise InvalidArguments if the type's schema refuses these arguments."""
    if wrong := faults(kind, arguments):
        raise InvalidArguments("These arguments do not fit the schema of their type.", errors=wrong)
