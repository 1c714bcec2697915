"""Looks at actions afterwards: what waits, one of them, the answer; and asking for a second opinion."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.viewer import Viewer
from approvals.audits.doors import audit_for
from approvals.flow import answer_audit as answering
from approvals.flow import dispute as disputing
from approvals.flow.refusals import InvalidVote
from approvals.forms import said, seconds_of
from approvals.portraits.audits import audit_face, audits_face, seen_seconds
from approvals.schemas.auditing import LONGEST_NOTE, SEVERITIES, VERDICTS, Judgement
from approvals.views.action import id_of
from approvals.views.frame import actor_of, done, page, show
from core import clock, tx
from core.errors import DomainError

MOST = 200
TOLD = {
    "right": "Kept: you found it right. Here is what the agent said.",
    "wrong": "Kept: you found it wrong. Somebody else settles it; until then it counts.",
    "cannot_tell": "Left to the others.",
}


@require_safe
@page
def audits(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List what the reader may judge afterwards."""
    now = clock.now()
    with tx.reading(viewer.org):
        found = audits_face(viewer.person_id, most=MOST)
    return show(request, viewer, "audits/list.html", "inbox", now=now, audits=found)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def audit(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponseBase:
    """Show an audit; a POST answers it."""
    if request.method != "POST":
        return _page(request, viewer, public_id)
    judged = _judgement(request, viewer, public_id)
    try:
        with tx.reading(viewer.org):
            found = audit_for(actor_of(viewer), public_id)
        answering.answer_audit(viewer.org, found.pk, actor=actor_of(viewer), said=judged)
    except DomainError as refusal:
        return _page(request, viewer, public_id, error=refusal.detail, typed=judged, status=refusal.status)
    there = "/audits" if judged.verdict == "cannot_tell" else f"/audits/{public_id}"
    return done(request, TOLD[judged.verdict], default=there)


@require_POST
@page
def dispute(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponseBase:
    """Ask a second person whether an action that was found wrong was wrong."""
    disputing.dispute(viewer.org, id_of(viewer, public_id), actor=actor_of(viewer))
    return done(
        request, "A second person is asked. Until they answer, the error counts.", default=f"/actions/{public_id}"
    )


def _page(
    request: HttpRequest,
    viewer: Viewer,
    public_id: str,
    *,
    error: str = "",
    typed: Judgement | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        face = audit_face(audit_for(actor_of(viewer), public_id), viewer, error=error, typed=typed)
    return show(request, viewer, "audits/page.html", "inbox", now=now, status=status, audit=face)


def _judgement(request: HttpRequest, viewer: Viewer, public_id: str) -> Judgement:
    """Return what was pressed. How long it was read says the page's clock, else since when it was shown."""
    verdict, severity = request.POST.get("verdict", ""), request.POST.get("severity", "")
    if verdict not in VERDICTS or severity not in ("", *SEVERITIES):
        raise InvalidVote("Nothing was recorded: this form is not one of ours. Open the page again.")
    with tx.reading(viewer.org):
        audit = audit_for(actor_of(viewer), public_id)
        shown = seen_seconds(audit, request.POST.get("seen", ""), tx.now())
    counted = seconds_of(request.POST.get("reviewed", ""))
    note = said(request.POST.get("note", ""), what="The note", longest=LONGEST_NOTE)
    return Judgement(verdict, severity, note, counted if counted is not None else shown or 0.0)
