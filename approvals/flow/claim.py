"""A person takes an action for review, so that two people do not read the same pages; it binds nobody."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from approvals import tell
from approvals.actors import PersonActor
from approvals.electors import check_may_decide
from approvals.flow import steps
from approvals.flow.closed import closed
from approvals.flow.refusals import AlreadyClaimed
from approvals.models import Action
from approvals.present import action_json, moment
from core import tx

LEASE = timedelta(minutes=15)


@tx.use_case
def claim(org: int, identifier: uuid.UUID, *, actor: PersonActor) -> dict[str, Any]:
    """Take the action for 15 minutes, or prolong one's own claim. Raises AlreadyClaimed naming who holds it."""
    story, ground = steps.lock(identifier)
    action = story.action
    if action.status != "pending":
        raise closed(story)
    check_may_decide(story, ground, actor.email)
    holder = action.claimed_by
    if holder is not None and holder.pk != actor.person_id and (action.claimed_until or ground.now) > ground.now:
        raise AlreadyClaimed(
            f"{holder.name} is reviewing this. You can still reject it, or wait.",
            claimed_by=holder.email,
            claimed_until=moment(action.claimed_until),
        )
    fresh = holder is None or holder.pk != actor.person_id
    action.claimed_by_id, action.claimed_until = actor.person_id, ground.now + LEASE
    steps.save(story, "claimed_by", "claimed_until")
    if fresh:
        steps.supersede(story, tell.ABOUT_SEEN, people=[actor.person_id])  # they have seen it
        steps.note(story, "action.claimed", actor=actor.who, at=ground.now)
    return action_json(story)


@tx.use_case
def release(org: int, identifier: uuid.UUID, *, actor: PersonActor) -> dict[str, Any]:
    """Give a claim back. Nothing happens if it is not one's own."""
    story, ground = steps.lock(identifier)
    if story.action.claimed_by_id == actor.person_id:
        free(story.action)
        steps.save(story, "claimed_by", "claimed_until")
        steps.note(story, "action.released", actor=actor.who, at=ground.now)
    return action_json(story)


def free(action: Action) -> None:
    """Take away whatever claim there is."""
    action.claimed_by = action.claimed_until = None
