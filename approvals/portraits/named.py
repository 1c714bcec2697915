"""Whom the document asks, in words and faces: out of the plain document, so that a draft with faults can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.drafting.targets import code_of
from approvals.faces.escalation import Options, TargetFace
from approvals.faces.people import PersonFace, face_of

Plain = Mapping[str, Any]
ROLES = ("approver", "admin", "auditor", "viewer")
MANAGED = {"asked": "their manager", "owner": "the agent owner’s manager", "requester": "the requester’s manager"}
SHOWN = 4


class Names:
    """The names in one document. `me` is the reader's e-mail."""

    def __init__(self, document: Plain, me: str = "") -> None:
        self.me = me.lower()
        self.people = {row["email"]: row for row in document.get("people", ())}
        self.teams = {row["slug"]: row for row in document.get("teams", ())}
        self.schedules = {row["slug"]: row for row in document.get("schedules", ())}

    def person(self, email: str) -> PersonFace:
        """Return the face of a person; of one who is not in the document, by the e-mail."""
        return face_of(self.name(email), email, you=email == self.me)

    def name(self, email: str) -> str:
        """Return a person's name."""
        return str(self.people.get(email, {}).get("name", email))

    def members(self, target: Plain) -> list[str]:
        """Return the e-mails that a target names in the document; none for those found when the step starts."""
        if "person" in target:
            return [target["person"]]
        if "team" in target:
            return list(self.teams.get(target["team"], {}).get("members", ()))
        if "role" in target:
            return [email for email, row in self.people.items() if target["role"] in row.get("roles", ["viewer"])]
        return []

    def group(self, target: Plain) -> str:
        """Return what a target is called: "Finance", "everyone with the role approver", "their manager"."""
        if "person" in target:
            return self.name(target["person"])
        if "team" in target:
            return str(self.teams.get(target["team"], {}).get("name", target["team"]))
        if "role" in target:
            return f"everyone with the role {target['role']}"
        if "schedule" in target:
            words = "who is on call next" if target.get("who") == "next" else "who is on call"
            return f"{words}, {titled(str(target['schedule']))}"
        return MANAGED.get(str(target.get("manager_of", "")), "nobody")

    def everyone(self, target: Plain) -> str:
        """Return whom a step asks, in a sentence: "everyone in Finance"."""
        return f"everyone in {self.group(target)}" if "team" in target else self.group(target)

    def face(self, target: Plain, *, links: tuple[tuple[str, str], ...] = ()) -> TargetFace:
        """Return a target with its first people."""
        found = self.members(target)
        if "schedule" in target:
            found = list(self.schedules.get(target["schedule"], {}).get("people", ()))
        name = "" if "person" in target else self.group(target)
        people = tuple(self.person(email) for email in found[:SHOWN])
        return TargetFace(name[:1].upper() + name[1:], people, len(found), links)

    def options(self) -> Options:
        """Return every target there is, in groups, for a select."""
        managers = tuple((f"manager_of:{who}", words[:1].upper() + words[1:]) for who, words in MANAGED.items())
        schedules = []
        for slug in self.schedules:
            schedules.append((f"schedule:{slug}:on_call", f"On call, {titled(slug)}"))
            schedules.append((f"schedule:{slug}:next", f"On call next, {titled(slug)}"))
        teams = tuple((f"team:{slug}", str(row.get("name", slug))) for slug, row in self.teams.items())
        roles = tuple((f"role:{role}", f"Everyone with the role {role}") for role in ROLES)
        people = tuple((f"person:{email}", self.name(email)) for email in self.people)
        groups = (
            ("Managers", managers),
            ("On call", tuple(schedules)),
            ("Teams", teams),
            ("Roles", roles),
            ("People", people),
        )
        return tuple((label, choices) for label, choices in groups if choices)


def code(target: Plain | None) -> str:
    """Return a target as the value of a field."""
    return code_of(target)


def titled(slug: str) -> str:
    """Return a slug as a heading: "finance-duty" is "Finance duty"."""
    words = slug.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else slug
