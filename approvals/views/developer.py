"""For whoever connects an agent: what was sent to it, its keys, a command that works as pasted; and kept e-mails."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from accounts.organizations import organization
from accounts.viewer import Viewer, require_role
from agents.models import Agent
from agents.terms import AgentTerms
from approvals.faces.pages import DeliveryRow, DeveloperFace, LetterFace, OutboxFace
from approvals.policies import policy_of
from approvals.portraits.example import curl_for
from approvals.views.agents import KEY_SCOPE, key_rows, keys_of
from approvals.views.frame import actor_of, done, page, show
from core import clock, tx
from core.errors import NotFound
from delivery.queries import Delivery, OutboxMail, dead, deliveries_of, delivery_named, mail_outbox
from delivery.replay import replay

AT_ONCE = 500
_LINK = re.compile(r"https?://[^\s<>\"']+")


@require_safe
@page
@require_role("admin")
def developer(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what a developer needs, for one agent."""
    now = clock.now()
    with tx.reading(viewer.org):
        rows = list(Agent.objects.filter(archived_at=None).order_by("name"))
        chosen = next((one for one in rows if one.slug == request.GET.get("agent")), rows[0] if rows else None)
        sent = deliveries_of(chosen.pk).items if chosen else ()
        keys = keys_of(chosen.pk, now) if chosen else []
        terms = _terms(viewer, chosen) if chosen else None
    slug = chosen.slug if chosen else ""
    face = DeveloperFace(
        agents=tuple((one.slug, one.name) for one in rows),
        agent=slug,
        deliveries=tuple(_row(one) for one in sent),
        keys=key_rows(keys, KEY_SCOPE),
        curl=curl_for(terms, settings.BASE_URL),
        key_command=f"python3 manage.py key --org {viewer.org_slug} --agent {slug}" if slug else "",
        may_retry=True,
        outbox_url="/outbox" if settings.EMAIL_IS_OUTBOX else "",
    )
    return show(request, viewer, "developer/page.html", "developer", now=now, developer=face)


@require_POST
@page
@require_role("admin")
def retry(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponseBase:
    """Send one delivery again."""
    with tx.reading(viewer.org):
        found = delivery_named(public_id)
    if found is None:
        raise NotFound("There is no such delivery.")
    replay(viewer.org, found, by=actor_of(viewer).who)
    return done(request, "It is sent again now.", default="/developer")


@require_POST
@page
@require_role("admin")
def retry_all(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Send again everything that was given up, the oldest of each action first."""
    with tx.reading(viewer.org):
        given_up = [delivery_named(one.id) for one in reversed(dead(limit=AT_ONCE).items)]
    again = 0
    for identifier in given_up:
        if identifier is not None:
            replay(viewer.org, identifier, by=actor_of(viewer).who)
            again += 1
    return done(request, f"{again} of what was given up is sent again now.", default="/developer")


@require_safe
@page
@require_role("admin")
def outbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the e-mails that are kept here because no mail server is set."""
    if not settings.EMAIL_IS_OUTBOX:
        raise NotFound("E-mails leave by a mail server here; none are kept.")
    with tx.reading(viewer.org):
        face = OutboxFace(tuple(_letter(one) for one in mail_outbox()))
    return show(request, viewer, "outbox/page.html", "developer", outbox=face)


def _terms(viewer: Viewer, chosen: Agent) -> AgentTerms | None:
    org = organization()
    return policy_of(org.pk, org.config_version).agent(chosen.slug)


def _row(one: Delivery) -> DeliveryRow:
    answer, tone = _answer(one)
    return DeliveryRow(
        id=one.id,
        at=one.tried_at or one.created_at,
        kind=one.kind,
        action_id=one.action or "",
        address=one.address,
        answer=answer,
        tone=tone,
        attempts=one.attempts,
        took_ms=one.answer_ms,
        error=one.error if tone != "ok" else "",
        next_at=one.due_at if one.status == "waiting" and one.attempts else None,
        dead=one.status == "dead",
    )


def _answer(one: Delivery) -> tuple[str, str]:
    code = str(one.answer_status) if one.answer_status else ""
    if one.status == "sent":
        return code or "sent", "ok"
    if one.status == "superseded":
        return "taken back", "ok"
    if one.status == "dead":
        return f"gave up{f', {code}' if code else ''}", "bad"
    return (code or "no answer", "warn") if one.attempts else ("waiting", "warn")


def _letter(one: OutboxMail) -> LetterFace:
    links = [link for link in _LINK.findall(one.text) if link.startswith(f"{settings.BASE_URL}/")]
    return LetterFace(one.created_at, one.to, one.subject, one.text, tuple(dict.fromkeys(links)))
