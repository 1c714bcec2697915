"""Model instances as JSON, for the one database function that inserts a whole new action."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Model


def row_json(instance: Model) -> dict[str, Any]:
    """Return every column of an unsaved instance, in the spelling `jsonb_populate_record` reads."""
    return {column: _plain(getattr(instance, name)) for column, name in _columns(type(instance))}


@cache
def _columns(model: type[Model]) -> tuple[tuple[str, str], ...]:
    return tuple((str(field.column), field.attname) for field in model._meta.concrete_fields)  # noqa: SLF001 - Django's documented API


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | dict | list):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} seconds"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"{type(value)} has no spelling here")
