"""What the configuration document says about people and the road of an action, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from agents.terms import AgentTerms, Condition, Mode, Money, Risk, Rule
from delivery.preferences import DEFAULT, Preferences
from escalations.terms import Calendar, Chain, Schedule, Target

__all__ = [
    "Authority",
    "Chain",
    "DelegationTerms",
    "OrganizationTerms",
    "Period",
    "PersonTerms",
    "Policy",
    "Requirement",
    "Route",
    "StageOptions",
    "Target",
    "TeamTerms",
]


@dataclass(frozen=True, slots=True)
class Authority:
    """What one person may decide; everything None or empty means anything."""

    max_amount: Money | None = None
    max_risk: Risk | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, UTC: from `starts`, and no longer at `until`."""

    starts: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether the moment `at` lies in it."""
        return self.starts <= at < self.until


@dataclass(frozen=True, slots=True)
class PersonTerms:
    """A person as the document describes them; `manager` is an e-mail. E-mails are kept in lower case.

    `away` are the times they are absent without a delegate, `wish` how they are told.
    """

    email: str
    name: str
    roles: frozenset[str] = frozenset()
    timezone: str | None = None
    manager: str | None = None
    authority: Authority = field(default_factory=Authority)
    away: tuple[Period, ...] = ()
    wish: Preferences = DEFAULT


@dataclass(frozen=True, slots=True)
class TeamTerms:
    """A team; `members` are e-mails."""

    slug: str
    name: str
    members: tuple[str, ...] = ()
    slack: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """`approvals` distinct people out of the target."""

    approvals: int
    target: Target


@dataclass(frozen=True, slots=True)
class StageOptions:
    """What a stage says beyond its requirements: how many rejections close the action, who may fill two seats."""

    deny_threshold: int = 1
    allow_shared_seat: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Where an action goes: the first active route whose `when` is true; the last one has none.

    `mode` is active; monitor, which is evaluated and logged but without effect; or off. `options` has one for each
    stage, or is empty where no stage says anything beyond its requirements.
    """

    name: str
    when: tuple[Condition, ...]
    stages: tuple[tuple[Requirement, ...], ...]
    chain: str
    assign: str = "all"
    always_ask: bool = False
    fallback: Target | None = None
    mode: Mode = "active"
    options: tuple[StageOptions, ...] = ()


@dataclass(frozen=True, slots=True)
class DelegationTerms:
    """A delegation that the document makes: `delegate` may decide for `grantor` in `period`, within the scope.

    Empty `agents` and `actions` (globs) mean any; `max_amount` None means whatever the grantor may decide.
    `timezone` is the zone the document's local times were read in.
    """

    grantor: str
    delegate: str
    period: Period
    timezone: str
    agents: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_amount: Money | None = None
    reason: str = ""
    waiting_too: bool = True


@dataclass(frozen=True, slots=True)
class OrganizationTerms:
    """The organization's own settings; `practice` is the share of reviews that are practice, from 0 to 0.1."""

    slug: str
    name: str
    timezone: str = "UTC"
    promotion: str = "ratified"
    require_signatures: bool = False
    owner_may_decide: bool = False
    delegation_depth: int = 1
    slack_team: str = ""
    practice: float = 0.0


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
    calendars: tuple[Calendar, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    delegations: tuple[DelegationTerms, ...] = ()

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
