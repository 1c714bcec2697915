"""What one part of the document says about another: names that must exist, and people enough to decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from approvals.configuration.faults import Faults, did_you_mean

Rows = list[dict[str, Any]]


def crosscheck(faults: Faults, document: dict[str, Any]) -> None:
    """Check a plain document whole. Parts that could not be read are missing in it and are passed over."""
    known = _Known(document)
    _people(faults, document, known)
    for number, agent in _each(document, "agents"):
        known.expect(faults, f"/agents/{number}/owner", "person", agent.get("owner"))
    for part in ("rules", "routes"):
        for number, row in _each(document, part):
            _conditions(faults, f"/{part}/{number}/when", row.get("when", []), known)
    _order(faults, document)
    for number, route in _each(document, "routes"):
        _route(faults, f"/routes/{number}", route, known)


class _Known:
    """Every name of the document, and who may approve."""

    def __init__(self, document: dict[str, Any]) -> None:
        people = [row for _, row in _each(document, "people")]
        self.owner_may_decide = document.get("organization", {}).get("owner_may_decide", False)
        self.agents = [row for _, row in _each(document, "agents")]
        self.types = {
            str(kind["type"]) for agent in self.agents for _, kind in _each(agent, "actions") if "type" in kind
        }
        self.roles = {row["email"]: set(row.get("roles", ["viewer"])) for row in people if "email" in row}
        self.members = {
            row["slug"]: {member for member in row.get("members", []) if member}
            for _, row in _each(document, "teams")
            if "slug" in row
        }
        self.names: dict[str, Iterable[str]] = {
            "person": self.roles,
            "team": self.members,
            "agent": [row["slug"] for row in self.agents if "slug" in row],
            "chain": [row["slug"] for _, row in _each(document, "chains") if "slug" in row],
        }

    def expect(self, faults: Faults, path: str, what: str, name: object) -> bool:
        """Note a name that nothing in the document bears; tell whether one does."""
        if not isinstance(name, str):
            return False
        if name in self.names[what]:
            return True
        plural = {"person": "people"}.get(what, what + "s")
        hint = did_you_mean(name, self.names[what]) or f" Add it under “{plural}”, or name one that is there."
        faults.add(path, "unknown_name", f"There is no {what} “{name[:80]}”.{hint}")
        return False

    def electors(self, target: dict[str, Any]) -> set[str]:
        """Return who of a target may approve at all: those with the role approver."""
        if "person" in target:
            asked = {target["person"]}
        elif "team" in target:
            asked = self.members.get(target["team"], set())
        else:
            asked = {email for email, roles in self.roles.items() if target.get("role") in roles}
        return {email for email in asked if "approver" in self.roles.get(email, set())}


def _each(row: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mappings of a list with their numbers."""
    yield from ((number, item) for number, item in enumerate(row.get(name) or []) if isinstance(item, dict))


def _people(faults: Faults, document: dict[str, Any], known: _Known) -> None:
    managers: dict[str, str] = {}
    for number, person in _each(document, "people"):
        if known.expect(faults, f"/people/{number}/manager", "person", person.get("manager")) and "email" in person:
            managers[person["email"]] = person["manager"]
    for number, person in _each(document, "people"):
        if loop := _loop(managers, person.get("email", "")):
            words = "they manage themselves" if len(loop) == 1 else "the managers go in a circle: " + " → ".join(loop)
            faults.add(f"/people/{number}/manager", "manager_cycle", f"{words.capitalize()}. Take one of them out.")
    for number, team in _each(document, "teams"):
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


def _conditions(faults: Faults, path: str, conditions: object, known: _Known) -> None:
    for number, condition in enumerate(conditions if isinstance(conditions, list) else []):
        _condition(faults, f"{path}/{number}", condition, known)


def _condition(faults: Faults, path: str, condition: dict[str, Any], known: _Known) -> None:
    for joined in ("all", "any", "not"):
        inner = condition.get(joined)
        if isinstance(inner, dict):
            _condition(faults, f"{path}/{joined}", inner, known)
        else:
            _conditions(faults, f"{path}/{joined}", inner, known)
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


def _order(faults: Faults, document: dict[str, Any]) -> None:
    """The last route takes what is left, so it has no `when`; those before it must have one."""
    routes = document.get("routes")
    if routes == []:
        faults.add("/routes", "no_default_route", "There must be a route. Add one without “when” for everything.")
    for number, route in _each(document, "routes"):
        last = number == len(document["routes"]) - 1
        name = route.get("name", number + 1)
        if last and "when" in route:
            faults.add(
                f"/routes/{number}/when",
                "no_default_route",
                "The last route takes everything else and has no “when”. Add such a route after this one.",
            )
        elif not last and not route.get("when", [None]):
            faults.add(f"/routes/{number}/when", "empty_list", f"Route “{name}” has an empty “when”. Say when it is.")
        elif not last and "when" not in route:
            faults.add(
                f"/routes/{number}",
                "unreachable_route",
                f"Route “{name}” has no “when”, so no route after it is ever reached. Give it one, or put it last.",
            )


def _route(faults: Faults, path: str, route: dict[str, Any], known: _Known) -> None:
    known.expect(faults, f"{path}/chain", "chain", route.get("chain"))
    spare: set[str] = set()
    if fallback := route.get("fallback"):
        spare = _electors(faults, f"{path}/fallback", fallback, known)
        if not spare and _is_known(fallback, known):
            faults.add(f"{path}/fallback", "nobody_eligible", f"Nobody in {_named(fallback)} has the role approver.")
    for stage_number, stage in enumerate(route.get("stages") or []):
        for number, requirement in enumerate(stage):
            place = f"{path}/stages/{stage_number}/{number}"
            _requirement(faults, place, requirement, spare, route, known)


def _requirement(
    faults: Faults, path: str, requirement: dict[str, Any], spare: set[str], route: dict[str, Any], known: _Known
) -> None:
    """Check that a quorum can be reached by people who are there and may approve."""
    target, needed = requirement.get("from") or {}, requirement.get("approvals")
    electors = _electors(faults, f"{path}/from", target, known)
    if not needed or not _is_known(target, known):
        return
    if needed > len(electors):
        have = "nobody has" if not electors else f"only {len(electors)} {'has' if len(electors) == 1 else 'have'}"
        faults.add(
            f"{path}/approvals",
            "unreachable_quorum",
            f"{needed} approvals are needed, but of {_named(target)} {have} the role approver."
            " Ask for fewer, or add people.",
        )
        return
    barred = [
        agent["slug"]
        for agent in known.agents
        if not known.owner_may_decide
        and agent.get("owner") in electors
        and "slug" in agent
        and _may_take(route, agent["slug"])
        and len((electors | spare) - {agent["owner"]}) < needed
    ]
    if barred:
        faults.warn(
            f"{path}/approvals",
            "owner_barred",
            f"An agent's owner may not decide, so for {', '.join(barred[:5])} too few people of {_named(target)} are"
            " left and the action is held. Add people, or a fallback with enough of them.",
        )


def _electors(faults: Faults, path: str, target: dict[str, Any], known: _Known) -> set[str]:
    for what in ("person", "team"):
        if what in target:
            known.expect(faults, f"{path}/{what}", what, target[what])
    return known.electors(target)


def _is_known(target: dict[str, Any], known: _Known) -> bool:
    return bool(target) and all(target[what] in known.names[what] for what in ("person", "team") if what in target)


def _may_take(route: dict[str, Any], agent: str) -> bool:
    """Whether a route's own conditions leave room for an agent."""
    for condition in route.get("when") or []:
        if condition.get("field") == "agent" and condition.get("op") in ("is", "in"):
            value = condition.get("value")
            if agent != value and not (isinstance(value, list) and agent in value):
                return False
    return True


def _named(target: dict[str, Any]) -> str:
    what, name = next(iter(target.items()))
    return f"{what} “{name}”"
