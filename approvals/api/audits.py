"""Blind looks at actions afterwards: what waits for a person, and what they say."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from approvals.actors import PersonActor
from approvals.api import examples, incoming, query, subjects
from approvals.api.answers import give, page
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.audits.doors import audit_for
from approvals.audits.present import audit_json, audits_json, waiting
from approvals.flow import answer_audit as answering
from approvals.flow import dispute as disputing
from approvals.schemas import auditing, deciding
from core import tx

router = Router(tags=["Deciding"])


@router.get(
    "/audits",
    summary="List what you may judge afterwards",
    **told("listAudits", PEOPLE, gives="Audits", query=("limit",), codes={422: ("invalid_parameters",)}),
)
def audits(request: HttpRequest) -> HttpResponse:
    """Return the audits that wait for this person, the oldest first. Nothing is said of what others think of them."""
    actor = _person(request)
    asked = query.read_query(request, limit=query.limit)
    with tx.reading(actor.org):
        found = waiting(actor.person_id)[: asked.get("limit", query.LIMIT)]
        return page(audits_json(list(found)), None)


@router.post(
    "/audits/{id}/answer",
    summary="Judge an action afterwards",
    **told(
        "answerAudit",
        PEOPLE,
        body=auditing.ANSWER,
        example=examples.JUDGEMENT,
        gives="Audit",
        codes={
            403: ("not_asked",),
            404: ("not_found",),
            409: ("already_audited",),
            422: ("comment_required", "invalid_vote"),
        },
    ),
)
def answer(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the name in the address
    """Say whether what the agent wanted was right. The first answer counts; who cannot tell leaves it to the others."""
    actor = _person(request)
    said = auditing.judgement(incoming.json_body(request))
    with tx.reading(actor.org):
        audit = audit_for(actor, id)
    answering.answer_audit(actor.org, audit.pk, actor=actor, said=said)
    with tx.reading(actor.org):
        return give(audit_json(audit_for(actor, id)))


@router.post(
    "/actions/{id}/dispute",
    summary="Ask for a second opinion",
    **told(
        "disputeAction",
        PEOPLE,
        body=deciding.NOTHING,
        gives="Audit",
        status=201,
        codes={
            403: ("cannot_dispute",),
            404: ("not_found",),
            409: ("nothing_to_settle", "nobody_else"),
        },
    ),
)
def dispute(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the name in the address
    """Let a second person settle, blind, whether what was found wrong was wrong. Until then it counts."""
    actor = _person(request)
    deciding.nothing(incoming.json_body(request))
    audit = disputing.dispute(actor.org, subjects.action(actor, id), actor=actor)
    with tx.reading(actor.org):
        return give(audit_json(audit), 201)


def _person(request: HttpRequest) -> PersonActor:
    return cast(PersonActor, actor_of(request))
