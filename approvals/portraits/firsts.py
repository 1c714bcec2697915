"""The first steps of an organization in which nobody has decided anything yet."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings

from accounts.models import Person
from accounts.organizations import organization
from accounts.viewer import Viewer
from agents.models import Agent
from agents.terms import ActionType, AgentTerms
from approvals.faces.inbox import FirstsFace, StepFace
from approvals.models import Action, Vote
from approvals.policies import policy_of
from approvals.portraits.example import arguments_for, curl_for
from approvals.posted import PostedAction

RISKS = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Try:
    """An agent that a first request may be sent as, and what it would send."""

    agent: Agent
    kind: ActionType


def firsts(viewer: Viewer) -> FirstsFace | None:
    """Return the first steps, ticked from what is there, for an admin; None once anybody has voted."""
    if not viewer.has("admin") or Vote.objects.exists():
        return None
    people = Person.objects.filter(archived_at=None)[:2].count() > 1
    sent = Action.objects.exists()
    found = _terms()
    terms = found[0][1] if found else None
    slug = terms.slug if terms else "AGENT"
    may_send = not sent and a_try() is not None
    how = "Copy one command, or press the button" if may_send else "Copy one command"
    steps = (
        StepFace("Create your workspace", done=True),
        StepFace("Bring in the people who decide", "Add them to the configuration", url="/people", done=people),
        StepFace("Send a first request", how, done=sent, command=True),
        StepFace("Decide it", "Here; Slack is not available yet", url="/?tab=teams" if sent else ""),
        StepFace("Choose who covers when you are away", url="/delegation"),
    )
    return FirstsFace(
        steps,
        key_command=f"python3 manage.py key --org {viewer.org_slug} --agent {slug}",
        curl=curl_for(terms, settings.BASE_URL),
        may_send=may_send,
    )


def a_try() -> Try | None:
    """Return what a first request would be: of the lowest risk there is, from an agent that is told by no callback.

    An agent with a callback address may act on what it is told; it never asked for this one, so it is left alone.
    """
    fit = [
        Try(agent, kind)
        for agent, terms in _terms()
        if not agent.callback_url and agent.paused_at is None
        for kind in terms.actions
    ]
    return min(fit, key=lambda one: RISKS.index(one.kind.risk), default=None)


def posted(chosen: Try, viewer: Viewer) -> PostedAction:
    """Return the first request, which says of itself what it is; pressed twice it is the same one."""
    arguments = arguments_for(chosen.kind)
    said = {
        "action": chosen.kind.type,
        "arguments": arguments,
        "summary": "This is a first try. Nothing real hangs on it.",
        "reason": f"Sent from the inbox by {viewer.name}, not by the agent, to see how a decision goes.",
    }
    return PostedAction(
        body=json.dumps(said, ensure_ascii=False).encode(),
        action=chosen.kind.type,
        arguments=arguments,
        summary=str(said["summary"]),
        reason=str(said["reason"]),
        run_id="first-try",
        idempotency_key="countersign-first-try",
    )


def _terms() -> list[tuple[Agent, AgentTerms]]:
    """Return the agents in the order of the configuration, with what it says of them."""
    org = organization()
    rows = {agent.slug: agent for agent in Agent.objects.filter(archived_at=None)}
    policy = policy_of(org.pk, org.config_version)
    return [(rows[terms.slug], terms) for terms in policy.agents if terms.slug in rows]
