"""What a flow stands on: the organization, the agent and the policy in force, at the database's clock."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Organization, Person
from agents.conditions import Facts
from agents.limits import Usage
from agents.models import Agent
from agents.standing import AGENT_LANES, Lanes, lanes_of, standing
from agents.terms import LEVELS, ActionType, AgentTerms, Level, Money, Risk
from agents.trust import SUPERVISED, trust_of
from approvals.directory import Around, Directory, Lent
from approvals.looks import Looks
from approvals.models import Delegation
from approvals.policies import looks_of, policy_of
from approvals.terms import Period, Policy
from core import tx
from core.strict_json import JsonValue

DEFAULT_EXECUTE_WITHIN = timedelta(minutes=15)

_ORG_COLUMNS = tuple(str(field.column) for field in Organization._meta.concrete_fields)  # noqa: SLF001 - documented
_ORG_NAMES = tuple(field.attname for field in Organization._meta.concrete_fields)  # noqa: SLF001 - documented
_AGENT_COLUMNS = tuple(str(field.column) for field in Agent._meta.concrete_fields)  # noqa: SLF001 - documented
_AGENT_NAMES = tuple(field.attname for field in Agent._meta.concrete_fields)  # noqa: SLF001 - documented
_LOOK = (  # made of our own column names
    f"select {', '.join(f'o.{name}' for name in _ORG_COLUMNS)},"  # noqa: S608
    f" {', '.join(f'a.{name}' for name in _AGENT_COLUMNS)},"
    f" (select i.stopped_at from accounts_installation i), {AGENT_LANES},"
    " app_now() from accounts_organization o join agents_agent a on a.org_id = o.id where o.id = %s and a.id = %s"
)


@dataclass(frozen=True, slots=True)
class Known:
    """One person as rows know them."""

    id: uuid.UUID
    email: str
    name: str
    timezone: str = ""
    slack: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """The policy in force for one agent at one moment. `now` is the database's clock."""

    org: Organization
    agent: Agent
    policy: Policy
    directory: Directory
    people: Mapping[str, Known]
    now: datetime
    looks: Looks = field(default_factory=Looks)
    lanes: Lanes = field(default_factory=dict)
    all_stopped: bool = False

    @property
    def terms(self) -> AgentTerms:
        """What the document says of the agent; an archived one has been given nothing."""
        return self.policy.agent(self.agent.slug) or AgentTerms(slug=self.agent.slug, name=self.agent.name)

    @property
    def paused(self) -> bool:
        """Whether the agent, its organization or the whole installation is stopped."""
        return bool(self.agent.paused_at or self.org.paused_at or self.org.stopped_at or self.all_stopped)

    @property
    def why_paused(self) -> str:
        """Who stopped it and why, as a sentence; "" if nobody did."""
        if self.all_stopped or self.org.stopped_at:
            return said("Everything is stopped by whoever runs this installation", self.org.stopped_reason)
        if self.org.paused_at:
            return said(f"All agents are paused by {self.org.paused_by or 'an admin'}", self.org.paused_reason)
        return said("The agent is paused", self.agent.paused_reason) if self.agent.paused_at else ""

    def is_frozen(self, kind: str, risk: str) -> bool:
        """Whether somebody froze the lane of actions of this type at this risk."""
        return any(one.frozen for one in self.lanes.get((kind, risk), ()))

    @property
    def day_began(self) -> datetime:
        """The organization's last midnight."""
        local = self.now.astimezone(ZoneInfo(self.org.timezone))
        return local.replace(hour=0, minute=0, second=0, microsecond=0)

    def at(self, now: datetime) -> Ground:
        """Return the same ground at another moment: who is away, on call or lends may differ."""
        return replace(self, now=now, directory=self.directory.on(now))

    @property
    def owner(self) -> str:
        """The e-mail of who owns the agent, in lower case; "" if nobody does."""
        return self.terms.owner or self._owner_by_row()

    def around(self, requested_by: str, asked: tuple[str, ...] = ()) -> Around:
        """Return what a target of an action is resolved around; `asked` are those whose seats the stage has."""
        return Around(asked=asked, owner=self.owner, requester=requested_by)

    def barred(self, requested_by: str, author: str = "") -> frozenset[str]:
        """Return the e-mails of those who may not decide: who started the run, who owns the agent, who edited last.

        However they are spelled: what an agent says of who started it is compared with people letter by letter, but for
        capitals and the ways Unicode has to write the same.
        """
        emails = {requested_by.strip().lower()}
        if author.startswith("person:"):
            emails.add(author.removeprefix("person:").lower())
        if not self.org.owner_may_decide:
            emails.add(self.owner.lower())
        for odd in [one for one in emails if not one.isascii()]:
            emails |= {one for one in self.directory.people if _letters(one) == _letters(odd)}
        return frozenset(emails - {""})

    def _owner_by_row(self) -> str:
        """Return who owned an agent that the document no longer names."""
        owner = self.agent.owner_id
        return next((one.email.lower() for one in self.people.values() if one.id == owner), "") if owner else ""


def _letters(email: str) -> str:
    return unicodedata.normalize("NFKC", email).casefold()


@tx.inside_use_case
def stand(agent_id: uuid.UUID) -> Ground:
    """Return the ground under an agent's action, in the scope that is open."""
    return look(agent_id)


def look(agent_id: uuid.UUID) -> Ground:
    """Return the ground for reading. One round trip: every post and every vote begins with it.

    Raises Agent.DoesNotExist.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [tx.current().org, agent_id])
        row = cursor.fetchone()
    if row is None:
        raise Agent.DoesNotExist(f"no agent {agent_id} in this organization")
    middle = len(_ORG_COLUMNS)
    org = Organization.from_db("default", _ORG_NAMES, row[:middle])
    agent = Agent.from_db("default", _AGENT_NAMES, row[middle:-3])
    return Ground(
        org=org,
        agent=agent,
        policy=policy_of(org.pk, org.config_version),
        directory=directory_of(org.pk, org.config_version, org.directory_version).on(row[-1]),
        people=people_of(org.pk, org.config_version, org.directory_version),
        now=row[-1],
        looks=looks_of(org.pk, org.config_version),
        lanes=lanes_of(json.loads(row[-2])),
        all_stopped=row[-3] is not None,
    )


def said(what: str, reason: str) -> str:
    """Return a sentence with its reason, if one was given: "The agent is paused: it refunds twice."."""
    reason = reason.strip().rstrip(".")
    return f"{what}: {reason}." if reason else f"{what}."


@lru_cache(maxsize=256)
def directory_of(org: int, config_version: int, directory_version: int) -> Directory:
    """Return who is who for routing, at no moment yet: see `Directory.on`.

    Both versions change with everything it is made of, every delegation too. Ask only for versions that are committed:
    what is returned is kept in the process.
    """
    gone = frozenset(Person.objects.exclude(archived_at=None).values_list("email", flat=True))
    return Directory.of(policy_of(org, config_version), inactive=gone, delegations=lent_now())


def lent_now() -> tuple[Lent, ...]:
    """Return every delegation that has not ended, in the order they were made, as the rows of this moment have it."""
    rows = Delegation.objects.filter(ended_at=None).select_related("grantor", "delegate").order_by("created_at", "id")
    return tuple(lent_of(row) for row in rows)


def lent_of(row: Delegation) -> Lent:
    """Return one delegation as the value routing takes."""
    return Lent(
        id=row.pk,
        grantor=row.grantor.email.lower(),
        delegate=row.delegate.email.lower(),
        period=Period(row.starts_at, row.ends_at),
        agents=tuple(row.agents),
        actions=tuple(row.actions),
        max_amount=Money(row.max_amount, row.currency) if row.max_amount is not None else None,
        created_at=row.created_at,
        waiting_too=row.waiting_too,
    )


@lru_cache(maxsize=256)
def people_of(org: int, config_version: int, directory_version: int) -> Mapping[str, Known]:
    """Return the active people of the organization by e-mail."""
    rows = Person.objects.filter(archived_at=None).values_list("id", "email", "name", "timezone", "slack")
    return {row[1].lower(): Known(*row) for row in rows}


def facts_of(
    ground: Ground,
    kind: ActionType,
    *,
    arguments: JsonValue,
    amount: Money | None,
    risk: Risk,
    confidence: float | None,
    environment: str,
    agent_version: str,
    requested_by: str,
    rate: int | None = 0,
) -> Facts:
    """Return what the rules may look at; `rate` is None where nobody counted."""
    opened, closed = ground.looks.hours(ground.now)
    return Facts(
        agent=ground.agent.slug,
        action=kind.type,
        amount=amount,
        risk=risk,
        level=level_of(ground, kind, risk, confidence),
        confidence=confidence,
        reversible=kind.reversible,
        environment=environment or None,
        agent_version=agent_version or None,
        requested_by=requested_by or None,
        now=ground.now,
        rate=rate,
        arguments=arguments,
        timezone=ground.org.timezone,
        amount_expected=kind.amount is not None,
        open_calendars=opened,
        closed_calendars=closed,
    )


def level_of(ground: Ground, kind: ActionType, risk: Risk, confidence: float | None) -> Level:
    """Return the level at which an action's lane stands."""
    lane = standing(ground.lanes, kind.type, risk, confidence, kind.trust.selective)
    if lane is None or not kind.known:
        return LEVELS[SUPERVISED]
    return LEVELS[lane.level_at(ground.now, trust_of(kind, risk))]


def usage_from(counted: Mapping[str, object], currency: str | None) -> Usage:
    """Return what `agent_usage` in the database counted, as the value policy takes."""
    spent = counted.get("day")
    return Usage(
        recent_minute=int(str(counted.get("minute") or 0)),
        pending=int(str(counted.get("pending") or 0)),
        recent_hour=int(str(counted.get("hour") or 0)),
        amount_today=(Money(Decimal(str(spent)), currency),) if spent is not None and currency else (),
    )
