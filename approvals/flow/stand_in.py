"""Who lends has changed: an action that waits is asked of those who stand in now, and of those who came back."""

from __future__ import annotations

import uuid

from approvals.flow import count, lapse, lent, steps
from core import tx


@tx.use_case
def stand_in(org: int, identifier: uuid.UUID, *, hands_over: bool = True, is_silent: bool = False) -> bool:
    """Ask those who stand in for the owners of open seats, and take the action from those who no longer do.

    Whoever lent it is asked again if nobody decides for them any more. Votes stay. Without `hands_over` nobody new is
    asked for others; with `is_silent` whoever calls tells those who are. Returns False if nothing changed, also because
    the action was closed, or only waits for the engine to close it.
    """
    story, ground = steps.lock(identifier)
    if story.action.status != "pending" or lapse.is_late(story, ground):
        return False
    back = lent.take_back(story, ground)
    fresh = list(lent.returning(story, ground, back))
    if hands_over:
        fresh += lent.standing_in(story, ground)
    asked = steps.ask(story, ground, fresh, is_silent=is_silent)
    if is_silent and asked:
        people = [one.person.email for one in asked]
        steps.note(story, "action.asked", actor="engine", at=ground.now, people=people)
    if not back and not asked:
        return False
    count.settle(story, ground, actor="engine")
    return True
