"""What would happen: an action simulated, and a draft tried on the past. Both write nothing."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.viewer import NotYourRole
from approvals.actors import PersonActor
from approvals.api import examples, incoming
from approvals.api.answers import give
from approvals.api.auth import PEOPLE, actor_of
from approvals.api.told import told
from approvals.moves import moved_in
from approvals.schemas import supposing
from approvals.simulations import simulate_in

router = Router(tags=["Simulation"])


@router.post(
    "/simulate",
    summary="Simulate an action",
    **told(
        "simulate",
        PEOPLE,
        body=supposing.SIMULATION,
        example=examples.SIMULATE,
        gives="Simulation",
        codes={403: ("role_required",), 422: ("invalid_document",)},
    ),
)
def simulate(request: HttpRequest) -> HttpResponse:
    """Say who would be asked, by which channel and when, and how it would end. Nothing is written.

    Nobody answers, unless `answers` says otherwise. Admins may send a draft of the configuration in `document`.
    """
    actor = cast(PersonActor, actor_of(request))
    wanted = supposing.simulation(incoming.json_body(request))
    if wanted.document is not None:
        _check_admin(actor)
    return give(simulate_in(actor.org, wanted).as_json())


@router.post(
    "/simulate/history",
    summary="Try a draft on the last actions",
    **told(
        "simulateHistory",
        PEOPLE,
        body=supposing.HISTORY,
        example=examples.SIMULATE_HISTORY,
        gives="SimulatedHistory",
        codes={403: ("role_required",), 422: ("invalid_document",)},
    ),
)
def history(request: HttpRequest) -> HttpResponse:
    """Say what a draft of the configuration would have changed for the last actions: who is asked, when, the end."""
    actor = cast(PersonActor, actor_of(request))
    wanted = supposing.history(incoming.json_body(request))
    _check_admin(actor)
    return give(moved_in(actor.org, wanted.document, last=wanted.last).as_json())


def _check_admin(actor: PersonActor) -> None:
    if "admin" not in actor.roles:
        raise NotYourRole("Drafts of the configuration are for admins. Leave `document` out, or ask an admin.")
