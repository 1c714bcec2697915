"""What a new version of an agent would have done, told beside what the old one did."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from approvals.api import examples, incoming, subjects
from approvals.api.answers import give
from approvals.api.auth import REPORTERS, actor_of
from approvals.api.told import told
from approvals.flow import shadow as shadowing
from approvals.schemas import running

router = Router(tags=["Actions"])


@router.post(
    "/shadow",
    summary="Report what a new version would have done",
    **told(
        "reportShadow",
        REPORTERS,
        body=running.SHADOW,
        example=examples.SHADOW,
        gives="Shadow",
        codes={403: ("agents_cannot_report_correct",), 404: ("not_found",), 422: ("not_another_version",)},
    ),
)
def shadow(request: HttpRequest) -> HttpResponse:
    """Report what another version of the agent would have posted in place of an action; the first report stands."""
    actor = actor_of(request)
    ran = running.shadowing(incoming.json_body(request))
    of = subjects.action(actor, ran.of)
    return give(shadowing.shadow(actor.org, of, actor=actor, version=ran.version, arguments=ran.arguments))
