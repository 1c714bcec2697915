"""Values of the plain document in words, for the sentences of a difference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from approvals.configuration.shares import percent

Plain = Mapping[str, Any]
_LONGEST = 200
_SHARES = ("tolerance", "alpha", "gross", "sample", "sample_flagged", "practice")


def said(name: str, value: object) -> str:
    """Return a value in words, for a sentence."""
    if name == "when" and isinstance(value, list):
        words = " and ".join(_condition(part) for part in value)
    elif name == "stages" and isinstance(value, list):
        words = ", then ".join(_stage(stage) for stage in value)
    elif name == "steps" and isinstance(value, list):
        words = "; ".join(_step(step) for step in value)
    elif name == "away" and isinstance(value, list):
        words = ", ".join(f"{part['starts']} to {part['until']}" for part in value)
    elif name == "notify" and isinstance(value, Mapping):
        words = "; ".join(f"{urgency}: {', '.join(map(_way, ways))}" for urgency, ways in value.items())
    elif name == "quiet" and isinstance(value, Mapping):
        words = f"{value['from']} to {value['to']}"
    elif name == "hours" and isinstance(value, Mapping):
        words = ", ".join(f"{days} {' '.join(windows) or 'closed'}" for days, windows in value.items())
    elif name in ("fallback", "from") and isinstance(value, Mapping):
        words = _target(value)
    elif isinstance(value, str):
        words = value if name not in ("title", "effect", "undo", "name") else f"“{value}”"
    elif isinstance(value, list) and are_texts(value):
        words = ", ".join(value)
    elif isinstance(value, bool):
        words = "yes" if value else "no"
    elif name in _SHARES and isinstance(value, int | float):
        words = percent(value)
    elif name == "selective" and isinstance(value, list):
        words = ", ".join(map(str, value))
    else:
        words = json.dumps(value, ensure_ascii=False)
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _condition(row: Plain) -> str:
    for joined, word in (("all", " and "), ("any", " or ")):
        if joined in row:
            return "(" + word.join(_condition(part) for part in row[joined]) + ")"
    if "not" in row:
        inner = row["not"] if isinstance(row["not"], list) else [row["not"]]
        return "not (" + " and ".join(_condition(part) for part in inner) + ")"
    value = row.get("value")
    if row["op"] == "exists":
        return f"{row['field']} is {'absent' if value is False else 'there'}"
    words = ", ".join(map(str, value)) if isinstance(value, list) else said("", value)
    return f"{row['field']} {row['op'].replace('_', ' ')} {words}"


def _stage(stage: Plain | list[Plain]) -> str:
    whole: Plain = stage if isinstance(stage, Mapping) else {"requirements": stage}
    words = " and ".join(_requirement(part) for part in whole["requirements"])
    if whole.get("deny_threshold", 1) > 1:
        words += f" ({whole['deny_threshold']} rejections close it)"
    return f"{words} (one person may fill several seats)" if whole.get("allow_shared_seat") else words


def _step(row: Plain) -> str:
    words = f"{row['at']} {row['do']}"
    if "to" in row:
        words += f" {_target(row['to'])}"
    elif "url" in row:
        words += f" {row['url']}"
    elif row["do"] == "repeat":
        words += f" from step {row.get('from', 1)}, {_times(row.get('times', 1))}"
    return words


def _way(row: str | Plain) -> str:
    if isinstance(row, str):
        return row
    return f"{row['channel']} after {row['after']}" if "after" in row else str(row["channel"])


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _requirement(row: Plain) -> str:
    return f"{row['approvals']} of {_target(row['from'])}"


def _target(row: Plain) -> str:
    kind, name = next((kind, name) for kind, name in row.items() if kind != "who")
    if kind == "schedule":
        return f"who is {'next' if row.get('who') == 'next' else 'on call'} by schedule {name}"
    if kind == "manager_of":
        return "the managers of those asked" if name == "asked" else f"the manager of the {name}"
    return str(name) if kind == "person" else f"{kind} {name}"


def are_texts(*values: object) -> bool:
    """Whether those of the values that are lists hold nothing but texts."""
    return all(isinstance(item, str) for value in values for item in (value if isinstance(value, list) else []))
