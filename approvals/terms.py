"""What the configuration document says about people and the road of an action, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from agents.terms import AgentTerms, Condition, Money, Risk, Rule


@dataclass(frozen=True, slots=True)
class Authority:
    """What one person may decide; everything None or empty means anything."""

    max_amount: Money | None = None
    max_risk: Risk | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonTerms:
    """A person as the document describes them; `manager` is an e-mail. E-mails are kept in lower case."""

    email: str
    name: str
    roles: frozenset[str] = frozenset()
    timezone: str | None = None
    manager: str | None = None
    authority: Authority = field(default_factory=Authority)


@dataclass(frozen=True, slots=True)
class TeamTerms:
    """A team; `members` are e-mails."""

    slug: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a requirement or step asks: `Target("team", "finance")`, kinds person, team, role."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """`approvals` distinct people out of the target."""

    approvals: int
    target: Target


@dataclass(frozen=True, slots=True)
class Chain:
    """What happens when nobody answers."""

    slug: str
    decide_within: timedelta
    execute_within: timedelta | None = None
    clock: str = "wall"
    finally_: Literal["reject", "hold"] = "reject"


@dataclass(frozen=True, slots=True)
class Route:
    """Where an action goes: the first route whose `when` is true; the last one has none."""

    name: str
    when: tuple[Condition, ...]
    stages: tuple[tuple[Requirement, ...], ...]
    chain: str
    assign: str = "all"
    always_ask: bool = False
    fallback: Target | None = None


@dataclass(frozen=True, slots=True)
class OrganizationTerms:
    """The organization's own settings."""

    slug: str
    name: str
    timezone: str = "UTC"
    promotion: str = "ratified"
    require_signatures: bool = False
    owner_may_decide: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One organization's whole configuration, compiled: what a version of the document means."""

    organization: OrganizationTerms
    people: tuple[PersonTerms, ...]
    teams: tuple[TeamTerms, ...]
    agents: tuple[AgentTerms, ...]
    rules: tuple[Rule, ...]
    routes: tuple[Route, ...]
    chains: tuple[Chain, ...]

    def person(self, email: str) -> PersonTerms | None:
        """Return the person with this e-mail, in any case of letters."""
        wanted = email.lower()
        return next((person for person in self.people if person.email == wanted), None)

    def agent(self, slug: str) -> AgentTerms | None:
        """Return the agent called `slug`."""
        return next((agent for agent in self.agents if agent.slug == slug), None)

    def chain(self, slug: str) -> Chain:
        """Return the chain called `slug`; the document was refused if a route names none that exists."""
        return next(chain for chain in self.chains if chain.slug == slug)

    def team(self, slug: str) -> TeamTerms | None:
        """Return the team called `slug`."""
        return next((team for team in self.teams if team.slug == slug), None)
