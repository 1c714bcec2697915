"""Reading a whole document: nodes in, the plain document out, with every fault found on the way."""

from __future__ import annotations

from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.read_agents import CheckUrl, agent
from approvals.configuration.read_chains import chain
from approvals.configuration.read_people import organization, person, team
from approvals.configuration.read_routes import route, rule
from approvals.configuration.read_times import calendar, delegation, schedule
from approvals.configuration.rows import Row, listing

FORMAT = 1


def read(faults: Faults, root: Node, check_url: CheckUrl) -> dict[str, Any]:
    """Return the plain document: JSON values in one spelling and order, defaults left out."""
    with Row(faults, root, "the document") as row:
        row.take("version", _version, required=True)
        row.take("organization", organization, required=True)
        row.take("people", listing(person, "people", key="email"), default=[])
        row.take("teams", listing(team, "teams", most=1000, key="slug"), default=[])
        row.take("calendars", listing(calendar, "calendars", most=1000, key="slug"), default=[])
        row.take("schedules", listing(schedule, "schedules", most=1000, key="slug"), default=[])
        agents = listing(lambda inner, node: agent(inner, node, check_url), "agents", most=1000, key="slug")
        row.take("agents", agents, default=[])
        row.take("rules", listing(rule, "rules", most=1000, key="name"), default=[])
        row.take("routes", listing(route, "routes", most=1000, key="name"), required=True)
        chains = listing(lambda inner, node: chain(inner, node, check_url), "chains", most=1000, key="slug")
        row.take("chains", chains, default=[])
        row.take("delegations", listing(delegation, "delegations", most=1000), default=[])
    return row.out


def _version(faults: Faults, node: Node) -> int | None:
    if node.kind == "number" and node.text == str(FORMAT):
        return FORMAT
    faults.add(
        node.pointer,
        "invalid_version",
        f"This is format {FORMAT}. Write “version: {FORMAT}”; we number what you apply.",
    )
    return None
