"""Who acts: an agent, a person or a reporter, as the doors have established it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AgentActor:
    """An agent, by one of its keys."""

    org: int
    org_slug: str
    agent_id: uuid.UUID
    slug: str
    key_id: uuid.UUID

    @property
    def who(self) -> str:
        """The name under which history knows it."""
        return f"agent:{self.slug}"


@dataclass(frozen=True, slots=True)
class PersonActor:
    """A natural person, by session, key, e-mail link or Slack. `channel`: web, api, email, slack."""

    org: int
    org_slug: str
    person_id: uuid.UUID
    email: str
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    channel: str = "api"

    @property
    def who(self) -> str:
        """The name under which history knows them."""
        return f"person:{self.email}"


@dataclass(frozen=True, slots=True)
class ReporterActor:
    """A system that reports outcomes, by its key."""

    org: int
    org_slug: str
    name: str

    @property
    def who(self) -> str:
        """The name under which history knows it."""
        return f"reporter:{self.name}"


Actor = AgentActor | PersonActor | ReporterActor
