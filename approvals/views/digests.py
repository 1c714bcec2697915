"""Digests by mail: the link in their header shows which they are and by one POST stops them; settings start them again.

The POST of the link needs no session, no form and no cookie, for the mail program sends it (RFC 8058).
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from accounts.viewer import Viewer
from approvals.views.frame import page
from approvals.views.mail import QUIET
from core import tx
from core.errors import Unprocessable
from delivery import digests

NO_LINK = "It is not one of ours, or its reader has left. Nothing was changed."


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show which digests a mail is of, and whose; a POST stops them."""
    found = digests.read(token)
    if found is None:
        return _none(request)
    if request.method == "POST":
        name = digests.choose(found.org, found.person, found.kind, wanted=False)
        is_on = False
    else:
        with tx.reading(found.org):
            name = Person.objects.filter(pk=found.person, archived_at=None).values_list("name", flat=True).first()
            is_on = found.kind not in digests.stopped_of(found.person)
    if name is None:
        return _none(request)
    shown = {"name": name, "what": digests.NAMES[found.kind], "token": token, "is_on": is_on, "has_form": is_on}
    return _quiet(render(request, "mail/digest.html", shown))


@require_POST
@page
def choose(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Stop or start one kind of the reader's digests."""
    kind = next((one for one in digests.KINDS if one == request.POST.get("kind")), None)
    if kind is None:
        raise Unprocessable("Nothing was changed: this form has a choice that is not offered.")
    wanted = request.POST.get("wanted") == "yes"
    digests.choose(viewer.org, viewer.person_id, kind, wanted=wanted, actor=f"person:{viewer.email}")
    return HttpResponseRedirect("/settings?saved=1#digests", status=303)


def _none(request: HttpRequest) -> HttpResponse:
    return _quiet(render(request, "mail/none.html", {"detail": NO_LINK}, status=404))


def _quiet(response: HttpResponse) -> HttpResponse:
    for name, value in QUIET.items():
        response[name] = value
    return response
