"""The agents: who may do what alone, whether it was earned, and the switches that stop one or all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Key, Organization
from accounts.organizations import organization
from accounts.viewer import Viewer
from agents.models import Agent
from agents.terms import AgentTerms
from approvals.api import subjects
from approvals.faces.pages import KeyRow
from approvals.flow import pause as pausing
from approvals.flow import pause_all as pausing_all
from approvals.flow import resume as resuming
from approvals.forms import said
from approvals.policies import policy_of
from approvals.portraits.agent_about import agent_about
from approvals.portraits.agent_list import agent_list
from approvals.portraits.trust_page import trust_page
from approvals.views.frame import actor_of, done, page, show
from core import clock, tx
from core.errors import NotFound, Unprocessable

LONGEST_REASON = 2_000
LONGEST_LANE = 140
KEY_SCOPE = "Posts, reads, starts and finishes its own actions."


@require_safe
@page
def agents(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List the agents."""
    now = clock.now()
    with tx.reading(viewer.org):
        org = organization()
        face = agent_list(org, policy_of(org.pk, org.config_version), viewer, now)
    return show(request, viewer, "agents/list.html", "agents", now=now, agents=face)


@require_safe
@page
def agent(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Show how far one agent is trusted, with one of its lanes whole."""
    now, lane, period = clock.now(), request.GET.get("lane", "")[:LONGEST_LANE], request.GET.get("days", "")
    with tx.reading(viewer.org):
        found, org, terms = named(slug)
        length = int(period) if period.isascii() and period.isdigit() and len(period) < 5 else 0
        face = trust_page(found, org, terms, viewer, now, lane=lane, period=length)
    return show(request, viewer, "agents/trust.html", "agents", now=now, agent=face)


@require_safe
@page
def about(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Show one agent's limits and keys, and how its last requests ended."""
    now = clock.now()
    with tx.reading(viewer.org):
        found, _, terms = named(slug)
        face = agent_about(found, terms, viewer, now, key_rows(keys_of(found.pk, now), KEY_SCOPE))
    return show(request, viewer, "agents/about.html", "agents", now=now, agent=face)


@require_POST
@page
def pause(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Stop an agent."""
    told = pausing.pause(viewer.org, actor=actor_of(viewer), agent=subjects.slug(slug), reason=reason_of(request))
    return done(request, f"{told['name']} is paused. Nothing of it can be started.", default=f"/agents/{slug}")


@require_POST
@page
def resume(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Let a stopped agent go on."""
    told = resuming.resume(viewer.org, actor=actor_of(viewer), agent=subjects.slug(slug), reason=reason_of(request))
    return done(request, f"{told['name']} goes on.", default=f"/agents/{slug}")


@require_POST
@page
def pause_all(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Stop all agents."""
    told = pausing_all.pause_all(viewer.org, actor=actor_of(viewer), reason=reason_of(request))
    held = told["unused"]["count"]
    rest = f" {held:,} approved before {'is' if held == 1 else 'are'} not started yet, and cannot be." if held else ""
    return done(request, f"All agents are stopped.{rest}", default="/agents")


@require_POST
@page
def resume_all(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Let all agents go on."""
    told = pausing_all.resume_all(viewer.org, actor=actor_of(viewer), reason=reason_of(request))
    still = told["stopped_by_operator"]
    said = "Whoever runs this installation has still stopped them." if still else "The agents go on."
    return done(request, said, default="/agents", tone="warning" if still else "success")


def named(slug: str) -> tuple[Agent, Organization, AgentTerms | None]:
    """Return an agent with its organization and its terms, in the scope that is open. Raises NotFound."""
    found = Agent.objects.filter(slug=subjects.slug(slug)).select_related("owner").first()
    if found is None:
        raise NotFound("There is no such agent.")
    org = organization()
    return found, org, policy_of(org.pk, org.config_version).agent(found.slug)


def key_rows(rows: list[Key], scope: str) -> tuple[KeyRow, ...]:
    """Return credentials as pages show them."""
    return tuple(KeyRow(one.name, one.hint, scope, one.created_at, one.used_at, one.expires_at) for one in rows)


def keys_of(agent_id: Any, now: datetime) -> list[Key]:
    """Return the keys of an agent that still open something."""
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    return list(Key.objects.filter(live, holder=agent_id, revoked_at=None).order_by("created_at"))


def reason_of(request: HttpRequest, *, needed: bool = True) -> str:
    """Return the reason that was typed. Raises Unprocessable if there has to be one and there is none."""
    reason = said(request.POST.get("reason", ""), what="The reason", longest=LONGEST_REASON).strip()
    if needed and not reason:
        raise Unprocessable("Nothing was changed: say why, so that the log can tell others.")
    return reason
