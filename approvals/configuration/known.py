"""Every name of a plain document, and who of its people a target can come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from approvals.configuration.faults import Faults, did_you_mean
from approvals.configuration.values import money_from

Row = dict[str, Any]
_PLURALS = {"person": "people"}


class Known:
    """The names of a document, parts of which may be missing because they could not be read."""

    def __init__(self, document: Row) -> None:
        self.document = document
        self.organization: Row = document.get("organization") or {}
        self.people = {row["email"]: row for _, row in each(document, "people") if "email" in row}
        self.roles = {email: set(row.get("roles", ["viewer"])) for email, row in self.people.items()}
        self.approvers = frozenset(email for email, roles in self.roles.items() if "approver" in roles)
        self.authority = {email: _held(row["authority"]) for email, row in self.people.items() if row.get("authority")}
        self.holders: dict[str, list[str]] = {}
        for email, roles in self.roles.items():
            for role in roles:
                self.holders.setdefault(role, []).append(email)
        self.agents = [row for _, row in each(document, "agents")]
        self.types = {str(kind["type"]) for _, kind in self.kinds()}
        self.members = {
            slug: [member for member in row.get("members", []) if member]
            for slug, row in _by_slug(document, "teams").items()
        }
        self.schedules = _by_slug(document, "schedules")
        self.calendars = _by_slug(document, "calendars")
        self.chains = _by_slug(document, "chains")
        self.names: dict[str, Iterable[str]] = {
            "person": self.people,
            "team": self.members,
            "agent": [row["slug"] for row in self.agents if "slug" in row],
            "schedule": self.schedules,
            "calendar": self.calendars,
            "chain": self.chains,
        }

    def kinds(self) -> Iterator[tuple[Row, Row]]:
        """Yield every action type with its agent."""
        yield from ((agent, kind) for agent in self.agents for _, kind in each(agent, "actions") if "type" in kind)

    def expect(self, faults: Faults, path: str, what: str, name: object) -> bool:
        """Note a name that nothing in the document bears; tell whether one does."""
        if not isinstance(name, str):
            return False
        if name in self.names[what]:
            return True
        plural = _PLURALS.get(what, what + "s")
        hint = did_you_mean(name, self.names[what]) or f" Add it under “{plural}”, or name one that is there."
        faults.add(path, "unknown_name", f"There is no {what} “{name[:80]}”.{hint}")
        return False

    def expect_target(self, faults: Faults, path: str, target: Row) -> bool:
        """Note whoever a target names who is not there; tell whether the target can be judged."""
        named = [
            self.expect(faults, f"{path}/{what}", what, target[what])
            for what in ("person", "team", "schedule")
            if what in target
        ]
        return bool(target) and all(named)

    def named_by(self, target: Row, asked: Iterable[str] = ()) -> Sequence[str]:
        """Return everybody a target can ever come to, approver or not; `asked` are those a manager is looked for."""
        if "person" in target:
            return [target["person"]]
        if "team" in target:
            return self.members.get(target["team"], ())
        if "role" in target:
            return self.holders.get(target["role"], [])
        if "schedule" in target:
            return [email for email in self.schedules.get(target["schedule"], {}).get("people") or () if email]
        below: Iterable[str | None] = asked
        if target.get("manager_of") == "owner":
            below = [agent.get("owner") for agent in self.agents]
        elif target.get("manager_of") == "requester":
            below = self.people
        return [above for email in dict.fromkeys(below) if email and (above := self.manager(email))]

    def electors(self, target: Row, asked: Iterable[str] = ()) -> frozenset[str]:
        """Return who of a target may approve at all: those with the role approver."""
        return self.approvers.intersection(self.named_by(target, asked))

    def may_approve(self, email: str) -> bool:
        """Whether somebody has the role approver."""
        return email in self.approvers

    def manager(self, email: str) -> str | None:
        """Return the e-mail of somebody's manager."""
        return self.people.get(email, {}).get("manager")

    def zone(self, row: Row) -> str:
        """Return the time zone of a row: its own, else the organization's."""
        return str(row.get("timezone") or self.organization.get("timezone") or "UTC")


def each(row: Row, name: str) -> Iterator[tuple[int, Row]]:
    """Yield the mappings of a list with their numbers."""
    yield from ((number, item) for number, item in enumerate(row.get(name) or []) if isinstance(item, dict))


def named(target: Row) -> str:
    """Return a target in words: `team “finance”`, `the manager of the owner`."""
    what, name = next((what, name) for what, name in target.items() if what != "who")
    if what == "manager_of":
        return "the managers of those asked" if name == "asked" else f"the manager of the {name}"
    return f"{what} “{name}”"


def stages_of(route: Row) -> Iterator[tuple[str, Row]]:
    """Yield the stages of a route as mappings, each with the pointer, from the route, of its requirements."""
    for number, stage in enumerate(route.get("stages") or []):
        if isinstance(stage, dict):
            yield f"/stages/{number}/requirements", stage
        else:
            yield f"/stages/{number}", {"requirements": stage}


def _by_slug(document: Row, name: str) -> dict[str, Row]:
    return {row["slug"]: row for _, row in each(document, name) if "slug" in row}


def _held(authority: Row) -> Row:
    """Return an authority with its amount worked out, for it is compared often."""
    return {**authority, "max_amount": money_from(authority["max_amount"])} if "max_amount" in authority else authority
