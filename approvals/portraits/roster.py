"""People as rows: what each may decide, whether they are here, how much they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.models import Person
from accounts.organizations import organization
from accounts.passkeys import with_passkey
from accounts.viewer import Viewer
from approvals.directory import Directory
from approvals.faces.directory import DutyFace, PersonRow, PresenceFace, TeamRow
from approvals.faces.people import PersonFace, face_of
from approvals.faces.times import clock, length
from approvals.ground import directory_of
from approvals.loads import Load, loads
from approvals.policies import policy_of
from approvals.portraits.authority import may_decide
from approvals.portraits.named import titled
from approvals.portraits.names import some_of
from approvals.portraits.rights import coverage
from approvals.terms import PersonTerms, Policy
from delivery import failures
from escalations.schedules import next_on_call, shift_of

WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody of an organization as of now. `rows` are people's rows by e-mail, `passkeys` accounts that have one."""

    viewer: Viewer
    policy: Policy
    directory: Directory
    rows: Mapping[str, Person]
    passkeys: frozenset[int]
    week: Mapping[str, Load]
    now: datetime
    failing: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)

    def face(self, email: str) -> PersonFace:
        """Return the face of somebody."""
        person = self.directory.people.get(email)
        return face_of(person.name if person else email, email, you=email == self.viewer.email.lower())

    def name(self, email: str) -> str:
        """Return somebody's name."""
        person = self.directory.people.get(email)
        return person.name if person else email


def roster(viewer: Viewer, *, now: datetime) -> Roster:
    """Return the roster, in the scope that is open, by a fixed number of queries."""
    org = organization()
    rows = {row.email.lower(): row for row in Person.objects.filter(archived_at=None)}
    found = loads([row.pk for row in rows.values()], now=now, days=WEEK)
    return Roster(
        viewer=viewer,
        policy=policy_of(org.pk, org.config_version),
        directory=directory_of(org.pk, org.config_version, org.directory_version).on(now),
        rows=rows,
        passkeys=with_passkey(row.user_id for row in rows.values() if row.user_id is not None),
        week={email: found[row.pk] for email, row in rows.items()},
        now=now,
        failing=failures.unhealthy() if viewer.has("admin") else {},
    )


def person_rows(there: Roster, people: Iterable[PersonTerms]) -> tuple[PersonRow, ...]:
    """Return people as rows, by name."""
    listed = sorted((one for one in people if one.email in there.rows), key=lambda one: (one.name.lower(), one.email))
    return tuple(person_row(there, one) for one in listed)


def person_row(there: Roster, person: PersonTerms) -> PersonRow:
    """Return one person as a row."""
    load = there.week.get(person.email, Load())
    teams = [team.name for team in there.policy.teams if person.email in team.members]
    return PersonRow(
        person=there.face(person.email),
        email=person.email,
        roles=", ".join(sorted(person.roles)).capitalize(),
        may_decide=may_decide(person),
        presence=presence(there, person),
        teams=some_of(teams, word="and", most=3),
        manager=there.name(person.manager.lower()) if person.manager else "",
        waiting=load.waiting,
        asked=load.asked,
        decided=load.answered,
        usual=length(load.usual) if load.usual is not None else "",
        passkey=_signs_in(there, person.email),
        slack=person.email in there.rows and bool(there.rows[person.email].slack),
        failing=_failing(there, person.email),
    )


def presence(there: Roster, person: PersonTerms) -> PresenceFace:
    """Return whether somebody is here, else until when they are not, and who decides for them meanwhile."""
    zone = there.viewer.timezone
    lent = there.directory.lending.get(person.email, ())
    away = [one for one in person.away if one.holds(there.now)]
    if lent:
        names = some_of(list(dict.fromkeys(there.name(one.delegate) for one in lent)), word="and", most=3)
        until = clock(max(one.period.until for one in lent), there.now, zone)
        return PresenceFace("lent", f"{names} until {until}")
    if away:
        return PresenceFace(
            "away", f"Away until {clock(max(one.until for one in away), there.now, zone)}, nobody covers"
        )
    return PresenceFace("here", "Here")


def team_rows(there: Roster) -> tuple[TeamRow, ...]:
    """Return every team of the version in force, by name."""
    return tuple(team_row(there, team.slug) for team in sorted(there.policy.teams, key=lambda one: one.name.lower()))


def team_row(there: Roster, slug: str) -> TeamRow:
    """Return one team, which must be there."""
    team = there.directory.teams[slug]
    known = [there.directory.people[email] for email in team.members if email in there.directory.people]
    return TeamRow(
        team.name,
        team.slug,
        tuple(there.face(one.email) for one in known),
        duties=_duties(there, frozenset(one.email for one in known)),
        warnings=coverage(known, there.directory),
    )


def _duties(there: Roster, members: frozenset[str]) -> tuple[DutyFace, ...]:
    """Return the schedules that only people of the team take turns in."""
    found = []
    for schedule in there.policy.schedules:
        people = {email.lower() for email in schedule.people}
        if not people or not people <= members:
            continue
        shift, after = shift_of(schedule, there.now), next_on_call(schedule, there.now)
        found.append(
            DutyFace(
                titled(schedule.slug),
                schedule.slug,
                there.face(shift.person.lower()) if shift else None,
                shift.ends if shift else None,
                there.face(after.lower()) if after and len(people) > 1 else None,
            )
        )
    return tuple(found)


def _failing(there: Roster, email: str) -> str:
    """Return which channels of somebody fail: "E-mail fails"; "" for those who are no admins."""
    row = there.rows.get(email)
    names = [failures.NAMES.get(one, one) for one in there.failing.get(row.pk, ())] if row is not None else []
    words = " and ".join(sorted(names))
    return f"{words[:1].upper()}{words[1:]} fail{'s' if len(names) == 1 else ''}" if words else ""


def _signs_in(there: Roster, email: str) -> str:
    row = there.rows.get(email)
    if row is None or row.user_id is None:
        return "Never signed in"
    return "Passkey" if row.user_id in there.passkeys else "No passkey"
