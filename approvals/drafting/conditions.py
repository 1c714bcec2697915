"""Conditions as rows of a form: a field, an operator, a value as text. What joins others stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from approvals.configuration.parse import resolve

Posted = Mapping[str, str]
FIELDS = (
    "action", "amount", "agent", "risk", "level", "confidence", "reversible", "environment", "agent_version",
    "requested_by", "time", "rate",
)  # fmt: skip
OPS = ("is", "in", "matches", "at_least", "at_most", "above", "below", "exists", "inside", "outside")
ARGUMENT = "argument"
SPARE = 2
"""How many empty rows a form offers."""
MOST = 100
_NUMBERS = ("confidence", "rate")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_ITEM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)')


def is_plain(condition: Mapping[str, Any]) -> bool:
    """Whether a condition is one test, and not made of others."""
    return "field" in condition


def text_of(condition: Mapping[str, Any]) -> str:
    """Return the value of a condition as a form has it: lists with commas, yes and no, quotes where they matter."""
    value = condition.get("value")
    if condition.get("op") == "exists":
        return "no" if value is False else "yes"
    loose = str(condition.get("field", "")).startswith("/")
    if isinstance(value, list):
        return ", ".join(_spell(one, loose=loose or "," in str(one)) for one in value)
    return "" if value is None else _spell(value, loose=loose)


def conditions_of(posted: Posted, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the conditions of a posted form; a row without a field is left out. What is wrong is left for the check.

    `keep-3` keeps the third of those from before, for what a form cannot show as a row.
    """
    found: list[dict[str, Any]] = []
    for number in range(1, min(len(before), MOST) + SPARE + 1):
        if posted.get(f"keep-{number}") and number <= len(before):
            found.append(before[number - 1])
            continue
        name = posted.get(f"field-{number}", "")
        if name == ARGUMENT:
            name = posted.get(f"pointer-{number}", "").strip() or "/"
        if not name:
            continue
        op, text = posted.get(f"op-{number}", ""), posted.get(f"value-{number}", "").strip()
        found.append({"field": name, "op": op, **_value(name, op, text)})
    return found


def _value(name: str, op: str, text: str) -> dict[str, Any]:
    if op == "exists":
        return {"value": False} if _FLAGS.get(text.lower(), True) is False else {}
    if not text:
        return {}
    if op == "in":
        return {"value": [_read(name, one) for one in _items(text)]}
    return {"value": _read(name, text)}


def _items(text: str) -> list[str]:
    return [found[1].strip() for found in _ITEM.finditer(text) if found[1].strip()]


def _read(name: str, text: str) -> Any:
    """Return the JSON value of a text: arguments as YAML would read them, our own fields by what they are."""
    if name == "reversible":
        return _FLAGS.get(text.lower(), text)
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if name not in _NUMBERS and not name.startswith("/"):
        return text
    if name.startswith("/") and text.lower() in ("yes", "no"):
        return text
    try:
        value = resolve(text)
    except ValueError:
        return text
    if isinstance(value, Decimal):
        whole = (
            value == value.to_integral_value() and abs(value) < 2**53 and "." not in text and "e" not in text.lower()
        )
        return int(value) if whole else float(value)
    return text if value is None else value


def _spell(value: Any, *, loose: bool) -> str:
    """Return a value as text; with `loose` a text that would be read as something else has quotes."""
    if isinstance(value, bool):
        return ("true" if value else "false") if loose else ("yes" if value else "no")
    if not isinstance(value, str):
        return str(value)
    return f'"{value}"' if loose and (_read("/", value) != value or "," in value) else value
