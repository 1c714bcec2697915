"""Agents: what one may do, as it reads it itself, and the switch that stops it."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from agents.models import Agent
from approvals.actors import AgentActor, PersonActor
from approvals.api import examples, incoming, query, subjects
from approvals.api.answers import give
from approvals.api.auth import AGENTS, PEOPLE, actor_of
from approvals.api.told import told
from approvals.flow import pause as pausing
from approvals.flow import resume as resuming
from approvals.lanes import agent_json
from approvals.schemas import deciding
from core import tx
from core.errors import NotFound

router = Router(tags=["Agents"])


@router.get("/agent", summary="Read yourself", **told("getAgent", AGENTS, gives="Agent"))
def oneself(request: HttpRequest) -> HttpResponse:
    """Return what this agent may do, lane by lane: how far it is trusted, and what is missing to the next level."""
    actor = cast(AgentActor, actor_of(request))
    query.read_query(request)
    with tx.reading(actor.org):
        agent = Agent.objects.filter(pk=actor.agent_id).first()
        if agent is None:
            raise NotFound("There is no such agent.")
        return give(agent_json(agent))


@router.post(
    "/agents/{slug}/pause",
    summary="Stop an agent",
    **told(
        "pauseAgent",
        PEOPLE,
        body=deciding.GIVEN_REASON,
        example=examples.REASON,
        gives="StoppedAgent",
        codes={403: ("cannot_pause",), 404: ("not_found",)},
    ),
)
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop an agent: what it posts is refused, and nothing starts. Answers what is approved and not used yet."""
    actor = cast(PersonActor, actor_of(request))
    reason = deciding.reason(incoming.json_body(request))
    return give(pausing.pause(actor.org, actor=actor, agent=subjects.slug(slug), reason=reason))


@router.post(
    "/agents/{slug}/resume",
    summary="Let an agent go on",
    **told(
        "resumeAgent",
        PEOPLE,
        body=deciding.GIVEN_REASON,
        example=examples.REASON,
        gives="Agent",
        codes={403: ("cannot_resume",), 404: ("not_found",)},
    ),
)
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a stopped agent go on."""
    actor = cast(PersonActor, actor_of(request))
    reason = deciding.reason(incoming.json_body(request))
    return give(resuming.resume(actor.org, actor=actor, agent=subjects.slug(slug), reason=reason))
