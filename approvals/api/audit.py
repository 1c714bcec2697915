"""History, for those who may read all of it; and insights, which a later version brings."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.viewer import NotYourRole
from approvals.actors import PersonActor
from approvals.api import query
from approvals.api.answers import page
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.flow.refusals import NotAvailableYet
from audit import queries
from audit.models import Entry
from core import tx

router = Router(tags=["Audit"])

READERS = frozenset({"admin", "auditor"})


@router.get(
    "/audit",
    summary="Read history",
    **told(
        "listAudit",
        PEOPLE,
        gives="Entries",
        query=("cursor", "limit"),
        codes={400: ("bad_cursor",), 403: ("role_required",), 422: ("invalid_parameters",)},
    ),
)
def entries(request: HttpRequest) -> HttpResponse:
    """Return entries, newest first.

    `hash` is SHA-256 of `prev_hash`, `seq` as 8 bytes, and the RFC 8785 form of {at, kind, actor, subject, facts}.
    """
    actor = cast(PersonActor, actor_of(request))
    if not actor.roles & READERS:
        raise NotYourRole("History is for admins and auditors. Ask an admin for the role.")
    asked = query.read_query(request, cursor=query.cursor, limit=query.limit)
    limit = asked.get("limit", query.LIMIT)
    with tx.reading(actor.org):
        found = Entry.objects.filter(org_id=actor.org).order_by("-seq")
        if "cursor" in asked:
            found = found.filter(seq__lt=query.seq(asked["cursor"]))
        told_now = list(found[: limit + 1])
    following = query.after(told_now[limit - 1].seq) if len(told_now) > limit else None
    return page([queries.told(entry).as_json() for entry in told_now[:limit]], following)


@router.get(
    "/insights",
    summary="Read insights (not available yet)",
    **told("getInsights", PEOPLE, gives="Insights", query=("from", "to"), codes={422: ("not_available_yet",)}),
)
def insights(request: HttpRequest) -> HttpResponse:
    """Refuse: insights come with a later version."""
    raise NotAvailableYet("Insights come with a later version. History is at /api/v1/audit until then.")
