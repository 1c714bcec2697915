"""An action that waits, put on the road of today's configuration: looked at first, then done."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from approvals.actors import PersonActor
from approvals.api import examples, incoming, query, subjects
from approvals.api.answers import give
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.flow import reapply as reapplying
from approvals.schemas import deciding

router = Router(tags=["Deciding"])


@router.get(
    "/actions/{id}/reapply",
    summary="See what re-applying would change",
    **told(
        "previewReapply",
        PEOPLE,
        gives="Reapplication",
        codes={403: ("role_required",), 404: ("not_found",), 409: ("already_closed",)},
    ),
)
def preview(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the name in the address
    """Say what today's configuration would make of an action that waits. Nothing is changed. Admins may."""
    actor = cast(PersonActor, actor_of(request))
    query.read_query(request)
    return give(reapplying.preview(actor.org, subjects.action(actor, id), actor=actor))


@router.post(
    "/actions/{id}/reapply",
    summary="Put it on today's road",
    **told(
        "reapplyPolicy",
        PEOPLE,
        body=deciding.REAPPLICATION,
        example=examples.REAPPLY,
        gives="Action",
        codes={403: ("role_required",), 404: ("not_found",), 409: ("already_closed", "stale", "would_weaken")},
    ),
)
def reapply(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Move it to the road and chain of the configuration in force; the time it has waited counts. Admins may."""
    actor = cast(PersonActor, actor_of(request))
    version = deciding.reapplication(incoming.json_body(request))
    return give(reapplying.reapply(actor.org, subjects.action(actor, id), actor=actor, config_version=version))
