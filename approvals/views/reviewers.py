"""How people review, for admins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer
from agents.calibration import percent
from approvals.audits.reviewers import FEWEST, Reviewer, alarms, reviewers
from approvals.faces.people import face_of
from approvals.faces.reviewers import ReviewerRow
from approvals.flow.keep_draft import must_be_admin
from approvals.practice.showing import said_of_practice
from approvals.views.frame import actor_of, page, show
from core import clock, tx


@require_safe
@page
def reviewers_page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what each catches, how long they read and how often they approve. Raises Forbidden to all but admins."""
    must_be_admin(actor_of(viewer))
    now = clock.now()
    with tx.reading(viewer.org):
        found = tuple(_row(one) for one in reviewers(viewer.org, now))
        practice = said_of_practice()
    together = len(found) == 1 and found[0].person is None
    return show(
        request,
        viewer,
        "people/reviewers.html",
        "people",
        now=now,
        reviewers=found,
        practice=practice,
        together=together,
        fewest=FEWEST,
    )


def _row(one: Reviewer) -> ReviewerRow:
    practised = one.caught + one.missed
    known = one.catches
    return ReviewerRow(
        person=face_of(one.name, str(one.person)) if one.person else None,
        name=one.name,
        reviewed=one.votes,
        approved=f"{percent(one.approved / one.votes)} ({one.approved:,} of {one.votes:,})"
        if one.votes
        else "None yet",
        others=f"{percent(one.expected / one.beside)} of the same kinds" if one.beside else "Nobody to compare with",
        seconds=f"{one.seconds:.0f} s" if one.seconds is not None else "Not measured",
        practice=f"{one.caught} of {practised}" if practised else "None yet",
        catches=f"At least {percent(known)}" if known is not None else "Too early to say",
        notes=alarms(one),
    )
