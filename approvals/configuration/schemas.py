"""Checking the JSON Schema (2020-12) of an action type's arguments, so that using it later is safe and quick.

Refused: references that leave the schema or come back to themselves, schemas that would grow beyond 10,000 parts when
their references are followed, and patterns on which Python's `re` could backtrack without end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from agents.patterns import why_unsafe
from agents.pointers import MISSING, look_up, pointer_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_BYTES = 65_536
MOST_PARTS = 10_000
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONES = (
    "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else", "unevaluatedItems",
    "unevaluatedProperties", "contentSchema",
)  # fmt: skip
_NEVER = ("$dynamicRef", "$dynamicAnchor", "$anchor", "$id", "$recursiveRef", "$vocabulary")

SchemaFault = tuple[str, str, str]  # pointer into the schema, code, message


def faults_of(schema: dict[str, Any]) -> list[SchemaFault]:
    """Return what is wrong with a schema: (pointer into it, code, message)."""
    if len(json.dumps(schema)) > MOST_BYTES:
        return [("", "too_large", f"A schema may have {MOST_BYTES:,} bytes at most.")]
    found = [
        (pointer_of(*error.absolute_path), "invalid_schema", f"This is no JSON Schema 2020-12: {error.message[:200]}.")
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema)
    ]
    if found:
        return found[:20]
    found = [fault for path, part in _parts(schema, "") for fault in _part_faults(schema, path, part)]
    return found or _growth(schema)


def _parts(schema: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside `schema`, itself first, with its pointer."""
    waiting = [(path, schema)]
    while waiting:
        here, part = waiting.pop()
        if isinstance(part, dict):
            yield here, part
            waiting += _inside(here, part)


def _inside(path: str, part: dict[str, Any]) -> list[tuple[str, object]]:
    inner: list[tuple[str, object]] = []
    for key in _MAPS:
        if isinstance(part.get(key), dict):
            inner += [(path + pointer_of(key, name), sub) for name, sub in part[key].items()]
    for key in _LISTS:
        if isinstance(part.get(key), list):
            inner += [(path + pointer_of(key, n), sub) for n, sub in enumerate(part[key])]
    return inner + [(path + pointer_of(key), part[key]) for key in _ONES if key in part]


def _part_faults(schema: dict[str, Any], path: str, part: dict[str, Any]) -> Iterator[SchemaFault]:
    if part.get("$schema", DIALECT).rstrip("#") != DIALECT:
        yield path + "/$schema", "invalid_schema", f"Only 2020-12 is read: leave “$schema” out, or write {DIALECT}."
    for key in _NEVER:
        if key in part:
            yield path + pointer_of(key), "invalid_schema", f"“{key}” is not read. Use “$defs” and “$ref: '#/$defs/…'”."
    if "$ref" in part:
        target = _target(schema, part["$ref"])
        if target is None:
            yield (
                path + "/$ref",
                "invalid_reference",
                f"“{str(part['$ref'])[:100]}” names nothing in this schema; nothing is fetched. Write '#/$defs/name'.",
            )
    patterns = [(path + "/pattern", part["pattern"])] if isinstance(part.get("pattern"), str) else []
    if isinstance(part.get("patternProperties"), dict):
        patterns += [(path + pointer_of("patternProperties", name), name) for name in part["patternProperties"]]
    for where, pattern in patterns:
        if why := why_unsafe(pattern):
            yield where, "unsafe_pattern", why


def _target(schema: dict[str, Any], reference: object) -> dict[str, Any] | bool | None:
    if not isinstance(reference, str) or not reference.startswith("#") or "%" in reference:
        return None
    found = look_up(schema, reference[1:])
    return found if found is not MISSING and isinstance(found, (dict, bool)) else None


def _growth(schema: dict[str, Any]) -> list[SchemaFault]:
    """Refuse a schema that refers to itself, or that is very large with its references followed."""
    sizes: dict[int, int] = {}
    entered: set[int] = set()

    def size(part: object, path: str) -> int:
        if not isinstance(part, dict):
            return 1
        known = id(part)
        if known in sizes:
            return sizes[known]
        if known in entered:
            raise _Endless(path)
        entered.add(known)
        total = 1 + sum(size(sub, where) for where, sub in _inside(path, part) if not _is_definition(path, where))
        if "$ref" in part:
            total += size(_target(schema, part["$ref"]), path + "/$ref")
        entered.discard(known)
        sizes[known] = total
        return total

    try:
        if size(schema, "") > MOST_PARTS:
            return [("", "too_large", f"With its references followed the schema has over {MOST_PARTS:,} parts.")]
    except _Endless as loop:
        return [(str(loop), "invalid_reference", "The schema refers back to itself here, without end.")]
    except RecursionError:
        return [("", "too_large", "The schema's references lead too deep.")]
    return []


def _is_definition(path: str, where: str) -> bool:
    return where[len(path) :].startswith(("/$defs/", "/definitions/"))


class _Endless(Exception):
    """A reference comes back to where it started."""
