"""Whether people can be told as the document says: Slack ids of one person each, and more than one way to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.terms import RISKS
from approvals.configuration.faults import Fault, Faults
from approvals.configuration.known import Known, Row, each

URGENT = (("high", "high"), ("critical", "critical"))  # the risk somebody may decide, the urgency it is told with
ENOUGH = 2


def check_channels(faults: Faults, known: Known) -> None:
    """Refuse a Slack account of two people: a press of it would be whose vote?"""
    owners: dict[str, str] = {}
    for number, person in each(known.document, "people"):
        member = person.get("slack")
        if member in owners:
            faults.add(
                f"/people/{number}/slack",
                "duplicate",
                f"“{member}” is the Slack account of {owners[member]} already. An account is one person's.",
            )
        elif member:
            owners[member] = person.get("email", "somebody else")


def linked_already(document: Mapping[str, Any], owners: Mapping[str, str]) -> list[Fault]:
    """Return a fault for each Slack account that the document gives to somebody, and another linked: `owners` by id."""
    return [
        Fault(
            1,
            1,
            f"/people/{number}/slack",
            "slack_taken",
            f"{owners[person['slack']]} linked the Slack account {person['slack']} by signing in, and an account is one"
            f" person's. If it is not theirs, write theirs as `slack` of {owners[person['slack']]}.",
        )
        for number, person in enumerate(document.get("people", []))
        if person.get("slack") in owners
    ]


def doubt_channels(faults: Faults, known: Known) -> None:
    """Warn where people would not hear of what they are asked as they wish, or only by a way that may fail."""
    connected = bool(known.organization.get("slack_team"))
    rows = [row for part in ("people", "teams") for _, row in each(known.document, part)]
    if not connected and any("slack" in row for row in rows):
        faults.warn(
            "/organization",
            "no_slack_team",
            "There are Slack ids, but no workspace they are of, so nobody is told in Slack. Add slack_team.",
        )
    for number, person in each(known.document, "people"):
        _person(faults, f"/people/{number}/notify", person, connected=connected)


def _person(faults: Faults, path: str, person: Row, *, connected: bool) -> None:
    notify = {urgency: [_channel(one) for one in ways if one] for urgency, ways in person.get("notify", {}).items()}
    if "slack" not in person and any("slack" in ways for ways in notify.values()):
        faults.warn(
            path,
            "no_slack_id",
            f"{person['email']} wishes to be told in Slack but has no Slack id here. Add `slack`, or let them link"
            " their account; until then it is mail.",
        )
    if "approver" not in person.get("roles", ()):
        return
    most = person.get("authority", {}).get("max_risk", RISKS[-1])
    for risk, urgency in URGENT:
        ways = {one for one in notify.get(urgency, ()) if one != "slack" or (connected and "slack" in person)}
        if urgency in notify and len(ways) < ENOUGH and RISKS.index(risk) <= RISKS.index(most):
            faults.warn(
                f"{path}/{urgency}",
                "one_channel",
                f"If one channel fails, {person['email']} hears of nothing of risk {risk}. Name a second that works.",
            )


def _channel(way: object) -> str:
    return str(way["channel"] if isinstance(way, dict) else way)
