"""The agent's side: post, read, withdraw, revise, reply, start, finish; and the outcome, from whoever saw it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt
from ninja import Router

from approvals import access, queries
from approvals.actors import AgentActor
from approvals.api import examples, incoming, query, subjects
from approvals.api.answers import give, page
from approvals.api.auth import AGENTS, ANYBODY, READERS, actor_of
from approvals.api.problems import answer
from approvals.api.told import told
from approvals.flow import finish as finishing
from approvals.flow import reply as replying
from approvals.flow import report as reporting
from approvals.flow import revise as revising
from approvals.flow import start as starting
from approvals.flow import submit as submitting
from approvals.flow import withdraw as withdrawing
from approvals.posted import PostedAction
from approvals.present import action_json
from approvals.schemas import deciding, posting, running
from approvals.story import load
from core import tx
from core.destination import Allow
from core.errors import DomainError

router = Router(tags=["Actions"])
DRAWN = "countersign.drawn"  # what the quick road called the action before it gave way; no client can send this

_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "The same key with the same body answers 200 with the first action. `webhook-id` serves if absent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
}


@router.post(
    "/actions",
    summary="Post an action",
    **told(
        "postAction",
        AGENTS,
        body=posting.POSTED,
        example=examples.POST,
        gives="Action",
        status=201,
        also={200: "This was posted before; here is the first."},
        headers=(_KEY,),
        codes={
            400: ("invalid_json", "invalid_idempotency_key"),
            409: ("idempotency_conflict",),
            422: ("amount_mismatch",),
        },
    ),
)
def create(request: HttpRequest) -> HttpResponse:
    """Say what is about to be done, before doing it. What is refused at once is a 201 too, with `status: rejected`."""
    actor, drawn = cast(AgentActor, actor_of(request)), request.META.get(DRAWN)
    action, is_new = submitting.submit(actor, posted(request), identifier=drawn)
    return created(HttpResponse, action, is_new=is_new)


def posted(request: HttpRequest) -> PostedAction:
    """Return what the request posts. Raises as its parts do."""
    meta = request.META
    return posting.posted_action(
        incoming.json_body(request),
        idempotency_key=meta.get("HTTP_IDEMPOTENCY_KEY", meta.get("HTTP_WEBHOOK_ID")),
        allow=_allow(settings.OUTBOUND_ALLOW),
    )


def created(kind: type[HttpResponse], action: dict[str, Any], *, is_new: bool) -> HttpResponse:
    """Return the answer to a post."""
    response = give(action, 201 if is_new else 200, kind=kind)
    response["Location"] = f"/api/v1/actions/{action['id']}"
    return response


@router.get(
    "/actions",
    summary="List your actions",
    **told(
        "listActions",
        AGENTS,
        gives="Actions",
        query=("status", "action", "run_id", "cursor", "limit"),
        codes={400: ("bad_cursor",), 422: ("invalid_parameters",)},
    ),
)
def mine(request: HttpRequest) -> HttpResponse:
    """Return the agent's own actions, newest first."""
    actor = cast(AgentActor, actor_of(request))
    asked = query.read_query(
        request,
        status=query.status,
        action=query.word,
        run_id=query.word,
        cursor=query.cursor,
        limit=query.limit,
    )
    with tx.reading(actor.org):
        found, following = queries.own_actions(actor.agent_id, **asked)
        return page([action_json(story) for story in found], following)


@csrf_exempt
def hot(request: HttpRequest) -> HttpResponse:
    """Serve `/api/v1/actions` itself, the hottest route, without django-ninja's share; documented by the two above."""
    try:
        if request.method == "POST":
            request.auth = AGENTS(request)  # type: ignore[attr-defined]  # where django-ninja puts it
            return create(request)
        if request.method == "GET":
            request.auth = AGENTS(request)  # type: ignore[attr-defined]
            return mine(request)
    except DomainError as refused:
        return answer(refused, request)
    return HttpResponseNotAllowed(["GET", "POST"])


@router.get(
    "/actions/{id}",
    summary="Read an action, or wait for news of it",
    **told(
        "getAction",
        READERS,
        gives="Action",
        query=("wait",),
        codes={404: ("not_found",), 422: ("invalid_parameters",)},
    ),
)
def read(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the name in the address
    """Return the action; with `wait`, as soon as it is no longer pending, or an info request arrives."""
    actor = actor_of(request)
    asked = query.read_query(request, wait=query.wait)
    with tx.reading(actor.org):
        action = action_json(load(access.action_for(actor, id)))
    response = give(action)
    if asked.get("wait") and action["status"] == "pending" and action["info_requested"] is None:
        response["X-Countersign-Wait"] = action["id"]  # the bridge takes this out, and asks again when told
    return response


@router.post(
    "/actions/{id}/withdraw",
    summary="Withdraw an action",
    **told(
        "withdrawAction",
        AGENTS,
        body=deciding.GIVEN_REASON,
        example=examples.WITHDRAW,
        gives="Action",
        codes={404: ("not_found",), 409: ("already_closed",)},
    ),
)
def withdraw(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Take back an action that nobody has decided yet."""
    actor = cast(AgentActor, actor_of(request))
    reason = deciding.reason(incoming.json_body(request))
    return give(withdrawing.withdraw(actor.org, subjects.action(actor, id), actor=actor, reason=reason))


@router.post(
    "/actions/{id}/revise",
    summary="Propose something else instead",
    **told(
        "reviseAction",
        AGENTS,
        body=posting.REVISED,
        example=examples.REVISE,
        gives="Action",
        codes={
            404: ("not_found",),
            409: ("already_closed",),
        },
    ),
)
def revise(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Make a new revision: the votes are dismissed, the digest is new, the clock is the same."""
    actor = cast(AgentActor, actor_of(request))
    revised = posting.revised_action(incoming.json_body(request))
    return give(revising.revise(actor.org, subjects.action(actor, id), actor=actor, revised=revised))


@router.post(
    "/actions/{id}/replies",
    summary="Answer an info request",
    **told(
        "replyToQuestion",
        AGENTS,
        body=running.REPLY,
        example=examples.REPLY,
        gives="Action",
        codes={404: ("not_found",), 409: ("already_closed", "no_question")},
    ),
)
def reply(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Answer what somebody asked; the clock goes on."""
    actor = cast(AgentActor, actor_of(request))
    told_back = running.reply(incoming.json_body(request))
    return give(
        replying.reply(
            actor.org, subjects.action(actor, id), actor=actor, text=told_back.text, context=told_back.context
        )
    )


@router.post(
    "/actions/{id}/start",
    summary="Start the execution",
    **told(
        "startExecution",
        AGENTS,
        body=running.START,
        example=examples.START,
        gives="Action",
        codes={
            404: ("not_found",),
            409: ("not_approved", "already_started", "digest_mismatch", "lapsed", "paused", "limit", "revoked"),
        },
    ),
)
def start(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Use the approval up: this answers 200 exactly once. Execute only after that."""
    actor = cast(AgentActor, actor_of(request))
    digest = running.start(incoming.json_body(request))
    return give(starting.start(actor.org, subjects.action(actor, id), actor=actor, digest=digest))


@router.post(
    "/actions/{id}/finish",
    summary="Say how the execution went",
    **told(
        "finishExecution",
        AGENTS,
        body=running.FINISH,
        example=examples.FINISH,
        gives="Action",
        codes={404: ("not_found",), 409: ("not_started", "already_finished")},
    ),
)
def finish(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Say whether the execution succeeded."""
    actor = cast(AgentActor, actor_of(request))
    done = running.finish(incoming.json_body(request))
    return give(
        finishing.finish(actor.org, subjects.action(actor, id), actor=actor, status=done.status, detail=done.detail)
    )


@router.post(
    "/actions/{id}/outcome",
    summary="Report what happened afterwards",
    **told(
        "reportOutcome",
        ANYBODY,
        body=running.OUTCOME,
        example=examples.OUTCOME,
        gives="Action",
        codes={403: ("agents_cannot_report_correct",), 404: ("not_found",), 409: ("not_approved",)},
    ),
)
def outcome(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Report whether it was right, seen afterwards. An agent may report `incorrect`, never `correct`."""
    actor = actor_of(request)
    seen = running.outcome(incoming.json_body(request))
    return give(
        reporting.report(
            actor.org,
            subjects.action(actor, id),
            actor=actor,
            verdict=seen.verdict,
            severity=seen.severity,
            note=seen.note,
        )
    )


@lru_cache(maxsize=4)
def _allow(networks: tuple[object, ...]) -> Allow:
    return Allow(networks)  # type: ignore[arg-type]  # django-stubs knows the setting as an object
