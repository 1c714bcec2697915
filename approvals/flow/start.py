"""An agent consumes its approval: once, in time, for exactly what was approved, if nothing forbids it by now."""

from __future__ import annotations

import uuid
from typing import Any

from agents.policy import decide
from agents.terms import Money
from approvals.actors import AgentActor
from approvals.flow import content, lapse, steps
from approvals.flow.refusals import (
    AlreadyStarted,
    DigestMismatch,
    Lapsed,
    NoSuchAction,
    NotApproved,
    OverLimit,
    Paused,
    Revoked,
)
from approvals.ground import Ground, facts_of
from approvals.present import action_json
from approvals.states import Execution
from approvals.story import Story
from core import tx
from core.errors import DomainError


def start(org: int, identifier: uuid.UUID, *, actor: AgentActor, digest: str) -> dict[str, Any]:
    """Consume the approval and return the action; succeeds exactly once.

    Raises NotApproved, Revoked, Lapsed, AlreadyStarted, DigestMismatch, Paused, OverLimit; each is on the record.
    """
    answer = _start(org, identifier, actor=actor, digest=digest)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@tx.use_case
def _start(org: int, identifier: uuid.UUID, *, actor: AgentActor, digest: str) -> dict[str, Any] | DomainError:
    story, ground = steps.lock(identifier, with_agent=True)
    if story.agent.pk != actor.agent_id:
        raise NoSuchAction("There is no such action.")
    refusal = why_not(story, ground, digest)
    action = story.action
    if isinstance(refusal, Lapsed) and not action.execution:
        lapse.run(story, ground)
    if refusal is not None:
        facts = {"code": refusal.code, "digest": digest}
        steps.note(story, "action.start_refused", actor=actor.who, at=ground.now, **facts)
        return refusal
    action.execution, action.execution_at, action.lapse_at = Execution.STARTED, ground.now, None
    steps.save(story, "execution", "execution_at", "lapse_at")
    steps.note(story, "action.started", actor=actor.who, at=ground.now, digest=digest)
    return action_json(story)


def why_not(story: Story, ground: Ground, digest: str) -> DomainError | None:
    """Return why the action may not start now, or None if it may."""
    action = story.action
    if action.status != "approved":
        return NotApproved(f"The action is {action.status}: only what is approved may start.")
    if action.execution == Execution.REVOKED:
        return Revoked("The approval was taken back. Do not execute this.")
    if action.execution == Execution.LAPSED or (action.execute_by and action.execute_by <= ground.now):
        return Lapsed("The approval was not used in time. Post the action again.")
    if action.execution:
        return AlreadyStarted("The approval was used before: it is good for one execution.")
    if digest != action.digest:
        return DigestMismatch("This is not what was approved. Execute exactly the `arguments` of the action.")
    if ground.paused:
        return Paused(f"{ground.why_paused} Wait until it goes on.")
    if story.decision is not None and story.decision.by == "ratchet" and ground.is_frozen(action.type, action.risk):
        return Paused(f"{action.type} at {action.risk} risk is frozen. Wait until it goes on, or post it again.")
    return _limit(story, ground)


def _limit(story: Story, ground: Ground) -> OverLimit | None:
    """Return the hard rule or limit of today's policy that forbids the execution, if any does."""
    action = story.action
    kind = steps.kind_of(story, ground)
    facts = facts_of(
        ground,
        kind,
        arguments=tx.from_json(bytes(story.revision.arguments).decode()),
        amount=Money(action.amount, action.currency) if action.amount is not None else None,
        risk=action.risk,  # type: ignore[arg-type]
        confidence=action.confidence,
        environment=action.environment,
        agent_version=action.agent_version,
        requested_by=action.requested_by,
    )
    verdict = decide(
        facts,
        agent=ground.terms,
        type=kind,
        rules=ground.policy.rules,
        usage=content.usage_without(action, ground, kind),
        paused=False,
    )
    return (
        OverLimit(f"{verdict.reason} The approval stands, but may not be used now.")
        if verdict.effect == "reject"
        else None
    )
