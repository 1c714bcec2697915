"""Arguments against the schema of their type."""

from __future__ import annotations

from typing import Any

from agents.fitting import misfits
from agents.terms import ActionType
from approvals.flow.refusals import InvalidArguments
from core.errors import FieldError

MOST_ERRORS = 20


def faults(kind: ActionType, arguments: dict[str, Any]) -> list[FieldError]:
    """Return what the type's schema has against these arguments, at most twenty things."""
    if kind.schema is None:
        return []
    wrong = misfits(kind.schema, arguments, most=MOST_ERRORS)
    return [FieldError(f"/arguments{pointer}", "schema", message) for pointer, message in wrong]


def check_schema(kind: ActionType, arguments: dict[str, Any]) -> None:
    """Raise InvalidArguments if the type's schema refuses these arguments."""
    if wrong := faults(kind, arguments):
        raise InvalidArguments("These arguments do not fit the schema of their type.", errors=wrong)
