"""An agent tells how the execution went."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import AgentActor
from approvals.flow import steps
from approvals.flow.refusals import AlreadyFinished, NoSuchAction, NotStarted
from approvals.present import action_json
from approvals.ratchet import breaker
from approvals.states import Execution
from core import tx


@tx.use_case
def finish(org: int, identifier: uuid.UUID, *, actor: AgentActor, status: str, detail: str) -> dict[str, Any]:
    """Note `succeeded` or `failed`. Repeating it answers the same. Raises NotStarted, AlreadyFinished."""
    story, ground = steps.lock(identifier)
    action = story.action
    if story.agent.pk != actor.agent_id:
        raise NoSuchAction("There is no such action.")
    if action.execution == status:
        return action_json(story)
    if action.execution in (Execution.SUCCEEDED, Execution.FAILED):
        raise AlreadyFinished(f"It was reported as {action.execution} before; that stands.")
    if action.execution != Execution.STARTED:
        raise NotStarted("Only what was started can finish. Call `start` first.")
    action.execution, action.execution_at, action.execution_detail = status, ground.now, detail
    steps.save(story, "execution", "execution_at", "execution_detail")
    steps.note(story, "action.finished", actor=actor.who, at=ground.now, status=status, detail=detail)
    breaker.count(action, ground, has_failed=status == Execution.FAILED)
    return action_json(story)
