"""A command that posts a first action, as pasted: arguments made up from the type's own schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agents.terms import ActionType, AgentTerms
from approvals.wording import BadTemplate, names_in

DEEPEST = 4
MADE_UP: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "null": None}


def curl_for(terms: AgentTerms | None, base_url: str) -> str:
    """Return a curl command for the agent's first kind of action, with the key left to the shell."""
    kind = terms.actions[0] if terms and terms.actions else ActionType(type="note.add")
    body = json.dumps({"action": kind.type, "arguments": arguments_for(kind)}, ensure_ascii=False)
    quoted = body.replace("'", "'\\''")
    return (
        f"curl -X POST {base_url}/api/v1/actions \\\n"
        '  -H "Authorization: Bearer $COUNTERSIGN_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{quoted}'"
    )


def arguments_for(kind: ActionType) -> dict[str, Any]:
    """Return arguments that fit the schema where it says plainly what it wants."""
    made = _value(kind.schema or {}, DEEPEST)
    arguments: dict[str, Any] = made if isinstance(made, dict) else {}
    for name in _names(kind.title):
        if name != "amount":
            _put(arguments, name if name.startswith("/") else f"/{name}", "example", over=False)
    if kind.amount is not None:
        _put(arguments, kind.amount.value, "42.00")
        _put(arguments, kind.amount.currency, "EUR")
    return arguments


def _value(schema: Mapping[str, Any], depth: int) -> Any:
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    for given in ("const", "default"):
        if given in schema:
            return schema[given]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object" and depth:
        required = schema.get("required") or list(schema.get("properties", {}))
        parts = schema.get("properties", {})
        return {name: _value(parts.get(name, {}), depth - 1) for name in required}
    if kind in ("integer", "number") and isinstance(schema.get("minimum"), int | float):
        return schema["minimum"]
    return MADE_UP.get(kind, "example") if isinstance(kind, str) else "example"


def _names(title: str) -> tuple[str, ...]:
    """Return what the title is filled with; a title that is no template names nothing."""
    try:
        return names_in(title)
    except BadTemplate:
        return ()


def _put(arguments: dict[str, Any], pointer: str, value: Any, *, over: bool = True) -> None:
    """Set a value by its pointer, making objects on the way; a list on the way, or without `over` a value, is left."""
    *way, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    holder = arguments
    for name in way:
        inner = holder.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        holder = inner
    if over or last not in holder:
        holder[last] = value
