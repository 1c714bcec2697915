"""Rows of the plain document, found by what names them; and how an edit is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from approvals.configuration.export import as_json
from core.errors import FieldError, Unprocessable

Document = dict[str, Any]
Row = dict[str, Any]
Edit = Callable[[Document], None]
"""Changes a copy of the document in place. Raises Unfit."""

KEYS = {
    "people": "email",
    "teams": "slug",
    "calendars": "slug",
    "schedules": "slug",
    "agents": "slug",
    "rules": "name",
    "routes": "name",
    "chains": "slug",
}


class Unfit(Unprocessable):
    """What was typed cannot stand in the document; `wrong` says by field what to write instead."""

    code, title = "edit_refused", "This cannot be kept"

    def __init__(self, detail: str, wrong: Mapping[str, str] | None = None) -> None:
        self.wrong = dict(wrong or {})
        super().__init__(detail, errors=[FieldError(f"/{name}", "wrong_form", why) for name, why in self.wrong.items()])


def refuse(wrong: Mapping[str, str]) -> None:
    """Raise Unfit if anything is wrong."""
    if wrong:
        one = len(wrong) == 1
        raise Unfit(f"{'One field' if one else f'{len(wrong)} fields'} cannot be kept as typed.", wrong)


def mark_of(document: Mapping[str, Any]) -> str:
    """Return a short mark of what a document says: equal only for documents that say the same, in the same order."""
    return hashlib.sha256(as_json(document).encode()).hexdigest()[:20]


def rows_of(document: Document, section: str) -> list[Row]:
    """Return the rows of a section, to be changed in place."""
    rows: list[Row] = document.setdefault(section, [])
    return rows


def place_of(document: Mapping[str, Any], section: str, name: str) -> int | None:
    """Return where the row called `name` stands in its section, from 0."""
    key = KEYS[section]
    return next((place for place, row in enumerate(document.get(section, ())) if row.get(key) == name), None)


def row_of(document: Mapping[str, Any], section: str, name: str) -> Row:
    """Return the row called `name`. Raises Unfit if it is gone."""
    place = place_of(document, section, name)
    if place is None:
        raise Unfit(f"“{name}” is not there any more. Nothing was changed.")
    row: Row = document[section][place]
    return row


def put(row: Row, name: str, value: Any, default: Any = None) -> None:
    """Set a field, or leave it out where it says no more than the default."""
    if value is None or value == default:
        row.pop(name, None)
    else:
        row[name] = value


def is_new(document: Mapping[str, Any], section: str, name: str, was: str = "") -> bool:
    """Whether no other row than `was` is called `name`."""
    return name == was or place_of(document, section, name) is None
