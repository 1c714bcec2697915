"""An agent is stopped, or goes on. From the commit on, nothing it posts is approved by itself and nothing starts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from accounts.models import Organization
from agents.models import Agent
from approvals.actors import PersonActor
from approvals.lanes import agent_json
from approvals.present import moment
from approvals.tell import GIVE_UP_AFTER
from audit.record import record
from core import ids, tx
from core.errors import Forbidden, NotFound
from delivery import post


class CannotPause(Forbidden):
    """Only admins, the agent's owner and approvers stop an agent."""

    code, title = "cannot_pause", "You cannot stop this agent"


class CannotResume(Forbidden):
    """Letting an agent go on takes an admin."""

    code, title = "cannot_resume", "You cannot let this agent go on"


@tx.use_case
def pause(org: int, *, actor: PersonActor, agent: str, reason: str) -> dict[str, Any]:
    """Stop an agent at once. Any admin or approver may, and its owner; repeating it changes nothing."""
    found, now = _lock(agent)
    if not actor.roles & {"admin", "approver"} and found.owner_id != actor.person_id:
        raise CannotPause("Ask an admin, an approver or the agent's owner to stop it.")
    if found.paused_at is None:
        found.paused_at, found.paused_by, found.paused_reason = now, actor.email, reason
        _write(found, actor, "agent.paused", reason, now)
    return agent_json(found)


@tx.use_case
def resume(org: int, *, actor: PersonActor, agent: str, reason: str) -> dict[str, Any]:
    """Let an agent go on. Admins only: relaxing takes more than tightening."""
    found, now = _lock(agent)
    if "admin" not in actor.roles:
        raise CannotResume("Only an admin can let a stopped agent go on.")
    if found.paused_at is not None:
        found.paused_at, found.paused_by, found.paused_reason = None, "", ""
        _write(found, actor, "agent.resumed", reason, now)
    return agent_json(found)


def _lock(slug: str) -> tuple[Agent, datetime]:
    Organization.objects.select_for_update(no_key=True).get(pk=tx.current().org)  # first, as whoever applies does
    found = Agent.objects.select_for_update().filter(slug=slug, archived_at=None).first()
    if found is None:
        raise NotFound("There is no such agent.")
    return found, tx.now()


def _write(agent: Agent, actor: PersonActor, kind: str, reason: str, now: datetime) -> None:
    agent.save(update_fields=["paused_at", "paused_by", "paused_reason"])
    Organization.objects.filter(pk=agent.org_id).update(directory_version=F("directory_version") + 1)
    facts = {"agent": agent.slug, "reason": reason}
    record(kind, actor=actor.who, subject=f"agent:{agent.slug}", facts=facts, at=now)
    if agent.callback_url:
        post.promise(
            channel="callback",
            kind=kind,
            address=agent.callback_url,
            once=f"{kind}:{agent.pk.hex}:{ids.new().hex}",
            payload={"type": kind, "timestamp": moment(now), "data": agent_json(agent)},
            agent=agent.pk,
            order_key=agent.pk,
            due_at=now,
            give_up_at=now + GIVE_UP_AFTER,
        )
