"""Who is here, what each may decide, and how much waits for them."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import Membership, Person, Team
from accounts.organizations import organization
from accounts.viewer import Viewer
from approvals.faces.decide import spoken_amount
from approvals.faces.pages import PeopleFace, PersonRow, TeamRow
from approvals.faces.people import face_of
from approvals.models import Asked
from approvals.policies import policy_of
from approvals.routing import DECIDES
from approvals.terms import Authority, PersonTerms
from approvals.views.frame import page, show
from core import tx


@require_safe
@page
def people(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List people and teams."""
    with tx.reading(viewer.org):
        org = organization()
        policy = policy_of(org.pk, org.config_version)
        rows = list(Person.objects.filter(archived_at=None).order_by("name", "email"))
        teams = list(Team.objects.filter(archived_at=None).order_by("name"))
        places = list(Membership.objects.values_list("team_id", "person_id"))
        counted = Asked.objects.filter(left_at=None).values("person_id").annotate(n=Count("id", filter=Q(left_at=None)))
        waiting = {row["person_id"]: row["n"] for row in counted}
    faces = {one.pk: face_of(one.name, one.email, you=one.pk == viewer.person_id) for one in rows}
    of_person: dict[object, list[str]] = {}
    for team in teams:
        for team_id, person_id in places:
            if team_id == team.pk:
                of_person.setdefault(person_id, []).append(team.name)
    face = PeopleFace(
        people=tuple(
            PersonRow(
                person=faces[one.pk],
                email=one.email,
                roles=", ".join(sorted(one.roles)).capitalize(),
                may_decide=may_decide(policy.person(one.email)),
                teams=", ".join(of_person.get(one.pk, ())),
                waiting=waiting.get(one.pk, 0),
                signs_in="Has signed in" if one.user_id else "Not yet",
            )
            for one in rows
        ),
        teams=tuple(
            TeamRow(
                team.name,
                team.slug,
                tuple(faces[person] for at, person in places if at == team.pk and person in faces),
            )
            for team in teams
        ),
    )
    return show(request, viewer, "people/page.html", "people", people=face)


def may_decide(person: PersonTerms | None) -> str:
    """Return what somebody may decide, in words: "Up to €2,000.00, high risk, only refund.*"."""
    if person is None or DECIDES not in person.roles:
        return "Nothing"
    held: Authority = person.authority
    said = []
    if held.max_amount is not None:
        said.append(f"up to {spoken_amount(f'{held.max_amount.value:f}', held.max_amount.currency)}")
    if held.max_risk is not None:
        said.append(f"up to {held.max_risk} risk")
    if held.actions:
        said.append(f"only {', '.join(held.actions)}")
    words = ", ".join(said)
    return f"{words[:1].upper()}{words[1:]}" if words else "Anything they are asked"
