"""What the OpenAPI document says of one operation, from the same shapes that read its body."""

from __future__ import annotations

from typing import Any

from approvals.api.auth import Door
from approvals.schemas.shape import Shape

Told = dict[str, Any]

_QUERY: dict[str, Told] = {
    "wait": {"type": "number", "minimum": 0, "maximum": 60, "description": "Seconds to wait for news."},
    "status": {
        "type": "string",
        "enum": ["pending", "approved", "rejected", "expired", "withdrawn", "superseded"],
        "description": "Only actions in this status.",
    },
    "state": {"type": "string", "enum": ["active", "coming", "ended"], "description": "Only those in this state."},
    "action": {"type": "string", "maxLength": 100, "description": "Only actions of this type."},
    "run_id": {"type": "string", "maxLength": 100, "description": "Only actions of this run."},
    "cursor": {"type": "string", "description": "The `next` of an earlier page."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50, "description": "Items of a page."},
    "from": {"type": "string", "format": "date-time", "description": "From when."},
    "to": {"type": "string", "format": "date-time", "description": "Until when."},
}
_TITLES = {
    400: "The request cannot be read.",
    401: "Nobody has shown who is asking.",
    403: "The one who asks may not do this.",
    404: "There is no such thing, or it is not yours.",
    409: "It is not in a state for this, or changed meanwhile.",
    413: "The body is longer than 256 KiB.",
    415: "The body is not declared to be JSON.",
    422: "The request was read, and says something that cannot be.",
}


def told(
    name: str,
    door: Door | None,
    *,
    gives: str,
    status: int = 200,
    body: Shape | None = None,
    example: Told | None = None,
    query: tuple[str, ...] = (),
    headers: tuple[Told, ...] = (),
    also: dict[int, str] | None = None,
    codes: dict[int, tuple[str, ...]] | None = None,
) -> Told:
    """Return the keywords of a django-ninja operation. `codes` are the problems it has beside those of all."""
    responses = {str(status): _answer("Done.", gives)}
    for more, describes in (also or {}).items():
        responses[str(more)] = _answer(describes, gives)
    refusals = dict(codes or {})
    if door is not None:
        refusals = {401: ("unauthenticated", "bad_signature"), 403: _forbidden(door)} | _merged(refusals, door)
    if body is not None:
        always = {400: ("invalid_json",), 413: ("too_large",), 415: ("unsupported_media_type",)}
        refusals = always | {422: ("invalid_fields",)} | refusals
        if 422 in (codes or {}):
            refusals[422] = ("invalid_fields", *refusals[422])
    for refused in sorted(refusals):
        responses[str(refused)] = _problem(refused, refusals[refused])
    extra: Told = {"responses": responses}
    if door is not None:
        extra["security"] = _security(door)
    if query or headers:
        extra["parameters"] = [*(_parameter(one) for one in query), *headers]
    if body is not None:
        content: Told = {"schema": body.schema()}
        if example is not None:
            content["example"] = example
        extra["requestBody"] = {"required": bool(body.required), "content": {"application/json": content}}
    return {"operation_id": name, "auth": door, "openapi_extra": extra}


def _merged(refusals: dict[int, tuple[str, ...]], door: Door) -> dict[int, tuple[str, ...]]:
    """Join what a door refuses with what the route refuses by the same status."""
    if 403 in refusals:
        return refusals | {403: (*_forbidden(door), *refusals[403])}
    return refusals


def _forbidden(door: Door) -> tuple[str, ...]:
    codes = () if door.agents else ("agents_cannot_decide",)
    return codes if door.people and door.reporters else (*codes, "wrong_key")


def _security(door: Door) -> list[Told]:
    kinds = [("agentKey", door.agents), ("personKey", door.people), ("reporterKey", door.reporters)]
    told: list[Told] = [{name: []} for name, is_let_in in kinds if is_let_in]
    return [*told, {"session": []}] if door.people else told


def _answer(describes: str, gives: str) -> Told:
    return {
        "description": describes,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{gives}"}}},
    }


def _problem(status: int, codes: tuple[str, ...]) -> Told:
    return {
        "description": f"{_TITLES[status]} Codes: {', '.join(f'`{code}`' for code in codes)}.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _parameter(name: str) -> Told:
    schema = dict(_QUERY[name])
    return {"in": "query", "name": name, "required": False, "description": schema.pop("description"), "schema": schema}
