"""The draft of the configuration: compared, published, thrown away; and the versions, any of which can come back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from accounts.safe import next_page
from accounts.viewer import Viewer, require_role
from approvals.configuration.faults import InvalidDocument
from approvals.drafts import desk_of
from approvals.faces.drafts import IssuedFace
from approvals.flow.apply import Applied, VersionMoved
from approvals.flow.discard_draft import discard as discarding
from approvals.flow.keep_draft import DraftMoved, must_be_admin
from approvals.flow.publish_draft import EmptyStep, NoReason, one_line, publish_draft
from approvals.flow.redo_draft import redo as redoing
from approvals.flow.rollback import rollback as rolling_back
from approvals.portraits.compare import compare, versions
from approvals.views.editing import fields_of
from approvals.views.frame import actor_of, done, page, show
from core import clock, tx
from core.errors import DomainError, NotFound

MOST_VERSION = 2**31 - 1


@require_http_methods(["GET", "HEAD"])
@page
@require_role("admin")
def draft(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show what the reader's draft changes, and what publishing it takes."""
    return _compare(request, viewer)


def _compare(request: HttpRequest, viewer: Viewer, refusal: DomainError | None = None) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        desk = desk_of(viewer.person_id)
        reason = request.POST.get("reason", "")[:1000]
        face = compare(desk, viewer, now, reason=reason, error=refusal.detail if refusal else "")
    status = refusal.status if refusal else 200
    return show(request, viewer, "draft/compare.html", "escalation", now=now, status=status, compare=face)


@require_POST
@page
def publish(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Publish the reader's draft, with a reason."""
    fields = fields_of(request)
    try:
        applied = publish_draft(
            viewer.org, actor=actor_of(viewer), mark=fields.get("mark", ""), reason=fields.get("reason", "")
        )
    except (NoReason, DraftMoved, VersionMoved, InvalidDocument, EmptyStep) as refusal:
        return _compare(request, viewer, refusal)
    return _published(request, viewer, applied)


def _published(request: HttpRequest, viewer: Viewer, applied: Applied) -> HttpResponseBase:
    if applied.created:
        keys = tuple((slug, one.key, one.signing_secret) for slug, one in applied.created.items())
        return show(request, viewer, "draft/issued.html", "escalation", issued=IssuedFace(applied.version, keys))
    said = f"Version {applied.version} is live. What already waits keeps the version it started with."
    return done(request, said, default="/versions")


@require_POST
@page
def discard(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Throw the reader's draft away."""
    must_be_admin(actor_of(viewer))
    gone = discarding(viewer.org, actor=actor_of(viewer))
    back = next_page(request.POST.get("next"), default="/escalation")
    return done(request, "The draft is gone." if gone else "There was no draft.", default=back)


@require_POST
@page
def redo(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Make the draft's changes again on the version in force."""
    both = redoing(viewer.org, actor=actor_of(viewer))
    if not both:
        return done(request, "The draft is on the newest version now.", default="/draft")
    said = f"Both of you changed {', '.join(both[:5])}: your words stand in the draft. Compare before you publish."
    return done(request, said, default="/draft", tone="warning")


@require_http_methods(["GET", "HEAD"])
@page
def all_versions(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show every version with author, reason and day."""
    return _versions(request, viewer, _number(request.GET.get("open", "")))


@require_POST
@page
def rollback(request: HttpRequest, viewer: Viewer, number: int) -> HttpResponseBase:
    """Publish an earlier version again, as a new one, with a reason."""
    must_be_admin(actor_of(viewer))
    if number > MOST_VERSION:
        raise NotFound("There is no such version.")
    try:
        reason = one_line(fields_of(request).get("reason", ""))
        applied = rolling_back(viewer.org, to=number, author=f"person:{viewer.email}", reason=reason)
    except (NoReason, InvalidDocument) as refusal:
        return _versions(request, viewer, number, refusal)
    return _published(request, viewer, applied)


def _versions(request: HttpRequest, viewer: Viewer, opened: int, refusal: DomainError | None = None) -> HttpResponse:
    with tx.reading(viewer.org):
        face = versions(viewer, opened, error=refusal.detail if refusal else "")
    status = refusal.status if refusal else 200
    return show(request, viewer, "draft/versions.html", "escalation", status=status, versions=face)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
