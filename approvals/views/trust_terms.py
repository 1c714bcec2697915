"""How an agent's action types earn trust: read by everybody, edited in the reader's draft, and replayed on the past."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from accounts.viewer import Viewer
from approvals.drafting.rows import Unfit
from approvals.drafting.trust import trust_edit
from approvals.flow.keep_draft import must_be_admin
from approvals.portraits.trust_terms import trust_terms
from approvals.views.agents import named
from approvals.views.editing import desk_for, fields_of, go, keep_edit
from approvals.views.frame import actor_of, page, show
from core import clock, tx

LONGEST_TYPE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@page
def trust_page(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Show what an action type has to prove; a POST edits it in the draft."""
    kind = request.GET.get("type", "")[:LONGEST_TYPE]
    if request.method != "POST":
        return _page(request, viewer, slug, kind)
    must_be_admin(actor_of(viewer))
    fields = fields_of(request)
    try:
        keep_edit(viewer, fields, trust_edit(slug, kind, fields))
    except Unfit as refusal:
        return _page(request, viewer, slug, kind, fields, refusal)
    if fields.get("do") == "publish":
        return go("/draft")
    return go(f"/agents/{quote(slug, safe='')}/trust?type={{}}&replay=1", kind)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    slug: str,
    kind: str,
    typed: dict[str, str] | None = None,
    refusal: Unfit | None = None,
) -> HttpResponse:
    now = clock.now()
    with tx.reading(viewer.org):
        found, _, _ = named(slug)
        face = trust_terms(
            desk_for(viewer),
            found,
            kind,
            viewer,
            now,
            typed=typed,
            wrong=refusal.wrong if refusal else None,
            error=f"Nothing was changed. {refusal.detail}" if refusal else "",
            replay="replay" in request.GET and refusal is None,
        )
    status = refusal.status if refusal else 200
    return show(request, viewer, "agents/terms.html", "agents", now=now, status=status, terms=face)
