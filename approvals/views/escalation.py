"""Chains, calendars and schedules: what happens while nobody decides, to read and to edit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from accounts.viewer import Viewer
from approvals.drafting import chains, duty
from approvals.drafting.chain_form import chain_edit
from approvals.drafting.rows import Document, Unfit, place_of
from approvals.drafts import Desk
from approvals.faces.escalation import DutyPageFace, EscalationFace
from approvals.flow.keep_draft import must_be_admin
from approvals.portraits.chain_list import chain_rows
from approvals.portraits.chain_page import chain_page
from approvals.portraits.draft_bar import bar
from approvals.portraits.duty import calendar_face, schedule_face
from approvals.portraits.named import Names
from approvals.portraits.past import ended, used
from approvals.portraits.trial import trial
from approvals.views.editing import desk_for, fields_of, go, keep_edit, slug_typed
from approvals.views.frame import actor_of, page, show
from core import clock, tx
from core.errors import NotFound

READ_OR_EDIT = ["GET", "HEAD", "POST"]


@require_http_methods(READ_OR_EDIT)
@page
def escalation(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show every chain, calendar and schedule; a POST makes a new one in the draft."""
    if request.method != "POST":
        return _list(request, viewer)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    try:
        slug = slug_typed(fields.get("slug", ""))
        return _made(viewer, fields, slug)
    except Unfit as refusal:
        return _list(request, viewer, error=_told(refusal), status=refusal.status)


def _made(viewer: Viewer, fields: dict[str, str], slug: str) -> HttpResponseBase:
    match fields.get("do"):
        case "calendar":
            keep_edit(viewer, fields, lambda document: duty.add_calendar(document, slug))
            return go("/escalation/calendars/{}", slug)
        case "schedule":
            starts = f"{clock.now():%Y-%m-%d}T09:00"
            first = fields.get("first", "").strip().lower()
            keep_edit(viewer, fields, lambda document: duty.add_schedule(document, slug, first=first, starts=starts))
            return go("/escalation/schedules/{}", slug)
    keep_edit(viewer, fields, lambda document: chains.add_chain(document, slug))
    return go("/escalation/{}", slug)


def _list(request: HttpRequest, viewer: Viewer, *, error: str = "", status: int = 200) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        desk = desk_for(viewer)
        counted = used(now)
        names = Names(desk.document, viewer.email)
        face = EscalationFace(
            draft=bar(desk, viewer, now),
            chains=chain_rows(desk, counted),
            calendars=tuple(
                calendar_face(desk, row["slug"], now, viewer.timezone) for row in desk.document.get("calendars", ())
            ),
            schedules=tuple(
                schedule_face(desk, row["slug"], now, viewer.timezone, names)
                for row in desk.document.get("schedules", ())
            ),
            people=tuple((email, names.name(email)) for email in names.people),
            error=error,
        )
    return show(request, viewer, "escalation/list.html", "escalation", now=now, status=status, escalation=face)


@require_http_methods(READ_OR_EDIT)
@page
def chain(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Show one chain with its rehearsal; a POST edits it in the draft."""
    if request.method != "POST":
        return _chain(request, viewer, slug)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    if fields.get("do") == "delete":
        keep_edit(viewer, fields, lambda document: chains.remove_chain(document, slug))
        return go("/escalation")
    try:
        keep_edit(viewer, fields, chain_edit(slug, fields))
    except Unfit as refusal:
        return _chain(
            request, viewer, slug, fields, refusal.wrong, error=f"Nothing was changed. {refusal.detail}", status=422
        )
    return go("/draft") if fields.get("do") == "publish" else go("/escalation/{}", slug)


def _chain(
    request: HttpRequest,
    viewer: Viewer,
    slug: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        desk = desk_for(viewer)
        _must_be_there(desk, "chains", slug)
        face = chain_page(
            desk, slug, viewer, now, past=ended(slug, now), used=used(now), typed=typed, wrong=wrong, error=error
        )
        rehearsal = trial(request.GET, desk, viewer, now, url=f"/escalation/{slug}", chain=slug)
    return show(
        request, viewer, "escalation/chain.html", "escalation", now=now, status=status, chain=face, trial=rehearsal
    )


@require_http_methods(READ_OR_EDIT)
@page
def calendar(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Show one calendar; a POST edits it in the draft."""
    return _duty(request, viewer, "calendars", slug)


@require_http_methods(READ_OR_EDIT)
@page
def schedule(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Show one schedule; a POST edits it in the draft."""
    return _duty(request, viewer, "schedules", slug)


def _duty(request: HttpRequest, viewer: Viewer, section: str, slug: str) -> HttpResponseBase:
    if request.method != "POST":
        return _duty_page(request, viewer, section, slug)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    if fields.get("do") == "delete":

        def remove(document: Document) -> None:
            duty.remove(document, section, slug)

        keep_edit(viewer, fields, remove)
        return go("/escalation")
    edit = duty.calendar_edit if section == "calendars" else duty.schedule_edit
    try:
        keep_edit(viewer, fields, edit(slug, fields))
    except Unfit as refusal:
        return _duty_page(request, viewer, section, slug, refusal)
    return go("/draft") if fields.get("do") == "publish" else go(f"/escalation/{section}/{{}}", slug)


def _duty_page(
    request: HttpRequest, viewer: Viewer, section: str, slug: str, refusal: Unfit | None = None
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        desk = desk_for(viewer)
        _must_be_there(desk, section, slug)
        face = _duty_face(desk, section, slug, viewer, now, refusal)
    status = refusal.status if refusal else 200
    return show(request, viewer, "escalation/duty.html", "escalation", now=now, status=status, duty=face)


def _duty_face(
    desk: Desk, section: str, slug: str, viewer: Viewer, now: datetime, refusal: Unfit | None
) -> DutyPageFace:
    error = f"Nothing was changed. {refusal.detail}" if refusal else ""
    draft = bar(desk, viewer, now)
    if section == "calendars":
        return DutyPageFace(draft, calendar=calendar_face(desk, slug, now, viewer.timezone), error=error)
    names = Names(desk.document, viewer.email)
    wrong = refusal.wrong if refusal else None
    found = schedule_face(desk, slug, now, viewer.timezone, names, wrong)
    return DutyPageFace(draft, schedule=found, error=error)


def _must_be_there(desk: Desk, section: str, slug: str) -> None:
    if place_of(desk.document, section, slug) is None:
        raise NotFound(f"There is no such {section[:-1]}.")


def _told(refusal: Unfit) -> str:
    return " ".join(["Nothing was changed.", *refusal.wrong.values()]) if refusal.wrong else refusal.detail
