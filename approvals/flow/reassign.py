"""A person hands an action to somebody else, whose own authority then counts; quorum and clock stay."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import PersonActor
from approvals.electors import able, check_may_decide
from approvals.flow import count, lapse, steps
from approvals.flow.ask import closed
from approvals.flow.claim import free
from approvals.flow.refusals import NoSuchPerson, NotAsked, NotAuthorized
from approvals.present import action_json
from core import tx


@tx.use_case
def reassign(org: int, identifier: uuid.UUID, *, actor: PersonActor, to: str) -> dict[str, Any]:
    """Hand the action from `actor` to the person `to`, who must be able to decide it.

    Raises NotAsked if it is not the actor's to hand on (an admin may hand on anybody's), NoSuchPerson, NotAuthorized.
    """
    story, ground = steps.lock(identifier)
    action, to = story.action, to.strip().lower()
    if action.status != "pending" or lapse.is_late(story, ground):
        raise closed(story)
    mine = [asked for asked in story.asked if asked.left_at is None and asked.person_id == actor.person_id]
    if not mine:
        if "admin" not in actor.roles:
            raise NotAsked("This action is not yours to hand on.")
    else:
        check_may_decide(story, ground, actor.email)
    if to not in ground.people:
        raise NoSuchPerson(f"Nobody active here has the address {to}. Choose one from People.")
    if not able((to,), story, ground):
        raise NotAuthorized(f"{ground.people[to].name} may not decide this: it is beyond their authority or their own.")
    if mine:
        steps.leave(story, ground.now, "reassigned", people=[actor.person_id])
    action.epoch += 1
    free(action)
    steps.ask(story, ground, [(to, f"handed over by {actor.name}")])
    facts = {"from": actor.email, "to": to}
    steps.note(story, "action.reassigned", actor=actor.who, at=ground.now, **facts)
    steps.save(story, "epoch", "claimed_by", "claimed_until")
    count.settle(story, ground, actor="engine")
    return action_json(story)
