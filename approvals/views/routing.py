"""Routing: hard rules and routes in order, a request tried on them, and the page of each to edit it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from accounts.viewer import Viewer
from approvals.configuration.export import as_json
from approvals.drafting import routes
from approvals.drafting.rows import Edit, Unfit, place_of
from approvals.drafts import Desk, desk_of
from approvals.faces.routing import ReplayFace, RoutingFace, TestFace
from approvals.flow.keep_draft import must_be_admin
from approvals.moves import moved_in
from approvals.portraits.compare import LAST, moved_faces
from approvals.portraits.draft_bar import bar, of_row
from approvals.portraits.named import Names
from approvals.portraits.past import used
from approvals.portraits.rule_list import route_rows, rule_rows
from approvals.portraits.rule_page import rule_page
from approvals.portraits.tried import LONGEST, example, tried
from approvals.views.editing import desk_for, fields_of, go, keep_edit
from approvals.views.frame import actor_of, page, show
from core import clock, tx
from core.errors import NotFound

READ_OR_EDIT = ["GET", "HEAD", "POST"]
SECTIONS = {"route": "routes", "rule": "rules"}


@require_http_methods(READ_OR_EDIT)
@page
def routing(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Show hard rules and routes; a POST moves one of them in the draft."""
    if request.method != "POST":
        return _list(request, viewer)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    try:
        keep_edit(viewer, fields, _pressed(fields.get("do", "")))
    except Unfit as refusal:
        return _list(request, viewer, error=refusal.detail, status=refusal.status)
    return go("/routing")


def _pressed(do: str) -> Edit:
    """Return the edit of a button: "up:routes:2"."""
    way, _, rest = do.partition(":")
    section, _, place = rest.partition(":")
    if way not in ("up", "down") or section not in SECTIONS.values() or not place.isdigit() or len(place) > 4:
        raise Unfit("Nothing was changed: this button is none of ours.")
    return routes.moved(section, int(place), -1 if way == "up" else 1)


@require_POST
@page
def test(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Try a pasted request on every rule and route. Changes nothing, and everybody may."""
    return _list(request, viewer, pasted=fields_of(request).get("request", "")[:LONGEST])


def _list(
    request: HttpRequest, viewer: Viewer, *, pasted: str | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        desk = desk_for(viewer)
        counted = used(now)
        names = Names(desk.document, viewer.email)
        face = RoutingFace(
            draft=bar(desk, viewer, now),
            rules=rule_rows(desk, counted),
            routes=route_rows(desk, counted, names),
            test=TestFace(example(desk)) if pasted is None else tried(desk, pasted, now),
            replay=_replay(desk, viewer) if "replay" in request.GET else None,
            error=error,
        )
    return show(request, viewer, "routing/list.html", "routing", now=now, status=status, routing=face)


def _replay(desk: Desk, viewer: Viewer) -> ReplayFace:
    if desk.faults:
        return ReplayFace("Mend the faults of the draft first.")
    if not desk.drafted:
        return ReplayFace("There is no draft, so nothing would move. Change something, and replay what was.")
    moved = moved_in(viewer.org, as_json(desk.document), last=LAST)
    faces = moved_faces(moved)
    shown = sum(one.more + 1 for one in faces)
    return ReplayFace(moved.headline, moved.lines, faces, len(moved.moves) - shown)


@require_http_methods(READ_OR_EDIT)
@page
def rule(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponseBase:
    """Show one route or hard rule; a POST edits it in the draft, and without a name makes a new one."""
    section, name = SECTIONS[kind], request.GET.get("name", "")[:400]
    if request.method != "POST":
        return _rule(request, viewer, section, name)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    try:
        if fields.get("do") == "delete":
            keep_edit(viewer, fields, routes.removed(section, name))
            return go("/routing")
        edit = routes.route_edit if section == "routes" else routes.rule_edit
        keep_edit(viewer, fields, edit(name, fields))
    except Unfit as refusal:
        return _rule(request, viewer, section, name, fields, refusal)
    new = " ".join(fields.get("name", "").split())
    with tx.reading(viewer.org):
        desk = desk_of(viewer.person_id)
    place = place_of(desk.document, section, new)
    if place is not None and any(of_row(desk.faults, section, place)):
        return go(f"/routing/{kind}?name={{}}", new)
    return go("/draft" if fields.get("do") == "publish" else "/routing")


def _rule(
    request: HttpRequest,
    viewer: Viewer,
    section: str,
    name: str,
    typed: dict[str, str] | None = None,
    refusal: Unfit | None = None,
) -> HttpResponse:
    now = clock.now()
    if not name and refusal is None:
        must_be_admin(actor_of(viewer))
    with tx.reading(viewer.org):
        desk = desk_for(viewer)
        if name and place_of(desk.document, section, name) is None:
            raise NotFound(f"There is no such {section[:-1]}.")
        error = f"Nothing was changed. {refusal.detail}" if refusal else ""
        wrong = refusal.wrong if refusal else None
        face = rule_page(desk, section, name, viewer, now, used(now), typed=typed, wrong=wrong, error=error)
    status = refusal.status if refusal else 200
    return show(request, viewer, "routing/rule.html", "routing", now=now, status=status, rule=face)
