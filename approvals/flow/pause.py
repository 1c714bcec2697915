"""An agent is stopped, or goes on. From the commit on, nothing it posts is approved by itself and nothing starts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.models import Agent
from approvals.actors import PersonActor
from approvals.flow import stopping
from approvals.lanes import agent_json
from approvals.unused import unused
from audit.record import record
from core import tx
from core.errors import Forbidden


class CannotPause(Forbidden):
    """Only admins, the agent's owner and approvers stop an agent."""

    code, title = "cannot_pause", "You cannot stop this agent"


class CannotResume(Forbidden):
    """Letting an agent go on takes an admin."""

    code, title = "cannot_resume", "You cannot let this agent go on"


@tx.use_case
def pause(org: int, *, actor: PersonActor, agent: str, reason: str) -> dict[str, Any]:
    """Stop an agent at once. Any admin or approver may, and its owner; repeating it changes nothing.

    Returns the agent, with the approvals it holds and has not used: `{"unused": {"count", "actions"}}`.
    """
    ground = stopping.hold_agent(agent)
    found, now = ground.agent, ground.now
    if not stopping.rights_of(actor, ground).may_lower:
        raise CannotPause("Ask an admin, an approver or the agent's owner to stop it.")
    holds = unused(now, agent=found.pk)
    if found.paused_at is None:
        found.paused_at, found.paused_by, found.paused_reason = now, actor.email, reason
        _write(found, actor, "agent.paused", now, reason=reason, unused=holds)
    return agent_json(found) | {"unused": holds}


@tx.use_case
def resume(org: int, *, actor: PersonActor, agent: str, reason: str) -> dict[str, Any]:
    """Let an agent go on. Admins only: relaxing takes more than tightening."""
    ground = stopping.hold_agent(agent)
    found = ground.agent
    if "admin" not in actor.roles:
        raise CannotResume("Only an admin can let a stopped agent go on.")
    if found.paused_at is not None:
        found.paused_at, found.paused_by, found.paused_reason = None, "", ""
        _write(found, actor, "agent.resumed", ground.now, reason=reason)
    return agent_json(found)


def _write(agent: Agent, actor: PersonActor, kind: str, now: datetime, **facts: Any) -> None:
    agent.save(update_fields=["paused_at", "paused_by", "paused_reason"])
    stopping.touch(agent.org_id)
    record(kind, actor=actor.who, subject=f"agent:{agent.slug}", facts={"agent": agent.slug, **facts}, at=now)
    stopping.tell_agent(agent, kind, now)
