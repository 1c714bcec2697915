"""Who decides when somebody is away: the page, and the forms that begin and end it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from accounts.viewer import Viewer
from approvals import delegation_form
from approvals.delegations import named
from approvals.faces.notes import NoteFace
from approvals.faces.times import clock as clock_of
from approvals.flow import delegate as delegating
from approvals.flow import undelegate as undelegating
from approvals.portraits import delegating as portrait
from approvals.portraits.delegating import NOT_REFUSED, Refused
from approvals.portraits.delegations import suggested
from approvals.posted import PostedDelegation
from approvals.views.frame import actor_of, done, page, show
from core import clock, tx
from core.errors import DomainError

HOME = "/delegation"


@require_http_methods(["GET", "HEAD", "POST"])
@page
def delegation(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show who is away and who covers; a POST looks at what a form would change, or saves it."""
    if request.method == "POST" and request.POST.get("do") != "check":
        return _save(request, viewer)
    return _page(request, viewer)


@require_POST
@page
def end(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponseBase:
    """End a delegation at once."""
    actor = actor_of(viewer)
    with tx.reading(viewer.org):
        identifier = named(actor, public_id)
    ended = undelegating.end(viewer.org, identifier, actor=actor)
    mine = ended["from"].lower() == viewer.email.lower()
    who = "You decide for yourself again." if mine else "It is over."
    return done(request, f"{who} What was not decided goes back, what was decided stays.", default=HOME)


@require_POST
@page
def away(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Hand everything over until tomorrow morning, to whoever covered last or to the manager, by one press."""
    now = clock.now()
    with tx.reading(viewer.org):
        board = portrait.board_of(viewer, now=now)
        cover = suggested(board, board.me)
        until = delegation_form.until_morning(now, board.zone_of(board.me))
    if not cover:
        note = portrait.nobody_to_cover(board)
        return _page(request, viewer, told=(note,), status=422)
    posted = PostedDelegation(delegate=cover, until=until, reason="Away until tomorrow")
    try:
        delegating.delegate(viewer.org, actor=actor_of(viewer), posted=posted)
    except DomainError as refusal:
        return _page(request, viewer, refused=portrait.refusal(refusal), status=refusal.status)
    name = board.directory.people[cover].name
    back = clock_of(until, now, viewer.timezone)
    return done(request, f"{name} decides for you until {back}. Press “I am back” to end it.", default=HOME)


def _save(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    now = clock.now()
    with tx.reading(viewer.org):
        board = portrait.board_of(viewer, now=now)
        typed = portrait.typed_of(board, dict(request.POST.lists()))
    try:
        if typed is None:
            raise delegating.CannotDelegate("You decide nothing, and are nobody’s manager: there is nothing to lend.")
        asked = request.POST.get("from", "").strip().lower() or typed.grantor  # whoever that is: the flow refuses
        posted = delegation_form.read(replace(typed, grantor=asked), own=board.me)
        saved, is_new = delegating.delegate(viewer.org, actor=actor_of(viewer), posted=posted)
    except DomainError as refusal:
        return _page(request, viewer, refused=portrait.refusal(refusal), status=refusal.status)
    person = board.directory.people[saved["to"].lower()]
    whose = "you" if saved["from"].lower() == board.me else board.directory.people[saved["from"].lower()].name
    starts = datetime.fromisoformat(saved["starts"])
    begins = "from now on" if saved["state"] == "active" else f"from {clock_of(starts, now, viewer.timezone)}"
    said = f"{person.name} covers for {whose} {begins}." if is_new else "That was saved before."
    return done(request, said, default=HOME)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    *,
    refused: Refused = NOT_REFUSED,
    told: tuple[NoteFace, ...] = (),
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        board = portrait.board_of(viewer, now=now)
        posted = request.POST if request.method == "POST" else request.GET
        face = portrait.page(board, actor_of(viewer), dict(posted.lists()), refused=refused)
    face = replace(face, notes=(*told, *face.notes))
    return show(request, viewer, "delegation/page.html", "delegation", now=now, status=status, page=face)
