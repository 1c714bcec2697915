"""People and teams as rows, brought to what the configuration document says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership, Person, Team
from core import tx

Row = Mapping[str, Any]
FIELDS = ("email", "name", "roles", "timezone", "authority", "slack", "slack_linked", "archived_at")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The people there are now, by e-mail, and who left with this version."""

    active: dict[str, Person]
    archived: tuple[Person, ...]


@tx.inside_use_case
def bring_people(rows: Sequence[Row], *, at: datetime) -> Gathered:
    """Make, change, archive and bring back people, so that those active are those of `rows`.

    Somebody is known by their e-mail, in any case of letters; who comes back is the same person as before.
    """
    org = tx.current().org
    known = {person.email.lower(): person for person in Person.objects.select_for_update(no_key=True).order_by("id")}
    active: dict[str, Person] = {}
    fresh, changed = [], []
    accounts = {person.slack for person in known.values() if person.is_active} | {row.get("slack") for row in rows}
    for row in rows:
        person = known.get(row["email"]) or Person(org_id=org)
        is_new = row["email"] not in known
        before = None if is_new else [getattr(person, name) for name in FIELDS]
        if not person.is_active and person.slack in accounts:
            person.slack, person.slack_linked = "", False  # who comes back finds their Slack account somebody else's
        _fill(person, row)
        accounts.add(person.slack)
        if is_new:
            fresh.append(person)
        elif before != [getattr(person, name) for name in FIELDS]:
            changed.append(person)
        active[row["email"]] = person
    archived = tuple(person for email, person in known.items() if email not in active and person.is_active)
    for person in archived:
        person.archived_at = at
    Person.objects.bulk_create(fresh, batch_size=500)
    Person.objects.bulk_update([*changed, *archived], list(FIELDS), batch_size=500)
    _bring_managers(rows, active)
    return Gathered(active, archived)


def _fill(person: Person, row: Row) -> None:
    person.email = row["email"]
    person.name = row.get("name", row["email"])
    person.roles = list(row.get("roles", ["viewer"]))
    person.timezone = row.get("timezone", "")
    person.authority = dict(row.get("authority", {}))
    person.archived_at = None
    if "slack" in row:
        person.slack, person.slack_linked = row["slack"], False
    elif not person.slack_linked:
        person.slack = ""


def _bring_managers(rows: Iterable[Row], active: Mapping[str, Person]) -> None:
    moved = []
    for row in rows:
        person, above = active[row["email"]], active[row["manager"]] if "manager" in row else None
        if person.manager_id != (above.pk if above else None):
            person.manager = above
            moved.append(person)
    Person.objects.bulk_update(moved, ["manager"], batch_size=500)


@tx.inside_use_case
def bring_teams(rows: Iterable[Row], people: Mapping[str, Person], *, at: datetime) -> None:
    """Make, change and archive teams and who is in them, so that they are those of `rows`."""
    org = tx.current().org
    known = {team.slug: team for team in Team.objects.all()}
    wanted: set[tuple[UUID, UUID]] = set()
    named = set()
    for row in rows:
        team = known.get(row["slug"]) or Team(org_id=org, slug=row["slug"])
        team.name, team.archived_at, team.slack = row.get("name", row["slug"]), None, row.get("slack", "")
        team.save()
        named.add(row["slug"])
        wanted |= {(team.pk, people[email].pk) for email in row.get("members", ())}
    Team.objects.filter(archived_at__isnull=True).exclude(slug__in=named).update(archived_at=at)
    present = {(place.team_id, place.person_id): place.pk for place in Membership.objects.all()}
    gone = [pk for pair, pk in present.items() if pair not in wanted]
    Membership.objects.filter(pk__in=gone).delete()
    Membership.objects.bulk_create(
        [Membership(org_id=org, team_id=team, person_id=person) for team, person in wanted - present.keys()],
        batch_size=500,
    )
