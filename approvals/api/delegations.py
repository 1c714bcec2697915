"""Out of office: who decides for whom, from when until when, and what."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from approvals.actors import PersonActor
from approvals.api import examples, incoming, query
from approvals.api.answers import give, page
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.delegations import STATES, delegation_json, named, of
from approvals.flow import delegate as delegating
from approvals.flow import undelegate as undelegating
from approvals.schemas import lending
from core import tx

router = Router(tags=["Delegations"])


@router.get(
    "/delegations",
    summary="List delegations",
    **told(
        "listDelegations",
        PEOPLE,
        gives="Delegations",
        query=("state", "cursor", "limit"),
        codes={400: ("bad_cursor",), 422: ("invalid_parameters",)},
    ),
)
def delegations(request: HttpRequest) -> HttpResponse:
    """Return what this person lent and was lent, newest first; admins see all of the organization's."""
    actor = _person(request)
    asked = query.read_query(request, state=_state, cursor=query.cursor, limit=query.limit)
    with tx.reading(actor.org):
        found, following = of(actor, **asked)
        now = tx.now()
        return page([delegation_json(row, now) for row in found], following)


@router.post(
    "/delegations",
    summary="Let somebody else decide",
    **told(
        "createDelegation",
        PEOPLE,
        gives="Delegation",
        status=201,
        also={200: "This very delegation was there already."},
        body=lending.DELEGATION,
        example=examples.DELEGATE,
        codes={
            403: ("cannot_delegate",),
            422: (
                "no_such_person",
                "delegation_to_oneself",
                "invalid_period",
                "beyond_authority",
                "delegate_cannot_decide",
                "delegation_cycle",
                "too_many_delegations",
            ),
        },
    ),
)
def delegate(request: HttpRequest) -> HttpResponse:
    """Let somebody decide for oneself (for somebody else: as their manager or an admin) within a time and a scope."""
    actor = _person(request)
    posted = lending.delegation(incoming.json_body(request))
    answer, is_new = delegating.delegate(actor.org, actor=actor, posted=posted)
    return give(answer, 201 if is_new else 200)


@router.delete(
    "/delegations/{id}",
    summary="End a delegation",
    **told("endDelegation", PEOPLE, gives="Delegation", codes={403: ("cannot_delegate",), 404: ("not_found",)}),
)
def end_delegation(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the name in the address
    """End it at once. What the delegate has not decided leaves them; votes they cast stay. Repeating it is harmless."""
    actor = _person(request)
    query.read_query(request)
    with tx.reading(actor.org):
        identifier = named(actor, id)
    return give(undelegating.end(actor.org, identifier, actor=actor))


def _person(request: HttpRequest) -> PersonActor:
    return cast(PersonActor, actor_of(request))


def _state(text: str) -> str:
    if text not in STATES:
        raise ValueError(f"This must be one of {', '.join(STATES)}.")
    return text
