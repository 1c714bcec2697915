"""All agents of an organization are stopped, or go on: by its people, or by whoever runs the installation.

Each lifts their own stop and nobody else's. From the commit on nothing that any agent posts is approved by itself, and
nothing starts: posts and starts hold their agent's row, which is taken here.
"""

from __future__ import annotations

from typing import Any

from accounts.models import Organization
from accounts.organizations import all_stopped
from agents.models import Agent
from approvals.actors import PersonActor
from approvals.flow import stopping
from approvals.present import moment
from approvals.unused import unused
from audit.record import record
from core import tx
from core.errors import Forbidden

OPERATOR = "operator"


class CannotPauseAll(Forbidden):
    """Only admins and approvers stop all agents."""

    code, title = "cannot_pause_all", "You cannot stop all agents"


class CannotResumeAll(Forbidden):
    """Letting all agents go on takes an admin."""

    code, title = "cannot_resume_all", "You cannot let all agents go on"


@tx.use_case
def pause_all(org: int, *, actor: PersonActor, reason: str) -> dict[str, Any]:
    """Stop every agent of the organization at once; repeating it changes nothing.

    Returns how the organization stands, with the approvals that are not used yet (see `state_of`).
    """
    root = stopping.hold_org()
    if not actor.roles & {"admin", "approver"}:
        raise CannotPauseAll("Ask an admin or an approver to stop all agents.")
    agents, now = stopping.hold_agents(), tx.now()
    holds = unused(now)
    if root.paused_at is None:
        root.paused_at, root.paused_by, root.paused_reason = now, actor.email, reason
        root.save(update_fields=["paused_at", "paused_by", "paused_reason"])
        _tell(root, agents, "organization.paused", actor.who, reason=reason, unused=holds)
    return state_of(root, agents) | {"unused": holds}


@tx.use_case
def resume_all(org: int, *, actor: PersonActor, reason: str) -> dict[str, Any]:
    """Let the agents of the organization go on, but for those that are paused one by one. Admins only."""
    root = stopping.hold_org()
    if "admin" not in actor.roles:
        raise CannotResumeAll("Only an admin can let all agents go on.")
    agents = stopping.hold_agents()
    if root.paused_at is not None:
        root.paused_at, root.paused_by, root.paused_reason = None, "", ""
        root.save(update_fields=["paused_at", "paused_by", "paused_reason"])
        _tell(root, agents, "organization.resumed", actor.who, reason=reason)
    return state_of(root, agents)


@tx.use_case
def stop(org: int, *, reason: str) -> dict[str, Any]:
    """Stop every agent of the organization as whoever runs the installation. Returns what `pause_all` does."""
    root, agents, now = stopping.hold_org(), stopping.hold_agents(), tx.now()
    holds = unused(now)
    if root.stopped_at is None:
        root.stopped_at, root.stopped_reason = now, reason
        root.save(update_fields=["stopped_at", "stopped_reason"])
        _tell(root, agents, "organization.stopped", OPERATOR, reason=reason, unused=holds)
    return state_of(root, agents) | {"unused": holds}


@tx.use_case
def go_on(org: int, *, reason: str) -> dict[str, Any]:
    """Lift the stop of whoever runs the installation from the organization. Returns how it stands."""
    root, agents = stopping.hold_org(), stopping.hold_agents()
    if root.stopped_at is not None:
        root.stopped_at, root.stopped_reason = None, ""
        root.save(update_fields=["stopped_at", "stopped_reason"])
        _tell(root, agents, "organization.released", OPERATOR, reason=reason)
    return state_of(root, agents)


def state_of(root: Organization, agents: list[Agent]) -> dict[str, Any]:
    """Return how an organization stands: who stopped it if anybody did, and how many agents it has."""
    stopped = root.stopped_at is not None or all_stopped()
    return {
        "organization": root.slug,
        "paused": root.paused_at is not None or stopped,
        "paused_at": moment(root.paused_at) if root.paused_at else None,
        "paused_by": root.paused_by or None,
        "reason": root.paused_reason or None,
        "stopped_by_operator": stopped,
        "agents": len(agents),
    }


@tx.inside_use_case
def _tell(root: Organization, agents: list[Agent], kind: str, who: str, **facts: Any) -> None:
    stopping.touch(root.pk)
    now = tx.now()
    record(kind, actor=who, subject=f"organization:{root.slug}", facts={"agents": len(agents), **facts}, at=now)
    to_agents = "agent.paused" if kind in ("organization.paused", "organization.stopped") else "agent.resumed"
    for agent in agents:
        stopping.tell_agent(agent, to_agents, now)
