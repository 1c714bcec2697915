"""What one part of the document says about another: names that must exist, and what cannot be meant so."""

from __future__ import annotations

from typing import Any

from approvals.configuration.check_chains import check_chains
from approvals.configuration.check_channels import check_channels
from approvals.configuration.check_delegations import check_delegations
from approvals.configuration.check_routes import check_routes
from approvals.configuration.faults import Faults, did_you_mean
from approvals.configuration.known import Known, each


def crosscheck(faults: Faults, document: dict[str, Any]) -> None:
    """Check a plain document whole. Parts that could not be read are missing in it and are passed over."""
    known = Known(document)
    _people(faults, known)
    check_channels(faults, known)
    _times(faults, known)
    for number, agent in each(document, "agents"):
        known.expect(faults, f"/agents/{number}/owner", "person", agent.get("owner"))
    for part in ("rules", "routes"):
        for number, row in each(document, part):
            _conditions(faults, f"/{part}/{number}/when", row.get("when", []), known)
    check_routes(faults, known)
    check_chains(faults, known)
    check_delegations(faults, known)


def _people(faults: Faults, known: Known) -> None:
    managers: dict[str, str] = {}
    for number, person in each(known.document, "people"):
        if known.expect(faults, f"/people/{number}/manager", "person", person.get("manager")) and "email" in person:
            managers[person["email"]] = person["manager"]
    for number, person in each(known.document, "people"):
        if loop := _loop(managers, person.get("email", "")):
            words = "they manage themselves" if len(loop) == 1 else "the managers go in a circle: " + " → ".join(loop)
            faults.add(f"/people/{number}/manager", "manager_cycle", f"{words.capitalize()}. Take one of them out.")
    for number, team in each(known.document, "teams"):
        for place, member in enumerate(team.get("members", [])):
            known.expect(faults, f"/teams/{number}/members/{place}", "person", member)
    if not any("admin" in roles for roles in known.roles.values()):
        faults.warn("/people", "no_admin", "Nobody has the role admin, so nobody is told when something goes wrong.")


def _loop(managers: dict[str, str], start: str) -> list[str]:
    """Return the circle of managers that `start` is the least member of, so that each is told once."""
    walked = [start]
    while (above := managers.get(walked[-1])) is not None and above not in walked:
        walked.append(above)
    return walked if above == start and start == min(walked) else []


def _times(faults: Faults, known: Known) -> None:
    for number, calendar in each(known.document, "calendars"):
        if calendar.get("slug") == "wall":
            faults.add(
                f"/calendars/{number}/slug", "invalid_slug", "“wall” is the clock on the wall. Call it otherwise."
            )
    for number, schedule in each(known.document, "schedules"):
        for place, person in enumerate(schedule.get("people") or []):
            known.expect(faults, f"/schedules/{number}/people/{place}", "person", person)


def _conditions(faults: Faults, path: str, conditions: object, known: Known) -> None:
    for number, condition in enumerate(conditions if isinstance(conditions, list) else []):
        _condition(faults, f"{path}/{number}", condition, known)


def _condition(faults: Faults, path: str, condition: dict[str, Any], known: Known) -> None:
    for joined in ("all", "any", "not"):
        inner = condition.get(joined)
        if isinstance(inner, dict):
            _condition(faults, f"{path}/{joined}", inner, known)
        else:
            _conditions(faults, f"{path}/{joined}", inner, known)
    if condition.get("field") == "time":
        known.expect(faults, f"{path}/value", "calendar", condition.get("value"))
    if condition.get("field") not in ("agent", "action") or condition.get("op") not in ("is", "in"):
        return
    value = condition.get("value")
    several = isinstance(value, list)
    for number, name in enumerate(value if isinstance(value, list) else [value]):
        place = f"{path}/value/{number}" if several else f"{path}/value"
        if condition["field"] == "agent":
            known.expect(faults, place, "agent", name)
        elif isinstance(name, str) and name not in known.types:
            hint = did_you_mean(name, known.types)
            faults.warn(place, "unknown_type", f"No agent has been given the action type “{name}”.{hint}")
