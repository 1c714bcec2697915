"""The approver's side: the inbox, votes, and everything else a person does about one action."""

from __future__ import annotations

import uuid
from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.viewer import viewer_of
from approvals import queries
from approvals.actors import PersonActor
from approvals.api import examples, incoming, query, subjects
from approvals.api.answers import give, page
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.flow import ask as asking
from approvals.flow import claim as claiming
from approvals.flow import escalate as escalating
from approvals.flow import reassign as reassigning
from approvals.flow import release as releasing
from approvals.flow import revoke as revoking
from approvals.flow import snooze as snoozing
from approvals.flow import vote as voting
from approvals.flow.refusals import SignInAgain
from approvals.models import Action
from approvals.present import action_json
from approvals.schemas import deciding
from core import clock, tx

router = Router(tags=["Deciding"])

_GONE = ("not_found",)
_MAY_NOT = ("not_asked", "self_approval", "not_authorized")


@router.get(
    "/inbox",
    summary="List what waits for you",
    **told(
        "listInbox",
        PEOPLE,
        gives="Actions",
        query=("cursor", "limit"),
        codes={400: ("bad_cursor",), 422: ("invalid_parameters",)},
    ),
)
def inbox(request: HttpRequest) -> HttpResponse:
    """Return what this person can decide now, most urgent first."""
    actor = _person(request)
    asked = query.read_query(request, cursor=query.cursor, limit=query.limit)
    with tx.reading(actor.org):
        found, following = queries.inbox(actor.person_id, **asked)
        return page([action_json(story) for story in found], following)


@router.post(
    "/actions/{id}/votes",
    summary="Vote",
    **told(
        "castVote",
        PEOPLE,
        body=deciding.VOTE,
        example=examples.VOTE,
        gives="Action",
        codes={
            403: (*_MAY_NOT, "sign_in_again"),
            404: _GONE,
            409: ("stale", "already_closed", "seat_taken"),
            422: ("comment_required", "invalid_vote", "invalid_arguments"),
        },
    ),
)
def vote(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the name in the address
    """Approve, reject or abstain; takes effect at once. `already_closed` comes with the `decision` that stands."""
    actor = _person(request)
    cast_vote = deciding.cast_vote(incoming.json_body(request))
    identifier = subjects.action(actor, id)
    if actor.channel == "web" and cast_vote.vote == "approve":
        _check_fresh(request, actor, identifier)
    return give(voting.vote(actor.org, identifier, actor=actor, cast=cast_vote))


@router.post(
    "/actions/{id}/questions",
    summary="Ask the agent",
    **told(
        "askAgent",
        PEOPLE,
        body=deciding.QUESTION,
        example=examples.QUESTION,
        gives="Action",
        codes={403: _MAY_NOT, 404: _GONE, 409: ("already_closed", "question_open")},
    ),
)
def question(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Ask the agent something; the clock pauses within limits."""
    actor = _person(request)
    text = deciding.question(incoming.json_body(request))
    return give(asking.ask(actor.org, subjects.action(actor, id), actor=actor, text=text))


@router.post(
    "/actions/{id}/claim",
    summary="Take for review",
    **told(
        "claimAction",
        PEOPLE,
        body=deciding.NOTHING,
        gives="Action",
        codes={403: _MAY_NOT, 404: _GONE, 409: ("already_closed", "already_claimed")},
    ),
)
def claim(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Tell the others that you are reading this, for 15 minutes; it binds nobody."""
    actor = _person(request)
    deciding.nothing(incoming.json_body(request))
    return give(claiming.claim(actor.org, subjects.action(actor, id), actor=actor))


@router.post(
    "/actions/{id}/release",
    summary="Give back",
    **told("releaseAction", PEOPLE, body=deciding.NOTHING, gives="Action", codes={404: _GONE}),
)
def release(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Give a claim back; nothing happens if it is not yours."""
    actor = _person(request)
    deciding.nothing(incoming.json_body(request))
    return give(releasing.release(actor.org, subjects.action(actor, id), actor=actor))


@router.post(
    "/actions/{id}/reassign",
    summary="Hand to somebody else",
    **told(
        "reassignAction",
        PEOPLE,
        body=deciding.REASSIGNMENT,
        example=examples.REASSIGN,
        gives="Action",
        codes={
            403: ("not_asked", "not_authorized"),
            404: _GONE,
            409: ("already_closed", "too_many_handovers"),
            422: ("no_such_person",),
        },
    ),
)
def reassign(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Let somebody else decide instead of you, with the authority they have themselves."""
    actor = _person(request)
    to = deciding.reassignment(incoming.json_body(request))
    return give(reassigning.reassign(actor.org, subjects.action(actor, id), actor=actor, to=to))


@router.post(
    "/actions/{id}/escalate",
    summary="Move on to the next step",
    **told(
        "escalateAction",
        PEOPLE,
        body=deciding.ESCALATION,
        example=examples.ESCALATE,
        gives="Action",
        codes={403: _MAY_NOT, 404: _GONE, 409: ("already_closed", "stale"), 422: ("nobody_further",)},
    ),
)
def escalate(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Ask the next people now, instead of waiting for the clock."""
    actor = _person(request)
    epoch = deciding.escalation(incoming.json_body(request))
    return give(escalating.escalate(actor.org, subjects.action(actor, id), actor=actor, epoch=epoch))


@router.post(
    "/actions/{id}/snooze",
    summary="Mute reminders",
    **told(
        "snoozeAction",
        PEOPLE,
        body=deciding.SNOOZE,
        example=examples.SNOOZE,
        gives="Action",
        codes={403: ("not_asked",), 404: _GONE, 409: ("already_closed",), 422: ("invalid_until",)},
    ),
)
def snooze(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Mute your own reminders; the action's clock does not notice."""
    actor = _person(request)
    until = deciding.snooze(incoming.json_body(request))
    return give(snoozing.snooze(actor.org, subjects.action(actor, id), actor=actor, until=until))


@router.post(
    "/actions/{id}/revoke",
    summary="Take an approval back",
    **told(
        "revokeApproval",
        PEOPLE,
        body=deciding.GIVEN_REASON,
        example=examples.REASON,
        gives="Action",
        codes={403: ("not_asked",), 404: _GONE, 409: ("not_approved", "already_started")},
    ),
)
def revoke(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Take an approval back that was not started yet."""
    actor = _person(request)
    reason = deciding.reason(incoming.json_body(request))
    return give(revoking.revoke(actor.org, subjects.action(actor, id), actor=actor, reason=reason))


def _person(request: HttpRequest) -> PersonActor:
    return cast(PersonActor, actor_of(request))


def _check_fresh(request: HttpRequest, actor: PersonActor, identifier: uuid.UUID) -> None:
    """Refuse to approve critical risk by a session that is not fresh, as the page does. Raises SignInAgain."""
    viewer = viewer_of(request)
    if viewer is not None and viewer.is_recent(clock.now()):
        return
    with tx.reading(actor.org):
        risk = Action.objects.filter(pk=identifier).values_list("risk", flat=True).first()
    if risk == "critical":
        raise SignInAgain("Nothing was recorded. Critical risk asks you to sign in again: the last time is long ago.")
