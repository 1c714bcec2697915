"""Reading whom a requirement, a step or a fallback asks."""

from __future__ import annotations

from typing import Any

from approvals.configuration.faults import Faults, one_of
from approvals.configuration.parse import Node
from approvals.configuration.read_people import ROLES
from approvals.configuration.rows import Row
from approvals.configuration.values import choice, email, slug

KINDS = ("person", "team", "role", "schedule", "manager_of")
MANAGED = ("asked", "owner", "requester")


def target(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one of `{person}`, `{team}`, `{role}`, `{schedule, who}`, `{manager_of}`."""
    with Row(faults, node, "a target") as row:
        row.take("person", email)
        row.take("team", slug)
        row.take("role", choice(*ROLES))
        row.take("schedule", slug)
        row.take("manager_of", choice(*MANAGED))
        row.take("who", choice("on_call", "next"), default="on_call")
    said = [name for name in KINDS if row.has(name)]
    if node.kind == "map" and len(said) != 1:
        what = f"{one_of(said)} are said at once" if said else "nobody is named"
        faults.add(node.pointer, "invalid_target", f"A target names one of {one_of(KINDS)}; here {what}.")
    elif row.has("who") and not row.has("schedule"):
        faults.add(row.at("who"), "misplaced_field", "Only a schedule has “who”. Leave it out.")
        row.out.pop("who", None)
    return row.out
