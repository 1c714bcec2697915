"""People: who the key or the session stands for."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.models import Person, Team
from approvals import queries
from approvals.actors import PersonActor
from approvals.api import query
from approvals.api.answers import give
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.channels import reaches
from approvals.portraits.telling import wish_of
from core import clock, ids, tx
from core.errors import NotFound

router = Router(tags=["People"])


@router.get("/people/me", summary="Read yourself", **told("getMe", PEOPLE, gives="Person"))
def me(request: HttpRequest) -> HttpResponse:
    """Return who the key or the session stands for, and how many actions wait for them."""
    actor = cast(PersonActor, actor_of(request))
    query.read_query(request)
    with tx.reading(actor.org):
        person = Person.objects.select_related("org", "manager").filter(pk=actor.person_id).first()
        if person is None:
            raise NotFound("There is no such person.")
        return give(_person_json(person))


def _person_json(person: Person) -> dict[str, Any]:
    teams = Team.objects.filter(memberships__person_id=person.pk, archived_at=None).order_by("slug")
    return {
        "id": ids.public("prs", person.pk),
        "email": person.email,
        "name": person.name,
        "roles": sorted(person.roles),
        "teams": [team.slug for team in teams],
        "manager": person.manager.email if person.manager else None,
        "authority": person.authority,
        "timezone": person.timezone or person.org.timezone,
        "organization": {"slug": person.org.slug, "name": person.org.name},
        "waiting": queries.waiting_for(person.pk),
        "channels": [one.as_json() for one in reaches(person, person.org, wish_of(person, person.org), clock.now())],
    }
