"""Nobody who is asked can be reached: the chain's next people are asked at once, and the admins hear of it."""

from __future__ import annotations

from uuid import UUID

from approvals import notices, tell
from approvals.flow import count, lapse, steps
from approvals.flow.chain.onward import next_people
from approvals.flow.chain.people import waiting
from core import tx
from delivery import failures


@tx.inside_use_case
def unreached(action: UUID, person: UUID) -> None:
    """Move the action on if no message reached anybody who is asked; `person` is the last of whom that is known.

    Whoever is told by the app alone, or can be told yet, counts as reached.
    """
    story, ground = steps.lock(action)
    if story.action.status != "pending" or lapse.is_late(story, ground):
        return
    there = waiting(story, ground)
    lost = failures.unreached(action)
    if person not in {one.person_id for one in there} or any(one.person_id not in lost for one in there):
        return
    emails = sorted({one.person.email for one in there})
    entry = next_people(story, ground)
    onward = f"step {entry.key} of the chain was run at once" if entry else "its chain has nobody further"
    steps.note(story, "action.unreached", actor="engine", at=ground.now, people=emails, onward=onward)
    tell.send(notices.unreached(story, ground, emails, onward))
    if entry is not None:
        count.settle(story, ground, actor="engine")
