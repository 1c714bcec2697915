"""The API's documentation for reading, made from its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class ParameterFace:
    """One parameter or field of a body."""

    name: str
    where: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class AnswerFace:
    """One answer: its status and what it means."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class CallFace:
    """One call of the API."""

    id: str
    method: str
    path: str
    title: str
    text: str
    parameters: tuple[ParameterFace, ...] = ()
    answers: tuple[AnswerFace, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class CallGroup:
    """Calls that belong together."""

    title: str
    calls: tuple[CallFace, ...]


@dataclass(frozen=True, slots=True)
class DocsFace:
    """The whole API."""

    title: str
    version: str
    text: str
    groups: tuple[CallGroup, ...]


def docs_face(document: Mapping[str, Any]) -> DocsFace:
    """Return the pages of an OpenAPI 3.1 document; parts it does not understand are left out, never refused."""
    groups: dict[str, list[CallFace]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            call = item.get(method)
            if isinstance(call, Mapping):
                tag = (call.get("tags") or ["Calls"])[0]
                groups.setdefault(str(tag), []).append(_call(path, method, call, document))
    info = document.get("info", {})
    return DocsFace(
        title=str(info.get("title", "API")),
        version=str(info.get("version", "")),
        text=flowing(info.get("description", "")),
        groups=tuple(CallGroup(title.capitalize(), tuple(calls)) for title, calls in groups.items()),
    )


def _call(path: str, method: str, call: Mapping[str, Any], document: Mapping[str, Any]) -> CallFace:
    content = _follow(call.get("requestBody", {}), document).get("content", {})
    body = content.get("application/json", {}) if isinstance(content, Mapping) else {}
    schema = _follow(body.get("schema", {}), document)
    parameters = [_parameter(_follow(one, document), document) for one in call.get("parameters", [])]
    parameters += _fields(schema, document)
    example = body.get("example", schema.get("example"))
    return CallFace(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '') or 'root'}",
        method=method.upper(),
        path=path,
        title=str(call.get("summary") or call.get("operationId") or path),
        text=flowing(call.get("description", "")),
        parameters=tuple(parameters),
        answers=tuple(AnswerFace(status, text) for status, text in _answers(call, document).items()),
        example=json.dumps(example, indent=2, ensure_ascii=False) if example is not None else "",
    )


def flowing(text: object) -> str:
    """Return a text whose lines were broken for an editor as paragraphs: single line breaks become spaces."""
    return "\n\n".join(" ".join(part.split()) for part in str(text).split("\n\n"))


def _answers(call: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, str]:
    """Return what each status means; of two with the same status the one that says more."""
    found: dict[str, str] = {}
    for status, answer in call.get("responses", {}).items():
        text = str(_follow(answer, document).get("description", ""))
        if len(text) >= len(found.get(str(status), "")):
            found[str(status)] = text
    return found


def _parameter(one: Mapping[str, Any], document: Mapping[str, Any]) -> ParameterFace:
    return ParameterFace(
        name=str(one.get("name", "")),
        where=str(one.get("in", "")),
        kind=kind_of(_follow(one.get("schema", {}), document)),
        required=bool(one.get("required")),
        text=str(one.get("description", "")),
    )


def _fields(schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[ParameterFace]:
    required = schema.get("required", [])
    found = []
    for name, part in schema.get("properties", {}).items():
        plain = _follow(part, document)
        text = str(part.get("description") or plain.get("description") or "")
        found.append(ParameterFace(str(name), "body", kind_of(plain), name in required, text))
    return found


def _follow(part: Any, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part with its `$ref` followed, inside this document only."""
    for _ in range(8):
        if not isinstance(part, Mapping):
            return {}
        reference = part.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return part
        target: Any = document
        for token in reference[2:].split("/"):
            target = target.get(token, {}) if isinstance(target, Mapping) else {}
        part = target
    return {}


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return a schema's type in words: `kind_of({"enum": ["low", "high"]})` is "low or high"."""
    if isinstance(schema.get("enum"), list):
        return " or ".join(str(item) for item in schema["enum"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, list):
        kinds = [kind_of(option) for option in options if isinstance(option, Mapping)]
        return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "object" if "properties" in schema or "$ref" in schema else "")
    if isinstance(kind, list):
        kind = " or ".join(str(item) for item in kind if item != "null")
    if kind == "array":
        items = schema.get("items")
        return f"list of {kind_of(items) or 'values'}" if isinstance(items, Mapping) else "list"
    return str(kind)
