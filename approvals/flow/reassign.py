"""A person hands an action to somebody else, whose own authority then counts; quorum and clock stay."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import PersonActor
from approvals.electorate import spoken
from approvals.electors import able, check_may_decide
from approvals.flow import count, lapse, steps
from approvals.flow.claim import free
from approvals.flow.closed import closed
from approvals.flow.refusals import NoSuchPerson, NotAsked, NotAuthorized, TooManyHandovers
from approvals.present import action_json
from approvals.routing import AskedPerson
from approvals.stages import ANY
from approvals.tallies import spent
from core import tx

HANDED = "handed over by"
MOST = 5  # times an action is handed on


@tx.use_case
def reassign(org: int, identifier: uuid.UUID, *, actor: PersonActor, to: str) -> dict[str, Any]:
    """Hand the action from `actor` to the person `to`, who must be able to decide it.

    It is the other's own authority that counts then, also where the actor stood in for somebody. Raises NotAsked if it
    is not the actor's to hand on (an admin may hand on anybody's), NoSuchPerson, NotAuthorized; TooManyHandovers.
    """
    story, ground = steps.lock(identifier)
    action, to = story.action, to.strip().lower()
    if not lapse.catch_up(story, ground):
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
    if to in spoken(story) | spent(story, ground):
        raise NotAuthorized(f"{ground.people[to].name} has had a say in this already. Hand it to somebody else.")
    if sum(one.via.startswith(HANDED) for one in story.asked) >= MOST:
        raise TooManyHandovers(f"This was handed on {MOST} times. Decide it, or move it on with Escalate.")
    if mine:
        lent = [one.person_id for one in story.asked if one.left_at is None and one.on_behalf_of_id == actor.person_id]
        steps.leave(story, ground.now, "reassigned", people=[actor.person_id, *lent])  # nobody decides for them now
    known = ground.people[to].id
    if any(one.left_at is None and one.person_id == known and one.on_behalf_of_id for one in story.asked):
        steps.leave(story, ground.now, "own_seat", people=[known])  # they decide for themselves from now on
    action.epoch += 1
    free(action)
    requirement = mine[0].requirement if mine else ANY
    steps.ask(story, ground, [AskedPerson(to, f"{HANDED} {actor.name}", requirement)])
    facts = {"from": actor.email, "to": to}
    steps.note(story, "action.reassigned", actor=actor.who, at=ground.now, **facts)
    steps.save(story, "epoch", "claimed_by", "claimed_until")
    count.settle(story, ground, actor="engine")
    return action_json(story)
