"""Routes: their order, whom they ask, and whether a quorum can be reached by people who are there and may approve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.known import Known, Row, each, named, stages_of
from approvals.configuration.reach import unable
from approvals.seats import most_seats


def check_routes(faults: Faults, known: Known) -> None:
    """Check every route of the document."""
    _order(faults, known.document)
    for number, route in each(known.document, "routes"):
        _route(faults, f"/routes/{number}", route, known)


def _order(faults: Faults, document: dict[str, Any]) -> None:
    """The last route takes what is left, so it has no `when` and is active; those before it must have one."""
    routes = document.get("routes")
    if routes == []:
        faults.add("/routes", "no_default_route", "There must be a route. Add one without “when” for everything.")
    for number, route in each(document, "routes"):
        last = number == len(document["routes"]) - 1
        name = route.get("name", number + 1)
        if last and "when" in route:
            faults.add(
                f"/routes/{number}/when",
                "no_default_route",
                "The last route takes everything else and has no “when”. Add such a route after this one.",
            )
        elif last and route.get("mode", "active") != "active":
            faults.add(
                f"/routes/{number}/mode",
                "no_default_route",
                f"The last route takes everything else, so it cannot be “{route['mode']}”. Leave “mode” out.",
            )
        elif not last and not route.get("when", [None]):
            faults.add(f"/routes/{number}/when", "empty_list", f"Route “{name}” has an empty “when”. Say when it is.")
        elif not last and "when" not in route:
            faults.add(
                f"/routes/{number}",
                "unreachable_route",
                f"Route “{name}” has no “when”, so no route after it is ever reached. Give it one, or put it last.",
            )


@dataclass(slots=True)
class _Road:
    """A route being checked: whose authority has no room for it, who of its fallback may decide, who is asked."""

    route: Row
    known: Known
    unable: frozenset[str]
    spare: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def electors(self, target: Row) -> frozenset[str]:
        """Return who of a target may decide something that takes this route."""
        return self.known.electors(target, self.asked) - self.unable

    def enter(self, stage: Row) -> list[Row]:
        """Return the requirements of a stage; whom they name counts as asked from now on."""
        requirements = [one for one in stage["requirements"] if isinstance(one, dict)]
        self.asked += [email for one in requirements for email in self.known.named_by(one.get("from") or {})]
        return requirements


def _route(faults: Faults, path: str, route: Row, known: Known) -> None:
    known.expect(faults, f"{path}/chain", "chain", route.get("chain"))
    road = _Road(route, known, unable(known, route))
    if fallback := route.get("fallback"):
        for _, stage in stages_of(route):
            road.enter(stage)
        spare = known.electors(fallback, road.asked)
        if known.expect_target(faults, f"{path}/fallback", fallback) and not spare:
            faults.add(f"{path}/fallback", "nobody_eligible", f"Nobody in {named(fallback)} has the role approver.")
        road.spare, road.asked = spare - road.unable, []
    judged = [
        _requirement(faults, f"{path}{inside}/{number}", one, road)
        for inside, stage in stages_of(route)
        for number, one in enumerate(road.enter(stage))
    ]
    if all(judged):
        _distinct(faults, f"{path}/stages", road)


def _requirement(faults: Faults, path: str, requirement: Row, road: _Road) -> bool:
    """Check one requirement; tell whether, by itself, it can be met."""
    target, needed = requirement.get("from") or {}, requirement.get("approvals")
    if not road.known.expect_target(faults, f"{path}/from", target) or not needed:
        return False
    approvers, electors = road.known.electors(target, road.asked), road.electors(target)
    most = 1 if _is_one_at_a_time(target) else needed
    enough = len(approvers) >= needed and len(electors | road.spare) >= needed
    if needed > most or not enough:
        faults.add(f"{path}/approvals", "unreachable_quorum", _too_many(needed, target, approvers, electors))
        return False
    _warn_of_owner(faults, path, requirement, electors, road)
    return True


def _is_one_at_a_time(target: Row) -> bool:
    return "schedule" in target or target.get("manager_of") in ("owner", "requester")


def _too_many(needed: int, target: Row, approvers: frozenset[str], electors: frozenset[str]) -> str:
    what = f"{needed} approval{' is' if needed == 1 else 's are'} needed, but"
    if _is_one_at_a_time(target) and electors:
        return f"{what} {named(target)} is one person at a time. Ask for one, or ask a team."
    if len(approvers) > len(electors):
        have = len(electors) or "none"
        return (
            f"{what} of {named(target)} {have} may decide what takes this route. Ask others, or widen their authority."
        )
    have = "nobody has" if not electors else f"only {len(electors)} {'has' if len(electors) == 1 else 'have'}"
    return f"{what} of {named(target)} {have} the role approver. Ask for fewer, or add people."


def _warn_of_owner(faults: Faults, path: str, requirement: Row, electors: frozenset[str], road: _Road) -> None:
    if road.known.organization.get("owner_may_decide") or len(electors | road.spare) > requirement["approvals"]:
        return
    barred = [
        agent["slug"]
        for agent in road.known.agents
        if agent.get("owner") in electors and "slug" in agent and _may_take(road.route, agent["slug"])
    ]
    if barred:
        faults.warn(
            f"{path}/approvals",
            "owner_barred",
            f"An agent's owner may not decide, so for {', '.join(barred[:5])} too few people of"
            f" {named(requirement['from'])} are left and the action is held. Add people, or a fallback with enough of"
            " them.",
        )


def _may_take(route: Row, agent: str) -> bool:
    """Whether a route's own conditions leave room for an agent."""
    for condition in route.get("when") or []:
        if condition.get("field") == "agent" and condition.get("op") in ("is", "in"):
            value = condition.get("value")
            if agent != value and not (isinstance(value, list) and agent in value):
                return False
    return True


def _distinct(faults: Faults, path: str, road: _Road) -> None:
    """One person fills one seat, over all stages that do not share seats: there must be people enough together."""
    road.asked = []
    pools: list[frozenset[str]] = []
    capacity: list[int] = []
    for _, stage in stages_of(road.route):
        requirements = road.enter(stage)
        if not stage.get("allow_shared_seat"):
            pools += [road.spare | road.electors(one["from"]) for one in requirements]
            capacity += [one["approvals"] for one in requirements]
    needed = sum(capacity)
    if len(capacity) < 2 or min(map(len, pools)) >= needed:
        return
    people = sorted(frozenset[str]().union(*pools))
    choices = [[place for place, pool in enumerate(pools) if email in pool] for email in people]
    seated = sum(map(len, most_seats(choices, capacity)))
    if seated < needed:
        faults.add(
            path,
            "unreachable_quorum",
            f"One person fills one seat of a route: {needed} different people are needed, and at most {seated} can be"
            " found. Ask for fewer, add people, or say “allow_shared_seat” for a stage.",
        )
