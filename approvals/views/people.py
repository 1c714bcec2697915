"""Who is here, what each may decide, and how much waits for them; changed by admins in a draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from accounts.viewer import Viewer
from agents.terms import RISKS
from approvals.drafting import people as edits
from approvals.drafting.rows import Unfit
from approvals.faces.directory import PeopleFace
from approvals.flow.keep_draft import must_be_admin
from approvals.portraits.draft_bar import bar
from approvals.portraits.person_page import newcomer, person_page, team_page
from approvals.portraits.roster import person_rows, roster, team_rows
from approvals.views.editing import desk_for, fields_of, go, keep_edit, slug_typed
from approvals.views.frame import actor_of, page, show
from core import clock, tx
from core.errors import NotFound

READ_OR_EDIT = ["GET", "HEAD", "POST"]
MOST = 200  # rows of a list; more are looked for by name


@require_http_methods(READ_OR_EDIT)
@page
def people(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """List people and teams; a POST brings somebody, or a team, into the draft."""
    if request.method != "POST":
        return _list(request, viewer)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    try:
        if fields.get("do") == "team":
            slug = slug_typed(fields.get("slug", ""))
            name = fields.get("slug", "").strip()
            keep_edit(viewer, fields, lambda document: edits.add_team(document, slug, name))
            return go("/people/teams/{}", slug)
        keep_edit(viewer, fields, edits.add_person(fields))
    except Unfit as refusal:
        return _list(request, viewer, fields, refusal.wrong, error=f"Nothing was changed. {refusal.detail}", status=422)
    return go("/people/person?email={}", fields.get("email", "").strip().lower())


def _list(
    request: HttpRequest,
    viewer: Viewer,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        there, desk = roster(viewer, now=now), desk_for(viewer)
        words = request.GET.get("q", "").strip()[:100]
        known = [one for one in there.policy.people if _fits(one.name, one.email, words)]
        fresh = [row for row in desk.document.get("people", ()) if row["email"] not in there.directory.people]
        face = PeopleFace(
            people=(*person_rows(there, known)[:MOST], *(newcomer(row, row["email"]) for row in fresh)),
            teams=team_rows(there)[:MOST],
            query=words,
            total=len(known),
            draft=bar(desk, viewer, now),
            error=error,
            wrong=wrong or {},
            typed=typed or {},
        )
    return show(request, viewer, "people/page.html", "people", now=now, status=status, people=face)


def _fits(name: str, email: str, words: str) -> bool:
    """Whether somebody is looked for by these words."""
    return words.casefold() in f"{name} {email}".casefold()


@require_http_methods(READ_OR_EDIT)
@page
def person(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show one person; a POST edits their roles and authority in the draft."""
    email = request.GET.get("email", "").strip().lower()
    if request.method != "POST":
        return _person(request, viewer, email)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    if fields.get("do") == "remove":
        keep_edit(viewer, fields, edits.remove_person(email))
        return go("/draft")
    try:
        keep_edit(viewer, fields, edits.person_edit(email, fields))
    except Unfit as refusal:
        said = f"Nothing was changed. {refusal.detail}"
        return _person(request, viewer, email, fields, refusal.wrong, error=said, status=refusal.status)
    return go("/people/person?email={}", email)


def _person(
    request: HttpRequest,
    viewer: Viewer,
    email: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        there, desk = roster(viewer, now=now), desk_for(viewer)
        face = person_page(there, desk, actor_of(viewer), email, typed=typed, wrong=wrong, error=error)
    if face is None:
        raise NotFound("There is nobody with this address here.")
    return show(request, viewer, "people/person.html", "people", now=now, status=status, page=face, risks=RISKS)


@require_http_methods(READ_OR_EDIT)
@page
def team(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Show one team; a POST edits its members in the draft."""
    if request.method != "POST":
        return _team(request, viewer, slug)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    if fields.get("do") == "remove":
        keep_edit(viewer, fields, edits.remove_team(slug))
        return go("/draft")
    try:
        keep_edit(viewer, fields, edits.team_edit(slug, fields))
    except Unfit as refusal:
        said = f"Nothing was changed. {refusal.detail}"
        return _team(request, viewer, slug, refusal.wrong, error=said, status=refusal.status)
    return go("/people/teams/{}", slug)


def _team(
    request: HttpRequest,
    viewer: Viewer,
    slug: str,
    wrong: Mapping[str, str] | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        there, desk = roster(viewer, now=now), desk_for(viewer)
        face = team_page(there, desk, slug, wrong=wrong, error=error)
    if face is None:
        raise NotFound("There is no such team here.")
    return show(request, viewer, "people/team.html", "people", now=now, status=status, page=face)
