"""Reading hard rules, routes and chains."""

from __future__ import annotations

from typing import Any

from approvals.configuration.faults import NOT_YET, Faults, one_of
from approvals.configuration.parse import Node
from approvals.configuration.read_conditions import conditions
from approvals.configuration.read_people import ROLES
from approvals.configuration.rows import Row, listing
from approvals.configuration.values import choice, count, duration, email, flag, slug, text

TARGETS = ("person", "team", "role")
LATER_TARGETS = ("schedule", "manager_of")


def rule(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one hard rule."""
    with Row(faults, node, "a rule") as row:
        row.take("name", text, required=True)
        when = row.take("when", conditions, required=True)
        row.take("then", choice("deny", "allow"), required=True)
    if when == []:
        faults.add(
            row.at("when"), "empty_list", "A rule without a condition would hit everything. Write what it is about."
        )
    return row.out


def route(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one route."""
    with Row(faults, node, "a route") as row:
        row.take("name", text, required=True)
        row.take("when", conditions)
        row.take("stages", _stages, required=True)
        row.take("assign", choice("all", later=("round_robin", "least_loaded", "sticky")), default="all")
        row.take("always_ask", flag, default=False)
        row.take("chain", slug, required=True)
        row.take("fallback", target)
    return row.out


def chain(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one chain."""
    with Row(faults, node, "a chain") as row:
        row.take("slug", slug, required=True)
        row.take("decide_within", duration, required=True)
        row.take("execute_within", duration)
        row.take("clock", _clock, default="wall")
        row.later("steps")
        row.take("finally", choice("reject", "hold", later=("approve",)), default="reject")
    return row.out


def target(faults: Faults, node: Node) -> dict[str, Any]:
    """Read whom a requirement asks: one of `{person}`, `{team}`, `{role}`."""
    with Row(faults, node, "a target") as row:
        row.take("person", email)
        row.take("team", slug)
        row.take("role", choice(*ROLES))
        row.later(*LATER_TARGETS)
        if any(row.has(name) for name in LATER_TARGETS):
            row.later("who")
    said = [name for name in (*TARGETS, *LATER_TARGETS) if row.has(name)]
    if node.kind == "map" and len(said) != 1:
        what = f"{one_of(said)} are said at once" if said else "nobody is named"
        faults.add(node.pointer, "invalid_target", f"A target names one of person, team or role; here {what}.")
    return row.out


def _clock(faults: Faults, node: Node) -> str | None:
    value = text(faults, node)
    if value not in (None, "wall"):
        faults.add(node.pointer, NOT_YET, "Calendars are not available yet. Write “clock: wall”.")
        return None
    return value


def _stages(faults: Faults, node: Node) -> list[list[dict[str, Any]]] | None:
    found = listing(_stage, "stages")(faults, node)
    if found is not None and len(found) != 1:
        _say_one(faults, node, "stages", len(found))
    return found


def _stage(faults: Faults, node: Node) -> list[dict[str, Any]]:
    if node.kind == "map":
        faults.add(node.pointer, "wrong_type", "A stage is a list of requirements. Write [[{approvals: …, from: …}]].")
        return []
    found = listing(_requirement, "requirements")(faults, node)
    if found is not None and len(found) != 1:
        _say_one(faults, node, "requirements", len(found))
    return found or []


def _say_one(faults: Faults, node: Node, what: str, number: int) -> None:
    if number:
        place = node.items[1].pointer
        faults.add(place, NOT_YET, f"Several {what} are not available yet. Keep one.")
    else:
        faults.add(node.pointer, "empty_list", "Nobody would be asked. Write [[{approvals: 1, from: {team: …}}]].")


def _requirement(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "a requirement") as row:
        row.take("approvals", count, required=True)
        row.take("from", target, required=True)
    return row.out
