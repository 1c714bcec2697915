"""Who asks: the first question of every route, answered before a byte of the body is looked at.

A key names an agent, a reporter or a person; a signed-in browser is a person too, and shows a CSRF token when it
changes something. An agent can never be taken for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

from accounts.viewer import viewer_of
from agents import keys
from approvals import quick
from approvals.actors import Actor, AgentActor, PersonActor, ReporterActor
from approvals.api import incoming
from core import clock, vault
from core.errors import Forbidden, Unauthenticated

_BEARER = re.compile(r"Bearer +([\x21-\x7e]+)", re.ASCII | re.IGNORECASE)


class AgentsCannotDecide(Forbidden):
    """An agent's key was used where people decide."""

    code, title = "agents_cannot_decide", "Agents cannot decide"


class WrongKey(Forbidden):
    """The key is good, and not for this."""

    code, title = "wrong_key", "This key is not for this"


class CsrfFailed(Forbidden):
    """A browser's session was used without the token that its pages carry."""

    code, title = "csrf_failed", "The form is out of date"


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in the kinds of callers it was made for; a django-ninja authenticator."""

    agents: bool = False
    people: bool = False
    reporters: bool = False

    def __call__(self, request: HttpRequest) -> Actor:
        """Return who asks. Raises Unauthenticated, Forbidden; TooLarge and BadSignature for what they send."""
        holder = _holder(request)
        actor = _actor_of(holder) if holder is not None else self._viewer(request)
        self._check(actor)
        incoming.check_size(request)
        if holder is not None and isinstance(actor, AgentActor):
            _check_signature(request, actor, required=holder.require_signatures)
            if request.method == "POST" and not holder.require_signatures and (key := bearer(request)):
                quick.remember_key(key, actor)  # its use was noted just now
        return actor

    def _check(self, actor: Actor) -> None:
        if isinstance(actor, AgentActor) and not self.agents:
            raise AgentsCannotDecide("This is for people. An agent's key can post, read, withdraw, start and finish.")
        if isinstance(actor, PersonActor) and not self.people:
            raise WrongKey("This is for agents. Use the key of the agent that posted the action.")
        if isinstance(actor, ReporterActor) and not self.reporters:
            raise WrongKey("A reporter's key reports outcomes and shadow runs, and nothing else.")

    def _viewer(self, request: HttpRequest) -> PersonActor:
        viewer = viewer_of(request) if self.people and hasattr(request, "session") else None
        if viewer is None:
            raise Unauthenticated("Send a key: Authorization: Bearer cs_…")
        if request.method not in incoming.SAFE:
            _check_csrf(request)
        return PersonActor(
            org=viewer.org,
            org_slug=viewer.org_slug,
            person_id=viewer.person_id,
            email=viewer.email,
            name=viewer.name,
            roles=viewer.roles,
            channel="web",
        )


def actor_of(request: HttpRequest) -> Actor:
    """Return who the door of this route let in."""
    return cast(Actor, request.auth)  # type: ignore[attr-defined]  # where django-ninja puts what a door returns


AGENTS = Door(agents=True)
PEOPLE = Door(people=True)
READERS = Door(agents=True, people=True)
REPORTERS = Door(agents=True, reporters=True)  # agents are told that their own word is none
ANYBODY = Door(agents=True, people=True, reporters=True)


def bearer(request: HttpRequest) -> str | None:
    """Return the key that was sent, if it could be one."""
    match = _BEARER.fullmatch(request.META.get("HTTP_AUTHORIZATION", ""))
    return match[1] if match else None


def _holder(request: HttpRequest) -> keys.Holder | None:
    """Return whose key was sent, or None if there is no Authorization header. Raises Unauthenticated."""
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    match = _BEARER.fullmatch(header)
    if not match or not vault.is_key(match[1]):
        raise Unauthenticated("The Authorization header must read: Bearer cs_…, with a whole key.")
    holder = keys.find_holder(match[1], is_used=request.method not in incoming.SAFE)
    if holder is None:
        raise Unauthenticated("This key opens nothing: it is unknown, was revoked, or has expired.")
    return holder


def _actor_of(holder: keys.Holder) -> Actor:
    if holder.kind == "agent" and holder.id is not None:
        return AgentActor(holder.org, holder.org_slug, holder.id, holder.name, holder.key_id)
    if holder.kind == "person" and holder.id is not None:
        return PersonActor(holder.org, holder.org_slug, holder.id, holder.email, holder.name, holder.roles)
    return ReporterActor(holder.org, holder.org_slug, holder.name)


def _check_signature(request: HttpRequest, actor: AgentActor, *, required: bool) -> None:
    """Check what an agent signed: always if it sent any of the headers, and what changes something if it must sign."""
    if not incoming.signed_headers(request) and (not required or request.method in incoming.SAFE):
        return
    secrets = keys.signing_secrets(actor.org, actor.agent_id)
    incoming.check_signature(request, secrets, clock.now().timestamp())


def _check_csrf(request: HttpRequest) -> None:
    """Refuse a browser's request that another site could have made. Raises CsrfFailed."""
    checker = CsrfViewMiddleware(lambda _: HttpResponseForbidden())
    request.csrf_processing_done = False  # type: ignore[attr-defined]  # the middleware skipped this exempt view
    checker.process_request(request)
    if checker.process_view(request, _changes_something, (), {}) is not None:
        raise CsrfFailed("Send the page's CSRF token in the header X-CSRFToken, or use a key instead.")


def _changes_something(request: HttpRequest) -> HttpResponseForbidden:
    """Stand for the view in Django's check: one that is not exempt."""
    return HttpResponseForbidden()
