"""The brakes and the gears of agents: levels of lanes, freezes, and the switch of the whole organization."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from approvals.actors import PersonActor
from approvals.api import examples, incoming, subjects
from approvals.api.answers import give
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import Told, told
from approvals.flow import freeze as freezing
from approvals.flow import pause_all as pausing
from approvals.flow import set_level as setting
from approvals.schemas import deciding

router = Router(tags=["Agents"])


def _told(name: str, *refused: str, gives: str = "Agent", missing: bool = True) -> Told:
    codes: dict[int, tuple[str, ...]] = {403: refused} | ({404: ("not_found",)} if missing else {})
    return told(name, PEOPLE, body=deciding.GIVEN_REASON, example=examples.REASON, gives=gives, codes=codes)


def _said(request: HttpRequest) -> tuple[PersonActor, str]:
    return cast(PersonActor, actor_of(request)), deciding.reason(incoming.json_body(request))


@router.post(
    "/agents/{slug}/lanes/{action}/{risk}/level",
    summary="Set the level of a lane",
    **told(
        "setLevel",
        PEOPLE,
        body=deciding.LEVEL,
        example=examples.LEVEL,
        gives="Agent",
        codes={
            403: ("own_agent", "cannot_raise", "cannot_lower"),
            404: ("not_found",),
            409: ("lane_frozen", "promotion_not_ready"),
            422: ("above_ceiling", "incomplete_override", "until_too_far"),
        },
    ),
)
def level(request: HttpRequest, slug: str, action: str, risk: str) -> HttpResponse:
    """Raise a lane (agree to its promotion, or override it until a moment) or lower it at once."""
    actor = cast(PersonActor, actor_of(request))
    wish = deciding.level(incoming.json_body(request))
    return give(
        setting.set_level(
            actor.org,
            actor=actor,
            agent=subjects.slug(slug),
            action=action,
            risk=subjects.risk(risk),
            level=wish.level,
            reason=wish.reason,
            until=wish.until,
            confidence=wish.confidence,
        )
    )


@router.post(
    "/agents/{slug}/lanes/{action}/{risk}/freeze",
    summary="Freeze a lane",
    **_told("freezeLane", "cannot_freeze", gives="StoppedAgent"),
)
def freeze_lane(request: HttpRequest, slug: str, action: str, risk: str) -> HttpResponse:
    """Let people decide everything in a lane, whatever it earned. Answers what is approved and not used yet."""
    actor, reason = _said(request)
    agent, of = subjects.slug(slug), subjects.risk(risk)
    return give(freezing.freeze(actor.org, actor=actor, agent=agent, reason=reason, action=action, risk=of))


@router.post(
    "/agents/{slug}/lanes/{action}/{risk}/unfreeze",
    summary="Let a frozen lane go on",
    **_told("unfreezeLane", "cannot_unfreeze"),
)
def unfreeze_lane(request: HttpRequest, slug: str, action: str, risk: str) -> HttpResponse:
    """Let a frozen lane go on at the level it earned."""
    actor, reason = _said(request)
    agent, of = subjects.slug(slug), subjects.risk(risk)
    return give(freezing.unfreeze(actor.org, actor=actor, agent=agent, reason=reason, action=action, risk=of))


@router.post(
    "/agents/{slug}/freeze",
    summary="Freeze all lanes of an agent",
    **_told("freezeAgent", "cannot_freeze", gives="StoppedAgent"),
)
def freeze_agent(request: HttpRequest, slug: str) -> HttpResponse:
    """Let people decide everything that the agent posts. Answers what is approved and not used yet."""
    actor, reason = _said(request)
    return give(freezing.freeze(actor.org, actor=actor, agent=subjects.slug(slug), reason=reason))


@router.post(
    "/agents/{slug}/unfreeze",
    summary="Let all frozen lanes of an agent go on",
    **_told("unfreezeAgent", "cannot_unfreeze"),
)
def unfreeze_agent(request: HttpRequest, slug: str) -> HttpResponse:
    """Let every frozen lane of the agent go on at the level it earned."""
    actor, reason = _said(request)
    return give(freezing.unfreeze(actor.org, actor=actor, agent=subjects.slug(slug), reason=reason))


@router.post(
    "/pause",
    summary="Stop all agents",
    **_told("pauseAll", "cannot_pause_all", gives="Organization", missing=False),
)
def pause_all(request: HttpRequest) -> HttpResponse:
    """Stop every agent of the organization: what they post is refused, and nothing starts."""
    actor, reason = _said(request)
    return give(pausing.pause_all(actor.org, actor=actor, reason=reason))


@router.post(
    "/resume",
    summary="Let all agents go on",
    **_told("resumeAll", "cannot_resume_all", gives="Organization", missing=False),
)
def resume_all(request: HttpRequest) -> HttpResponse:
    """Let the agents of the organization go on, but for those that are paused one by one."""
    actor, reason = _said(request)
    return give(pausing.resume_all(actor.org, actor=actor, reason=reason))
