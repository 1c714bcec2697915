"""History as a file: JSON Lines to keep and check, CSV to look at in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from audit.models import Entry
from audit.queries import Told, told

COLUMNS = ("seq", "at", "kind", "actor", "subject", "facts", "prev_hash", "hash")
BATCH = 1000
# A cell that begins like this is a formula to a spreadsheet; behind an apostrophe it is text (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(form: str) -> Iterator[str]:
    """Yield the organization's history, oldest first, inside `tx.reading(org)`; `form` is `jsonl` or `csv`.

    A line of JSON has everything of the API and `body`, the exact text that was hashed.
    """
    if form == "csv":
        yield _row(COLUMNS)
        yield from (_row(_cells(entry)) for entry in _told())
    else:
        yield from (_json(entry) for entry in _told())


def cell(value: str) -> str:
    """Return a cell's text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def _told() -> Iterator[Told]:
    return (told(entry) for entry in Entry.objects.order_by("seq").iterator(chunk_size=BATCH))


def _json(entry: Told) -> str:
    return json.dumps(entry.as_json() | {"body": entry.body}, ensure_ascii=False, separators=(",", ":")) + "\n"


def _cells(entry: Told) -> tuple[str, ...]:
    facts = json.dumps(entry.facts, ensure_ascii=False, sort_keys=True)
    texts = (entry.at, entry.kind, entry.actor, entry.subject, facts, entry.prev_hash, entry.hash)
    return (str(entry.seq), *map(cell, texts))


def _row(cells: tuple[str, ...]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow(cells)
    return file.getvalue()
