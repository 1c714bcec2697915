"""What every page shares: the door, the frame around it, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from accounts.doors import orgs_of_user
from accounts.safe import next_page
from accounts.viewer import Viewer, signed_in
from approvals.actors import PersonActor
from approvals.authority import DECIDES
from approvals.faces.errors import ErrorFace
from approvals.faces.people import face_of
from approvals.faces.shell import Notice, ShellFace
from approvals.portraits import rows
from core import clock, tx
from core.errors import DomainError

P = ParamSpec("P")
TONES = {"success": "ok", "warning": "warn", "error": "bad"}
CHOICES_KEPT = 60  # seconds
View = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]


def page(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in who is signed in, and show a refusal that the view did not show itself as a page that says so."""

    @wraps(view)
    def run(request: HttpRequest, viewer: Viewer, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, viewer, *args, **kwargs)
        except DomainError as refusal:
            return refused(request, viewer, refusal)

    return signed_in(run)


def actor_of(viewer: Viewer) -> PersonActor:
    """Return the reader as flows know them."""
    return PersonActor(
        org=viewer.org,
        org_slug=viewer.org_slug,
        person_id=viewer.person_id,
        email=viewer.email,
        name=viewer.name,
        roles=viewer.roles,
        channel="web",
    )


def shell(request: HttpRequest, viewer: Viewer, here: str, *, waiting: int | None = None) -> ShellFace:
    """Return the frame; `here` is the entry of the sidebar that is open. Counts what waits unless that is known."""
    if waiting is None:
        with tx.reading(viewer.org):
            waiting, _ = rows.counts(viewer)
    return ShellFace(
        org=viewer.org_name,
        me=face_of(viewer.name, viewer.email, you=True),
        here=" and ".join(sorted(viewer.roles)).capitalize(),
        page=here,
        waiting=waiting,
        theme=viewer.theme,
        single_keys=viewer.single_keys,
        undo_seconds=viewer.undo_seconds,
        notices=_notices(request),
        choices=_choices(viewer),
        may_away=viewer.has(DECIDES),
    )


def show(
    request: HttpRequest,
    viewer: Viewer,
    template: str,
    here: str,
    *,
    now: datetime | None = None,
    waiting: int | None = None,
    status: int = 200,
    **faces: Any,
) -> HttpResponse:
    """Return a whole page."""
    context = {
        "shell": shell(request, viewer, here, waiting=waiting),
        "now": now or clock.now(),
        "zone": viewer.timezone,
        **faces,
    }
    return render(request, template, context, status=status)


def fragment(request: HttpRequest, viewer: Viewer, template: str, *, now: datetime, **faces: Any) -> HttpResponse:
    """Return a piece of a page, for the scripts to put in its place."""
    response = render(request, template, {"now": now, "zone": viewer.timezone, **faces})
    response["Cache-Control"] = "no-store"
    return response


def refused(request: HttpRequest, viewer: Viewer, refusal: DomainError) -> HttpResponse:
    """Return the page that says no."""
    error = ErrorFace(refusal.status, f"{refusal.title}.", refusal.detail)
    return show(request, viewer, "error.html", "", status=refusal.status, error=error)


def done(request: HttpRequest, said: str, *, default: str = "/", tone: str = "success") -> HttpResponseRedirect:
    """Send the browser on after a POST, with a sentence that it shows once."""
    if said:
        messages.add_message(request, messages.WARNING if tone == "warning" else messages.SUCCESS, said)
    return HttpResponseRedirect(next_page(request.POST.get("next"), default=default), status=303)


def _notices(request: HttpRequest) -> tuple[Notice, ...]:
    return tuple(Notice(str(one), TONES.get(one.level_tag, "")) for one in messages.get_messages(request))


def _choices(viewer: Viewer) -> int:
    """Return how many organizations the account may enter; looked up once a minute."""
    found: int | None = cache.get(key := f"choices:{viewer.user_id}")
    if found is None:
        found = len(orgs_of_user(viewer.user_id))
        cache.set(key, found, CHOICES_KEPT)
    return found
