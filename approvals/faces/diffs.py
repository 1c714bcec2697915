"""What changed between two versions of the arguments, line by line."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line. `kind` is add, del, same or hd (a heading)."""

    kind: str
    text: str


def diff(old: Any, new: Any) -> tuple[DiffLine, ...]:
    """Return what changed, one line a value, named by its path.

    diff({"amount": "1240.00"}, {"amount": "1840.00"}) is (del "amount      1240.00", add "amount      1840.00").
    """
    before, after = dict(flat(old)), dict(flat(new))
    width = max((len(path) for path in (*before, *after)), default=0)
    lines: list[DiffLine] = []
    for path in dict.fromkeys((*before, *after)):
        if path in before and path in after and before[path] == after[path]:
            continue
        label = path.ljust(min(width, 40)) + "  "
        if path in before:
            lines.append(DiffLine("del", label + before[path]))
        if path in after:
            lines.append(DiffLine("add", label + after[path]))
    return tuple(lines)


def text_diff(old: str, new: str) -> tuple[DiffLine, ...]:
    """Return the difference of two texts with two lines of context."""
    lines: list[DiffLine] = []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm=""):
        if line.startswith(("---", "+++")):
            continue
        kind = {"+": "add", "-": "del", "@": "hd"}.get(line[:1], "same")
        lines.append(DiffLine(kind, line if kind == "hd" else line[1:]))
    return tuple(lines)


def written_diff(text: str) -> tuple[DiffLine, ...]:
    """Return a diff that somebody wrote as text ("+ …", "- …") as lines."""
    kinds = {"+": "add", "-": "del", "@": "hd"}
    return tuple(
        DiffLine(kinds.get(line[:1], "same"), line[1:] if line[:1] in "+- " else line) for line in text.splitlines()
    )


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Return every value below `value` with its path: [("customer.name", "Marta")]. An empty container is a value."""
    if isinstance(value, dict) and value:
        return [pair for key, item in value.items() for pair in flat(item, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list) and value:
        return [pair for index, item in enumerate(value) for pair in flat(item, f"{path}[{index}]")]
    return [(path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]
