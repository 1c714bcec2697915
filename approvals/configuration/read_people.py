"""Reading the organization, its people and its teams."""

from __future__ import annotations

from typing import Any

from agents.terms import RISKS
from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.read_agents import PROMOTION
from approvals.configuration.read_channels import notify, quiet, slack_id
from approvals.configuration.read_times import away
from approvals.configuration.rows import Row, listing
from approvals.configuration.shares import measure
from approvals.configuration.values import between, choice, email, flag, money, slug, text, timezone, type_glob

ROLES = ("admin", "approver", "auditor", "viewer")
MOST_PRACTICE = "0.1"  # of what people review


def organization(faults: Faults, node: Node) -> dict[str, Any]:
    """Read the organization's own settings."""
    with Row(faults, node, "the organization") as row:
        name = row.take("slug", slug, required=True)
        row.take("name", text, default=name)
        row.take("timezone", timezone, default="UTC")
        row.take("promotion", choice(*PROMOTION), default="ratified")
        row.take("practice", measure("0", MOST_PRACTICE), default=0)
        row.take("require_signatures", flag, default=False)
        row.take("owner_may_decide", flag, default=False)
        row.take("delegation_depth", between(1, 3), default=1)
        row.take("slack_team", slack_id("team"))
    return row.out


def person(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one person."""
    with Row(faults, node, "a person") as row:
        address = row.take("email", email, required=True)
        row.take("name", text, default=address)
        row.take("roles", listing(choice(*ROLES), "roles", key="."), default=["viewer"])
        row.take("timezone", timezone)
        row.take("manager", email)
        row.take("authority", _authority, default={})
        row.take("away", listing(away, "absences", most=1000), default=[])
        row.take("slack", slack_id("member"))
        row.take("notify", notify, default={})
        row.take("quiet", quiet)
    return row.out


def _authority(faults: Faults, node: Node) -> dict[str, Any]:
    with Row(faults, node, "an authority") as row:
        row.take("max_amount", money)
        row.take("max_risk", choice(*RISKS))
        row.take("actions", listing(type_glob, "action types", key="."))
    if row.out.get("actions") == []:
        faults.add(
            row.at("actions"),
            "empty_list",
            "An empty list would allow nothing. Leave “actions” out for anything, or take the role approver away.",
        )
    return row.out


def team(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one team."""
    with Row(faults, node, "a team") as row:
        name = row.take("slug", slug, required=True)
        row.take("name", text, default=name)
        row.take("members", listing(email, "e-mails", key="."), default=[])
        row.take("slack", slack_id("channel"))
    return row.out
