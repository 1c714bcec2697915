"""Who is who, for routing: a frozen view of people, teams, roles and authority at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from approvals.terms import PersonTerms, Policy, Target, TeamTerms

Presence = Literal["here", "away", "gone"]


@dataclass(frozen=True, slots=True)
class Directory:
    """People by e-mail in lower case, teams by slug. Who is `gone` is deactivated; who is `away` is absent for now."""

    people: Mapping[str, PersonTerms]
    teams: Mapping[str, TeamTerms]
    gone: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, policy: Policy, *, inactive: frozenset[str] = frozenset(), away: frozenset[str] = frozenset()
    ) -> Directory:
        """Return the directory that a policy and today's absences make."""
        return cls(
            people=MappingProxyType({person.email.lower(): person for person in policy.people}),
            teams=MappingProxyType({team.slug: team for team in policy.teams}),
            gone=frozenset(email.lower() for email in inactive),
            away=frozenset(email.lower() for email in away),
        )

    def presence(self, email: str) -> Presence:
        """Return whether somebody is here; who is not known at all is gone."""
        if email not in self.people or email in self.gone:
            return "gone"
        return "away" if email in self.away else "here"

    def members(self, target: Target) -> tuple[str, ...]:
        """Return the e-mails that a target names, in the document's order, whoever may decide; () if there is none."""
        match target.kind:
            case "person":
                named: tuple[str, ...] = (target.name.lower(),)
            case "team":
                team = self.teams.get(target.name)
                named = tuple(member.lower() for member in team.members) if team else ()
            case "role":
                named = tuple(email for email, person in self.people.items() if target.name in person.roles)
            case _:
                named = ()
        return tuple(dict.fromkeys(email for email in named if email in self.people))

    def why(self, target: Target) -> str:
        """Return why somebody is asked through `target`: "member of Finance"."""
        match target.kind:
            case "team":
                team = self.teams.get(target.name)
                return f"member of {team.name if team else target.name}"
            case "role":
                return f"has the role {target.name}"
        return "named by the route"
