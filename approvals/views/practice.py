"""Practice requests where requests are: their page, the pieces scripts fetch, and what is said after the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.viewer import Viewer
from approvals.flow import answer_practice as answering
from approvals.forms import decision_form
from approvals.models import Audit
from approvals.practice.showing import feedback, is_open, practice_face, practice_row
from approvals.views.frame import actor_of, done, fragment, show
from core import clock, ids, tx


def page_of(request: HttpRequest, viewer: Viewer, audit: Audit) -> HttpResponseBase:
    """Show a practice request as any other, and what it was once it is over; a POST answers it."""
    there = f"/actions/{ids.public('act', audit.pk)}"
    if request.method == "POST":
        form = decision_form(request.POST.dict(), question=False)
        if form.vote in ("approve", "reject"):
            answering.answer_practice(
                viewer.org, audit.pk, actor=actor_of(viewer), verdict=form.vote, review_seconds=form.reviewed
            )
        return done(request, "", default=there) if "next" not in request.POST else _after(request, there)
    now = clock.now()
    with tx.reading(viewer.org):
        if not is_open(audit):
            told = feedback(audit)
            return show(request, viewer, "practice/page.html", "inbox", now=now, practice=told)
        face = practice_face(audit, viewer)
    return show(request, viewer, "action/page.html", "inbox", now=now, action=face, second=None)


def detail_of(request: HttpRequest, viewer: Viewer, audit: Audit) -> HttpResponse:
    """Give a practice request as the inbox shows it."""
    with tx.reading(viewer.org):
        if not is_open(audit):
            told = feedback(audit)
            return fragment(request, viewer, "practice/_detail.html", now=clock.now(), practice=told)
        face = practice_face(audit, viewer, next_url="/")
    return fragment(request, viewer, "action/_detail.html", now=clock.now(), action=face)


def bar_of(request: HttpRequest, viewer: Viewer, audit: Audit) -> HttpResponse:
    """Give the decision bar of a practice request."""
    with tx.reading(viewer.org):
        face = practice_face(audit, viewer, next_url="/")
    return fragment(request, viewer, "action/_bar.html", now=clock.now(), action=face)


def row_of(request: HttpRequest, viewer: Viewer, audit: Audit) -> HttpResponse:
    """Give the row of a practice request."""
    now = clock.now()
    return fragment(request, viewer, "inbox/_row.html", now=now, row=practice_row(audit, now))


def _after(request: HttpRequest, there: str) -> HttpResponseBase:
    """Show what it was, wherever the form would have led: the lesson is what it was for."""
    response = done(request, "", default=there)
    response["Location"] = there
    return response
