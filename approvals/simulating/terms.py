"""What a simulation is given and what it tells; frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from agents.terms import Money, Risk
from approvals.quorum import VoteWord

EventKind = Literal["asked", "skipped", "reminded", "warned", "added", "replaced", "webhook", "voted", "left", "end"]
Outcome = Literal["approved", "rejected", "held"]
By = Literal["people", "rule", "limit", "deadline", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """The action that is supposed to be posted. Without `risk` it has that of its type."""

    agent: str
    action: str
    amount: Money | None = None
    risk: Risk | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    environment: str = ""
    agent_version: str = ""
    confidence: float | None = None
    requested_by: str = ""
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody who is supposed to vote, so long `after` the action was posted; `person` is an e-mail."""

    after: timedelta
    person: str
    vote: VoteWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One person of an event. `struck` are those who are not asked, and `note` says why: "Away until 1 Dec"."""

    email: str
    name: str
    via: str = ""
    on_behalf_of: str | None = None
    channels: tuple[str, ...] = ()
    note: str = ""
    struck: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for the API."""
        return {
            "email": self.email,
            "name": self.name,
            "via": self.via,
            "on_behalf_of": self.on_behalf_of,
            "channels": list(self.channels),
            "note": self.note,
            "struck": self.struck,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that would happen. `step` is the key of the chain's step that does it, if one does."""

    at: datetime
    kind: EventKind
    sentence: str
    people: tuple[Told, ...] = ()
    step: str | None = None
    stage: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return it for the API."""
        return {
            "at": spelled(self.at),
            "kind": self.kind,
            "stage": self.stage,
            "step": self.step,
            "people": [person.as_json() for person in self.people],
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class End:
    """How it would end: `at` is None if it would wait for ever, held."""

    at: datetime | None
    outcome: Outcome
    by: By
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return it for the API."""
        at = spelled(self.at) if self.at else None
        return {"at": at, "outcome": self.outcome, "by": self.by, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Warned:
    """Something an admin should mend: nobody_reached, unreachable_step, held, empty_step."""

    code: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return it for the API."""
        return {"code": self.code, "sentence": self.sentence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What would become of one action that is posted at the moment `at`; times are told in `timezone`.

    `route` and `chain` are None where nobody is asked.
    """

    at: datetime
    timezone: str
    supposed: Supposed
    risk: Risk
    reason: str
    route: str | None
    chain: str | None
    needed: int
    stages: int
    events: tuple[Event, ...]
    end: End
    warnings: tuple[Warned, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what the API answers."""
        amount = self.supposed.amount
        return {
            "at": spelled(self.at),
            "timezone": self.timezone,
            "agent": self.supposed.agent,
            "action": self.supposed.action,
            "amount": {"value": f"{amount.value:f}", "currency": amount.currency} if amount else None,
            "risk": self.risk,
            "reason": self.reason,
            "route": self.route,
            "chain": self.chain,
            "needed": self.needed,
            "stages": self.stages,
            "events": [event.as_json() for event in self.events],
            "end": self.end.as_json(),
            "warnings": [one.as_json() for one in self.warnings],
        }


def spelled(at: datetime) -> str:
    """Return a moment as the API writes it: "2026-11-22T02:00:00.000Z"."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
