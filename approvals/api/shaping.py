"""How the shapes of the API's answers are put together as JSON Schema."""

from __future__ import annotations

from typing import Any

from agents.terms import LEVELS, RISKS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
YES: Schema = {"type": "boolean"}
AT: Schema = {"type": "string", "format": "date-time"}
FREE: Schema = {"type": "object", "additionalProperties": True}
DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
RISK: Schema = {"enum": list(RISKS)}
LEVEL: Schema = {"enum": list(LEVELS)}


def maybe(schema: Schema) -> Schema:
    """Return a schema that takes null too."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """Return a list of these."""
    return {"type": "array", "items": schema}


def shape(*, optional: dict[str, Schema] | None = None, **members: Schema) -> Schema:
    """Return an object with these members; all but the `optional` ones are always there."""
    return {"type": "object", "required": list(members), "properties": members | (optional or {})}


def ref(name: str) -> Schema:
    """Return a reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}
