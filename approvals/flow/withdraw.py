"""An agent takes back an action that nobody has decided yet."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import AgentActor
from approvals.flow import steps
from approvals.flow.refusals import AlreadyClosed, NoSuchAction
from approvals.present import action_json, decision_json
from approvals.ratchet import silent
from core import tx


@tx.use_case
def withdraw(org: int, identifier: uuid.UUID, *, actor: AgentActor, reason: str) -> dict[str, Any]:
    """Take back an action. Repeating it answers the same. Raises AlreadyClosed if it ended otherwise."""
    story, ground = steps.lock(identifier)
    if story.agent.pk != actor.agent_id:
        raise NoSuchAction("There is no such action.")
    if story.action.status == "withdrawn":
        return action_json(story)
    if story.action.status != "pending":
        decision = decision_json(story.decision) if story.decision else None
        raise AlreadyClosed("The action was closed before: there is nothing to withdraw.", decision=decision)
    steps.note(story, "action.withdrawn", actor=actor.who, at=ground.now, reason=reason)
    steps.close(story, status="withdrawn", by="agent", at=ground.now, actor=actor.who)
    silent.unanswered(story, ground)
    return action_json(story)
