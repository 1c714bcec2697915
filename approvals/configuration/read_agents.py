"""Reading agents and the action types they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.terms import LEVELS, RISKS
from approvals.configuration.faults import Faults, did_you_mean, one_of
from approvals.configuration.parse import Node
from approvals.configuration.read_trust import reach, trust
from approvals.configuration.rows import Row, listing
from approvals.configuration.schemas import faults_of
from approvals.configuration.values import (
    Reader,
    action_type,
    choice,
    count,
    email,
    flag,
    long_text,
    money,
    plain,
    pointer,
    text,
)
from approvals.configuration.values import slug as slug_
from approvals.wording import BadTemplate, names_in
from core.destination import UnsafeUrl, read_url

CheckUrl = Callable[[str], str]  # returns "" or why this installation would not call the address
PROMOTION = ("ratified", "automatic")
HIGHEST = {"low": "autonomous", "medium": "autonomous", "high": "monitored", "critical": "assisted"}


def url_reader(check_url: CheckUrl) -> Reader:
    """Return a reader of addresses that this installation calls."""

    def read(faults: Faults, node: Node) -> str | None:
        value = text(faults, node, 2000)
        if value is None:
            return None
        try:
            read_url(value)
        except UnsafeUrl as refusal:
            faults.add(node.pointer, "invalid_url", f"“{value[:200]}” cannot be called. {refusal.detail}")
            return None
        if why := check_url(value):
            faults.warn(node.pointer, "unreachable_url", f"“{value[:200]}” will not be called as things are: {why}")
        return value

    return read


def agent(faults: Faults, node: Node, check_url: CheckUrl) -> dict[str, Any]:
    """Read one agent."""
    with Row(faults, node, "an agent") as row:
        name = row.take("slug", slug_, required=True)
        row.take("name", text, default=name)
        row.take("owner", email)
        row.take("callback_url", url_reader(check_url))
        row.take("limits", _agent_limits, default={})
        row.take("actions", listing(_action, "action types", key="type"), default=[])
    return row.out


def _agent_limits(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "an agent's limits") as row:
        row.take("per_minute", count)
        row.take("pending", count)
    return row.out


def _action(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "an action type") as row:
        row.take("type", action_type, required=True)
        for name in ("title", "effect", "undo"):
            row.take(name, _template)
        risk = row.take("risk", choice(*RISKS), default="high")
        reversible = row.take("reversible", flag, default=False)
        row.take("amount", _amount)
        row.take("schema", _schema)
        ceiling = row.take("ceiling", choice(*LEVELS))
        row.take("limits", _type_limits, default={})
        row.take("promotion", choice(*PROMOTION))
        judged = None if row.is_wrong("risk") else risk
        row.take("trust", trust(judged, reach(risk, ceiling, reversible=reversible)), default={})
    if ceiling:
        _check_ceiling(faults, row.at("ceiling"), ceiling, risk, reversible=reversible)
    if (schema := row.out.get("schema")) is not None:
        _check_names(faults, row, schema)
    return row.out


def _check_ceiling(faults: Faults, path: str, ceiling: str, risk: str, *, reversible: bool) -> None:
    highest = HIGHEST[risk]
    if LEVELS.index(ceiling) > LEVELS.index(highest):
        faults.add(
            path, "ceiling_too_high", f"Risk {risk} can reach {highest} at most, not {ceiling}. Write “{highest}”."
        )
    elif LEVELS.index(ceiling) > LEVELS.index("assisted") and not reversible:
        faults.warn(
            path,
            "ceiling_unreachable",
            "What is not reversible stays at assisted at most, whatever the ceiling. Say “reversible: true” if it is.",
        )


def _amount(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "where the amount stands") as row:
        row.take("value", pointer, required=True)
        row.take("currency", pointer, required=True)
    return row.out


def _type_limits(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "an action type's limits") as row:
        row.take("per_hour", count)
        row.take("max_amount", money)
        row.take("amount_per_day", money)
    return row.out


def _template(faults: Faults, node: Node) -> str | None:
    value = long_text(faults, node)
    if value is None:
        return None
    try:
        names_in(value)
    except BadTemplate as problem:
        faults.add(node.pointer, "invalid_template", problem.detail)
    return value


def _schema(faults: Faults, node: Node) -> dict[str, Any] | None:
    if node.kind != "map":
        faults.add(node.pointer, "wrong_type", f"A schema must be a mapping, not {node.described}.")
        return None
    schema = plain(faults, node)
    assert isinstance(schema, dict)
    for path, code, message in faults_of(schema):
        faults.add(node.pointer + path, code, message)
    return schema


def _check_names(faults: Faults, row: Row, schema: dict[str, Any]) -> None:
    """Refuse placeholders that a closed schema leaves no room for."""
    properties = schema.get("properties")
    if schema.get("additionalProperties") is not False or not isinstance(properties, dict) or "$ref" in schema:
        return
    for name in ("title", "effect", "undo"):
        try:
            found = names_in(row.out.get(name, ""))
        except BadTemplate:
            continue
        for placeholder in found:
            first = placeholder.lstrip("/").split("/")[0].replace("~1", "/").replace("~0", "~")
            if first not in properties and not (placeholder == "amount" and "amount" in row.out):
                hint = did_you_mean(first, properties) or f" Known: {one_of(properties)}."
                faults.add(
                    row.at(name),
                    "unknown_placeholder",
                    f"{{{placeholder}}} will never be filled: the schema has no “{first}”.{hint}",
                )
