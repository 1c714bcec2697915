"""Who is who, for routing: a frozen view of people, teams, roles, duty and delegations at one moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from agents.terms import Money
from approvals.terms import Period, PersonTerms, Policy, Target, TeamTerms
from escalations.schedules import next_on_call, on_call
from escalations.terms import Schedule

Presence = Literal["here", "away", "gone"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ALWAYS = Period(_LONG_AGO, datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A delegation: in `period` the delegate may decide for the grantor (e-mails in lower case), within the scope.

    Empty `agents` and `actions` (globs) mean any; `max_amount` None means whatever the grantor may decide. With
    `waiting_too` what waits for the grantor at the start is handed over too.
    """

    id: uuid.UUID
    grantor: str
    delegate: str
    period: Period
    agents: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_amount: Money | None = None
    created_at: datetime = _LONG_AGO
    waiting_too: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a target is resolved around: e-mails of those asked, of the agent's owner and of who started the run."""

    asked: tuple[str, ...] = ()
    owner: str = ""
    requester: str = ""


NOTHING_AROUND = Around()


@dataclass(frozen=True, slots=True)
class Directory:
    """People by e-mail in lower case, teams and schedules by slug.

    Who is `gone` is deactivated; who is `away` is absent at the moment `at`. `lending` are the delegations in force
    then, by grantor. `on(now)` makes the directory of a moment out of that of another.
    """

    people: Mapping[str, PersonTerms]
    teams: Mapping[str, TeamTerms]
    gone: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    depth: int = 1
    at: datetime | None = None
    lending: Mapping[str, tuple[Lent, ...]] = field(default_factory=dict)
    absences: tuple[tuple[str, Period], ...] = ()
    delegations: tuple[Lent, ...] = ()

    @classmethod
    def of(
        cls,
        policy: Policy,
        *,
        inactive: frozenset[str] = frozenset(),
        away: frozenset[str] = frozenset(),
        delegations: Iterable[Lent] = (),
    ) -> Directory:
        """Return the directory that a policy makes: nobody is away, but for `away`, and nothing lent until `on`."""
        absent = frozenset(email.lower() for email in away)
        return cls(
            people=MappingProxyType({person.email.lower(): person for person in policy.people}),
            teams=MappingProxyType({team.slug: team for team in policy.teams}),
            gone=frozenset(email.lower() for email in inactive),
            away=absent,
            schedules=MappingProxyType({schedule.slug: schedule for schedule in policy.schedules}),
            depth=policy.organization.delegation_depth,
            absences=(
                *((email, _ALWAYS) for email in sorted(absent)),
                *((person.email.lower(), period) for person in policy.people for period in person.away),
            ),
            delegations=tuple(delegations),
        )

    def on(self, now: datetime) -> Directory:
        """Return the directory at the moment `now`. Cheap where nobody is ever away and nothing is lent."""
        away, lending = self.away, self.lending
        if self.absences:
            away = frozenset(email for email, period in self.absences if period.holds(now))
        if self.delegations:
            found: dict[str, tuple[Lent, ...]] = {}
            for one in self.delegations:
                if one.period.holds(now):
                    found[one.grantor] = (*found.get(one.grantor, ()), one)
            lending = found
        return replace(self, at=now, away=away, lending=lending)

    def presence(self, email: str) -> Presence:
        """Return whether somebody is here; who is not known at all is gone."""
        if email not in self.people or email in self.gone:
            return "gone"
        return "away" if email in self.away else "here"

    def members(self, target: Target, around: Around = NOTHING_AROUND) -> tuple[str, ...]:
        """Return the e-mails that a target names, in the document's order, whoever may decide; () if there is none.

        Who is on call is only known at a moment: without `at` a schedule names nobody.
        """
        match target.kind:
            case "person":
                named: tuple[str, ...] = (target.name.lower(),)
            case "team":
                team = self.teams.get(target.name)
                named = tuple(member.lower() for member in team.members) if team else ()
            case "role":
                named = tuple(email for email, person in self.people.items() if target.name in person.roles)
            case "schedule":
                named = self._on_duty(target)
            case "manager_of":
                named = self._managers_of(target.name, around)
            case _:
                named = ()
        return tuple(dict.fromkeys(email for email in named if email in self.people))

    def _on_duty(self, target: Target) -> tuple[str, ...]:
        schedule = self.schedules.get(target.name)
        if schedule is None or self.at is None:
            return ()
        who = (next_on_call if target.who == "next" else on_call)(schedule, self.at)
        return (who.lower(),) if who else ()

    def _managers_of(self, whose: str, around: Around) -> tuple[str, ...]:
        return tuple(person.manager.lower() for person in self._of(whose, around) if person.manager)

    def _of(self, whose: str, around: Around) -> list[PersonTerms]:
        """Return those whom a target of managers means: those asked, the agent's owner, who started the run."""
        named = {"asked": around.asked, "owner": (around.owner,), "requester": (around.requester,)}.get(whose, ())
        people = [self.people.get(email.strip().lower()) for email in named]
        return [person for person in people if person is not None]

    def why(self, target: Target, email: str = "", around: Around = NOTHING_AROUND) -> str:
        """Return why somebody (`email`) is asked through `target`: "member of Finance", "manager of Bo Lind"."""
        match target.kind:
            case "team":
                team = self.teams.get(target.name)
                return f"member of {team.name if team else target.name}"
            case "role":
                return f"has the role {target.name}"
            case "schedule":
                duty = target.name.replace("-", " ").capitalize()
                return f"{'next on call' if target.who == 'next' else 'on call'} for {duty}"
            case "manager_of":
                of = {"asked": "somebody who is asked", "owner": "the agent's owner"}
                reports = " and ".join(self._reports(target.name, email, around))
                return f"manager of {reports or of.get(target.name, 'whoever started this')}"
        return "named by the route"

    def _reports(self, whose: str, manager: str, around: Around) -> list[str]:
        """Return the names of those of `whose` who are this manager's."""
        return [one.name for one in self._of(whose, around) if one.manager and one.manager.lower() == manager.lower()]
