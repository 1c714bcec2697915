"""The inbox: a list, and beside it the request that is open."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import datetime
from math import ceil
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer
from approvals import access
from approvals.faces.inbox import EmptyFace, InboxFace, RowFace, StackFace
from approvals.faces.twins import TwinsFace
from approvals.flow.refusals import NoSuchAction
from approvals.models import Asked
from approvals.portraits import rows, twins
from approvals.portraits.action import action_face
from approvals.portraits.audits import audits_face
from approvals.portraits.changes import versions
from approvals.portraits.firsts import firsts
from approvals.portraits.rows import Wish
from approvals.portraits.sight import see
from approvals.practice.showing import in_order, practice_face, practice_for, practice_rows, said_of_practice
from approvals.views.frame import actor_of, fragment, page, show
from core import clock, ids, tx

TABS = ("for-you", "teams", "snoozed", "decided")
RISKS = ("low", "medium", "high", "critical")
MOST_ASKED = 1_000
AUDITS = 5  # shown under the list; their page has the rest
EMPTY = {
    "teams": "Nothing waits for anybody here",
    "snoozed": "Nothing is snoozed",
    "decided": "Nothing decided yet",
}


@require_safe
@page
def inbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what waits, and the request that is open; the most urgent one if none was chosen."""
    now = clock.now()
    with tx.reading(viewer.org):
        face = _face(request, viewer, now, with_detail=True)
    waiting = face.tabs[0].count or 0
    return show(request, viewer, "inbox/page.html", "inbox", now=now, waiting=waiting, inbox=face)


@require_safe
@page
def inbox_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Give the list alone."""
    now = clock.now()
    with tx.reading(viewer.org):
        face = _face(request, viewer, now, with_detail=False)
    return fragment(request, viewer, "inbox/_list.html", now=now, inbox=face)


@require_safe
@page
def changes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Say what is open and in which version, for who may have missed a hint; 204 if that is `mark`, as last time."""
    with tx.reading(viewer.org):
        waiting, snoozed = rows.counts(viewer)
        open_now = {ids.public("act", key): version for key, version in versions(viewer).items()}
    spelled = json.dumps([waiting, snoozed, sorted(open_now.items())])
    mark = hashlib.sha256(spelled.encode()).hexdigest()[:16]
    if request.GET.get("mark") == mark:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    told = {"waiting": waiting, "mark": mark, "actions": open_now}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


def _face(request: HttpRequest, viewer: Viewer, now: datetime, *, with_detail: bool) -> InboxFace:
    wish = _wish(request)
    found = rows.listed(viewer, wish, now=now)
    said = said_of_practice() if wish == Wish() else ""
    given = practice_rows(viewer, now) if said else ()
    found = replace(found, rows=in_order((*found.rows, *given))) if given else found
    waiting, snoozed = rows.counts(viewer)
    public_id = request.GET.get("open", "")
    lines = _lines(request, viewer, wish, found.rows, now)
    if with_detail and not public_id and lines and wish.tab != "decided":
        public_id = lines[0].id
    identifier = _opened(viewer, public_id, found.rows) if public_id else None
    back = "/?" + urlencode({"tab": wish.tab})
    detail = None
    if with_detail and identifier is not None:
        practice = practice_for(viewer, public_id) if any(row.id == public_id for row in given) else None
        detail = (
            practice_face(practice, viewer, next_url=back)
            if practice is not None
            else action_face(see(identifier, viewer), next_url=back)
        )
    lines = rows.opened(lines, public_id)
    return InboxFace(
        tabs=rows.tabs(viewer, waiting, snoozed),
        tab=wish.tab,
        groups=rows.grouped(lines, now=now, zone=viewer.timezone, tab=wish.tab),
        empty=None if lines else _empty(viewer, wish, now),
        opened=detail,
        stack=_stack(lines, viewer) if with_detail else None,
        apart=_apart(request),
        more_url=_more(wish, found.more) if found.more else "",
        query=wish.words,
        risk=wish.risk,
        audits=audits_face(viewer.person_id, most=AUDITS) if wish == Wish() else None,
        practice=said,
    )


def _apart(request: HttpRequest) -> bool:
    return request.GET.get("apart") == "1"


def _lines(
    request: HttpRequest, viewer: Viewer, wish: Wish, found: tuple[RowFace, ...], now: datetime
) -> tuple[RowFace | StackFace, ...]:
    """Return the rows, twins as one unless they were asked for one by one."""
    if wish.tab != "for-you" or _apart(request):
        return found
    headings = [rows.heading(row, now, viewer.timezone) for row in found]
    return twins.stacked(found, headings=headings, apart=request.GET.get("open", ""))


def _stack(lines: tuple[RowFace | StackFace, ...], viewer: Viewer) -> TwinsFace | None:
    """Return the list behind the stack that is open, if one is."""
    members = [one for line in lines if isinstance(line, StackFace) and line.is_open for one in line.members]
    found = [identifier for one in members if (identifier := ids.parse("act", one)) is not None]
    return twins.twins_face(found, viewer) if found else None


def _wish(request: HttpRequest) -> Wish:
    tab, risk = request.GET.get("tab", ""), request.GET.get("risk", "")
    return Wish(
        tab=tab if tab in TABS else "for-you",
        risk=risk if risk in RISKS else "",
        words=request.GET.get("q", "").replace("\0", "")[:100],
        after=request.GET.get("after", "")[:300],
    )


def _opened(viewer: Viewer, public_id: str, listed: tuple[RowFace, ...]) -> uuid.UUID | None:
    """Return the id of the request to open; one that is not in the list must pass the door. None if it may not."""
    if any(row.id == public_id for row in listed):
        return ids.parse("act", public_id)
    try:
        return access.action_for(actor_of(viewer), public_id)
    except NoSuchAction:
        return None


def _more(wish: Wish, cursor: str) -> str:
    query = {"tab": wish.tab, "risk": wish.risk, "q": wish.words, "after": cursor}
    return "/?" + urlencode({name: value for name, value in query.items() if value})


def _empty(viewer: Viewer, wish: Wish, now: datetime) -> EmptyFace:
    if wish.tab != "for-you" or wish.risk or wish.words or wish.after:
        return EmptyFace(EMPTY.get(wish.tab, "Nothing like this waits for you"))
    midnight = rows.midnight(now, viewer.timezone)
    today = Asked.objects.filter(person_id=viewer.person_id, left_at__gte=midnight, left_why="voted")
    answered = today.values_list("since", "left_at")[:MOST_ASKED]
    spans = sorted((left_at - since).total_seconds() for since, left_at in answered if left_at)
    median = max(1, ceil(spans[(len(spans) - 1) // 2] / 60)) if spans else None
    return EmptyFace(
        firsts=firsts(viewer),
        decided_today=len(spans),
        median_minutes=median,
        link_url="/?tab=decided",
        link_label="What you decided",
    )
