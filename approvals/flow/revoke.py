"""A person takes an approval back before it is used."""

from __future__ import annotations

import uuid
from typing import Any

from approvals import tell
from approvals.actors import PersonActor
from approvals.electors import was_asked
from approvals.flow import steps
from approvals.flow.refusals import AlreadyStarted, NotApproved, NotAsked
from approvals.present import action_json
from approvals.ratchet import evidence
from approvals.states import Execution
from core import tx


@tx.use_case
def revoke(org: int, identifier: uuid.UUID, *, actor: PersonActor, reason: str) -> dict[str, Any]:
    """Take an approval back. An admin, the agent's owner, and whoever was asked may: taking back is always safe.

    Raises NotApproved, AlreadyStarted if it was used or is over.
    """
    story, ground = steps.lock(identifier)
    action = story.action
    owns = ground.terms.owner == actor.email.lower()
    if "admin" not in actor.roles and not owns and not was_asked(story, actor.email):
        raise NotAsked("Only those who were asked, the agent's owner and admins can take this back.")
    if action.status != "approved":
        raise NotApproved("Only an approval can be taken back.")
    if action.execution == Execution.REVOKED:
        return action_json(story)
    if action.execution:
        raise AlreadyStarted(f"Too late to take it back: the action is {Execution(action.execution).label.lower()}.")
    action.execution, action.execution_at, action.lapse_at = Execution.REVOKED, ground.now, None
    action.execution_detail, action.epoch = reason, action.epoch + 1
    steps.save(story, "execution", "execution_at", "execution_detail", "lapse_at", "epoch")
    steps.note(story, "action.revoked", actor=actor.who, at=ground.now, reason=reason)
    evidence.take_back(action, ground, by=actor.who)
    tell.send(tell.callback(story, "action.revoked", ground.now))
    return action_json(story)
