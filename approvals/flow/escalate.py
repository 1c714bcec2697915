"""A person moves an action on at once, instead of waiting for its clock."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from approvals.actors import PersonActor
from approvals.electors import check_may_decide
from approvals.flow import count, lapse, steps
from approvals.flow.chain.onward import next_people
from approvals.flow.chain.people import newcomers
from approvals.flow.closed import closed
from approvals.flow.refusals import Stale
from approvals.ground import Ground
from approvals.present import action_json
from approvals.quorum import Plan
from approvals.story import Story
from core import tx
from core.errors import DomainError, Unprocessable


class NobodyFurther(Unprocessable):
    """Everybody whom the route and its chain name is asked already."""

    code, title = "nobody_further", "There is nobody further to ask"


def escalate(org: int, identifier: uuid.UUID, *, actor: PersonActor, epoch: int) -> dict[str, Any]:
    """Ask the next people now: those of the chain's next step, else the fallback. The clock does not move.

    Raises Stale unless `epoch` is the one the button was drawn for; NobodyFurther if there is nobody left to ask;
    AlreadyClosed, NotAsked and the like.
    """
    answer = _escalate(org, identifier, actor=actor, epoch=epoch)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@tx.use_case
def _escalate(org: int, identifier: uuid.UUID, *, actor: PersonActor, epoch: int) -> dict[str, Any] | DomainError:
    """Move it on under the lock; what the engine should have done by now is done first, and stays done."""
    story, ground = steps.lock(identifier)
    action = story.action
    if not lapse.catch_up(story, ground):
        return closed(story)
    if epoch != action.epoch:
        return Stale("The action moved on since you looked. Read it again.", epoch=action.epoch)
    if "admin" not in actor.roles:
        check_may_decide(story, ground, actor.email)
    number = action.step + 1
    entry = next_people(story, ground, actor=actor.who)
    if entry is None and not _ask_fallback(story, ground, actor):
        raise NobodyFurther("Everybody this route and its chain know is asked already. Hand it to somebody by name.")
    steps.note(story, "action.escalated", actor=actor.who, at=ground.now, step=entry.key if entry else str(number))
    steps.save(story, "plan", "epoch")
    count.settle(story, ground, actor="engine")
    return action_json(story)


def _ask_fallback(story: Story, ground: Ground, actor: PersonActor) -> bool:
    """Let the fallback join, if it has not; False if that brings nobody new."""
    action, plan = story.action, Plan.from_json(story.action.plan or {})
    if plan.fallback is None or (action.plan or {}).get("fallback_used"):
        return False
    people = newcomers(story, ground, plan.fallback)
    if not people:
        return False
    action.plan = (action.plan or {}) | {"fallback_used": True}
    action.epoch += 1
    steps.ask(story, ground, [replace(one, via=f"escalated by {actor.name}") for one in people])
    return True
