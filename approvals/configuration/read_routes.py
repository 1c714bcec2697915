"""Reading hard rules and routes."""

from __future__ import annotations

from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.read_conditions import conditions
from approvals.configuration.rows import Row, listing
from approvals.configuration.targets import target
from approvals.configuration.values import choice, count, flag, slug, text

ASSIGN = ("all", "round_robin", "least_loaded", "sticky")
MODES = ("active", "monitor", "off")
MOST_STAGES = 10
MOST_REQUIREMENTS = 10


def rule(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one hard rule."""
    with Row(faults, node, "a rule") as row:
        row.take("name", text, required=True)
        when = row.take("when", conditions, required=True)
        row.take("then", choice("deny", "allow"), required=True)
        row.take("mode", choice(*MODES), default="active")
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
        row.take("assign", choice(*ASSIGN), default="all")
        row.take("always_ask", flag, default=False)
        row.take("chain", slug, required=True)
        row.take("fallback", target)
        row.take("mode", choice(*MODES), default="active")
    return row.out


def _stages(faults: Faults, node: Node) -> list[Any] | None:
    found = listing(_stage, "stages", most=MOST_STAGES)(faults, node)
    if found == []:
        _nobody(faults, node)
    return found


def _stage(faults: Faults, node: Node) -> object:
    """Read a stage: a list of requirements, or a mapping where it has more to say."""
    if node.kind != "map":
        return _requirements(faults, node) or []
    if {"approvals", "from"} & set(node.members):
        faults.add(node.pointer, "wrong_type", "A stage is a list of requirements. Write [[{approvals: …, from: …}]].")
        return []
    with Row(faults, node, "a stage") as row:
        row.take("requirements", _requirements, required=True)
        row.take("deny_threshold", count, default=1)
        row.take("allow_shared_seat", flag, default=False)
    return row.out if len(row.out) > 1 else row.out.get("requirements", [])


def _requirements(faults: Faults, node: Node) -> list[dict[str, Any]] | None:
    found = listing(_requirement, "requirements", most=MOST_REQUIREMENTS)(faults, node)
    if found == []:
        _nobody(faults, node)
    return found


def _nobody(faults: Faults, node: Node) -> None:
    faults.add(node.pointer, "empty_list", "Nobody would be asked. Write [[{approvals: 1, from: {team: …}}]].")


def _requirement(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "a requirement") as row:
        row.take("approvals", count, required=True)
        row.take("from", target, required=True)
    return row.out
