"""Routes: their order, whom they ask, and whether a quorum can be reached by people who are there and may approve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.known import Known, Row, each, named, stages_of
from approvals.configuration.reach import can_decide
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


def _route(faults: Faults, path: str, route: Row, known: Known) -> None:
    known.expect(faults, f"{path}/chain", "chain", route.get("chain"))
    spare: frozenset[str] = frozenset()
    if fallback := route.get("fallback"):
        spare = known.electors(fallback, _all_asked(route, known))
        if known.expect_target(faults, f"{path}/fallback", fallback) and not spare:
            faults.add(f"{path}/fallback", "nobody_eligible", f"Nobody in {named(fallback)} has the role approver.")
        spare = frozenset(email for email in spare if can_decide(known.people[email], route))
    asked: list[str] = []
    judged = [_stage(faults, path + inside, stage, asked, spare, route, known) for inside, stage in stages_of(route)]
    if all(judged):
        _distinct(faults, f"{path}/stages", spare, route, known)


def _all_asked(route: Row, known: Known) -> list[str]:
    return [
        email
        for _, stage in stages_of(route)
        for one in stage["requirements"]
        for email in known.named_by(one.get("from") or {})
    ]


def _stage(
    faults: Faults, path: str, stage: Row, asked: list[str], spare: frozenset[str], route: Row, known: Known
) -> bool:
    """Check the requirements of a stage; tell whether each by itself can be met. `asked` grows by its people."""
    requirements = [one for one in stage["requirements"] if isinstance(one, dict)]
    asked += [email for one in requirements for email in known.named_by(one.get("from") or {})]
    met = True
    for number, requirement in enumerate(requirements):
        met &= _requirement(faults, f"{path}/{number}", requirement, asked, spare, route, known)
    return met


def _requirement(
    faults: Faults, path: str, requirement: Row, asked: Sequence[str], spare: frozenset[str], route: Row, known: Known
) -> bool:
    target, needed = requirement.get("from") or {}, requirement.get("approvals")
    if not known.expect_target(faults, f"{path}/from", target) or not needed:
        return False
    approvers = known.electors(target, asked)
    electors = frozenset(email for email in approvers if can_decide(known.people[email], route))
    most = 1 if _is_one_at_a_time(target) else needed
    enough = len(approvers) >= needed and len(electors | spare) >= needed
    if needed > most or not enough:
        faults.add(f"{path}/approvals", "unreachable_quorum", _too_many(needed, target, approvers, electors))
        return False
    _warn_of_owner(faults, path, target, needed, electors, spare, route, known)
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


def _warn_of_owner(
    faults: Faults,
    path: str,
    target: Row,
    needed: int,
    electors: frozenset[str],
    spare: frozenset[str],
    route: Row,
    known: Known,
) -> None:
    barred = [
        agent["slug"]
        for agent in known.agents
        if not known.organization.get("owner_may_decide")
        and agent.get("owner") in electors
        and "slug" in agent
        and _may_take(route, agent["slug"])
        and len((electors | spare) - {agent["owner"]}) < needed
    ]
    if barred:
        faults.warn(
            f"{path}/approvals",
            "owner_barred",
            f"An agent's owner may not decide, so for {', '.join(barred[:5])} too few people of {named(target)} are"
            " left and the action is held. Add people, or a fallback with enough of them.",
        )


def _may_take(route: Row, agent: str) -> bool:
    """Whether a route's own conditions leave room for an agent."""
    for condition in route.get("when") or []:
        if condition.get("field") == "agent" and condition.get("op") in ("is", "in"):
            value = condition.get("value")
            if agent != value and not (isinstance(value, list) and agent in value):
                return False
    return True


def _distinct(faults: Faults, path: str, spare: frozenset[str], route: Row, known: Known) -> None:
    """One person fills one seat, over all stages that do not share seats: there must be people enough together."""
    asked: list[str] = []
    pools: list[frozenset[str]] = []
    capacity: list[int] = []
    for _, stage in stages_of(route):
        asked += [email for one in stage["requirements"] for email in known.named_by(one["from"])]
        if stage.get("allow_shared_seat"):
            continue
        for one in stage["requirements"]:
            pool = known.electors(one["from"], asked)
            pools.append(spare | {email for email in pool if can_decide(known.people[email], route)})
            capacity.append(one["approvals"])
    people = sorted(frozenset[str]().union(*pools))
    if len(capacity) < 2 or not people:
        return
    choices = [[place for place, pool in enumerate(pools) if email in pool] for email in people]
    seated = sum(map(len, most_seats(choices, capacity)))
    if seated < sum(capacity):
        faults.add(
            path,
            "unreachable_quorum",
            f"One person fills one seat of a route: {sum(capacity)} different people are needed, and at most {seated}"
            " can be found. Ask for fewer, add people, or say “allow_shared_seat” for a stage.",
        )
