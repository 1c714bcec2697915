"""A person moves an action on at once, instead of waiting for its clock."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import PersonActor
from approvals.electors import able, check_may_decide
from approvals.flow import steps
from approvals.flow.ask import closed
from approvals.flow.refusals import NotAvailableYet, Stale
from approvals.present import action_json
from approvals.quorum import Plan
from approvals.routing import resolve
from core import tx


@tx.use_case
def escalate(org: int, identifier: uuid.UUID, *, actor: PersonActor, epoch: int) -> dict[str, Any]:
    """Ask the next people now: without further steps in its chain that is the fallback.

    Raises Stale unless `epoch` is the one the button was drawn for; NotAvailableYet if there is nobody left to ask.
    """
    story, ground = steps.lock(identifier)
    action = story.action
    if action.status != "pending":
        raise closed(story)
    if epoch != action.epoch:
        raise Stale("The action moved on since you looked. Read it again.", epoch=action.epoch)
    if "admin" not in actor.roles:
        check_may_decide(story, ground, actor.email)
    plan = Plan.from_json(action.plan or {})
    if plan.fallback is None or (action.plan or {}).get("fallback_used"):
        raise NotAvailableYet("Everybody this route knows is asked already. Hand it to somebody by name instead.")
    action.plan = (action.plan or {}) | {"fallback_used": True}
    action.epoch += 1
    people = able(resolve(plan.fallback, ground.directory), story, ground)
    steps.ask(story, ground, [(one, f"escalated by {actor.name}") for one in people])
    steps.note(story, "action.escalated", actor=actor.who, at=ground.now, step=action.step + 1)
    steps.save(story, "plan", "epoch")
    return action_json(story)
