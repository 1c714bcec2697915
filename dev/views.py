"""The developer's corner: be anybody, turn the clock, and see every message as its reader does."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import all_orgs
from accounts.flow.issue_link import NoSuchPerson, issue_link
from accounts.models import Organization, Person
from accounts.viewer import Viewer, signed_in, viewer_of
from core import clock, tx
from dev import outgoing, turning
from dev.gate import only_here
from dev.specimens import Specimen, specimens

CSS = Path(__file__).resolve().parent / "style.css"
TURNS = ((60, "1 minute"), (900, "15 minutes"), (3600, "1 hour"), (14_400, "4 hours"), (86_400, "1 day"))
MOST_KEPT = 500
NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
_letters: OrderedDict[str, str] = OrderedDict()  # the mails shown last, for the frames that ask for them


@dataclass(frozen=True, slots=True)
class Shown:
    """A specimen as the page has it: `html` may stand as it is, `frame` is where a mail's HTML is."""

    name: str
    channel: str
    text: str
    html: SafeString
    faults: tuple[str, ...]
    frame: str


@require_safe
@only_here
def index(request: HttpRequest) -> HttpResponse:
    """Show who one can be, and what the clock says."""
    found = []
    for org in all_orgs():
        with tx.reading(org):
            people = list(Person.objects.filter(archived_at__isnull=True).order_by("name")[:100])
            found.append((org, Organization.objects.get(pk=org).name, people))
    told: dict[str, Any] = {"now": clock.now(), "turned": turning.turned(), "turns": TURNS, "organizations": found}
    return render(request, "dev/index.html", told | {"who": viewer_of(request), "slack": settings.SLACK_API_URL})


@require_POST
@only_here
def sign_in_as(request: HttpRequest) -> HttpResponseBase:
    """Make a one-time link for somebody and go there: signing in is the product's own."""
    org, _, email = request.POST.get("person", "").partition(" ")
    if not org.isascii() or not org.isdigit() or int(org) not in all_orgs():
        raise Http404
    try:
        return HttpResponseRedirect(f"/sign-in/link/{issue_link(int(org), email=email, by='developer')}")
    except NoSuchPerson:
        raise Http404 from None


@require_POST
@only_here
def turn_clock(request: HttpRequest) -> HttpResponseBase:
    """Turn the clock of web, engine and worker forward."""
    seconds = request.POST.get("seconds", "")
    if not seconds.isascii() or not seconds.isdigit():
        raise Http404
    try:
        turning.turn(timedelta(seconds=min(int(seconds), 10**9)))
    except turning.TooFar as exc:
        return HttpResponse(str(exc), status=422, content_type="text/plain")
    return HttpResponseRedirect("/dev/", status=303)


@require_safe
@csp_update({"frame-src": ["'self'"]})
@only_here
@signed_in
def messages(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show every message there is, and what Slack would refuse of each."""
    made = _shown(specimens(viewer))
    told = {"made": made, "wrong": sum(bool(one.faults) for one in made), "viewer": viewer}
    return render(request, "dev/messages.html", told)


@require_safe
@csp_update({"frame-src": ["'self'"]})
@only_here
@signed_in
def outbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what one action became on each channel, side by side."""
    found = outgoing.outgoing(viewer, request.GET.get("action", ""))
    columns = [(name, _shown(one for one in found.made if one.channel == channel)) for name, channel in CHANNELS]
    told = {"found": found, "columns": columns, "viewer": viewer, "now": clock.now(), "zone": viewer.timezone}
    return render(request, "dev/outbox.html", told)


CHANNELS = (("Slack", "slack"), ("E-mail", "email"))


@require_safe
@only_here
@xframe_options_sameorigin
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Give the HTML of a mail that a page of ours has just shown: no script, no form, no address of ours."""
    if name not in _letters:
        raise Http404
    return HttpResponse(_letters[name], headers={"Content-Security-Policy": NOTHING_RUNS})


@require_safe
@only_here
def style(request: HttpRequest) -> HttpResponse:
    """Give the one style sheet of these pages."""
    return HttpResponse(CSS.read_bytes(), content_type="text/css; charset=utf-8")


def _shown(made: Sequence[Specimen] | Any) -> list[Shown]:
    return [
        Shown(one.name, one.channel, one.text, mark_safe(one.html), one.faults, _kept(one.letter))  # noqa: S308 - kit
        for one in made
    ]


def _kept(html: str) -> str:
    if not html:
        return ""
    name = hashlib.sha256(html.encode()).hexdigest()[:32]
    _letters[name] = html
    while len(_letters) > MOST_KEPT:
        _letters.popitem(last=False)
    return f"/dev/letter/{name}"
