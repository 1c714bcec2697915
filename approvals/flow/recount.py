"""Who may decide has changed: look again at an action that waits."""

from __future__ import annotations

import uuid

from approvals.electors import able, electors
from approvals.flow import count, lapse, steps
from approvals.ground import Ground
from approvals.models import Action
from approvals.quorum import Plan
from approvals.routing import resolve
from approvals.story import Story
from core import tx


def recount_pending(org: int) -> int:
    """Recount every action of the organization that waits, each in a transaction of its own. Returns how many."""
    with tx.reading(org):
        waiting = list(Action.objects.filter(status="pending").order_by("id").values_list("id", flat=True))
    return sum(recount(org, identifier) for identifier in waiting)


@tx.use_case
def recount(org: int, identifier: uuid.UUID) -> bool:
    """Take an action from those who may no longer decide it, void their votes, and find others if too few are left.

    The quorum is never lowered: the fallback is asked, else the action is held and the admins are told. Returns
    False if the action was closed meanwhile, or is only waiting for the engine to close it.
    """
    story, ground = steps.lock(identifier)
    if story.action.status != "pending" or lapse.is_late(story, ground):
        return False
    people = {email for needs in electors(story, ground) for those in needs for email in those}
    lost = [
        asked.person_id for asked in story.asked if asked.left_at is None and asked.person.email.lower() not in people
    ]
    if lost:
        steps.leave(story, ground.now, "not_eligible", people=lost)
    if story.action.held_at is not None:
        _ask_newcomers(story, ground)
    count.settle(story, ground, actor="engine")
    return True


def _ask_newcomers(story: Story, ground: Ground) -> None:
    """Ask those who can decide a held action now; until they do, it stays held."""
    plan = Plan.from_json(story.action.plan or {})
    stage = plan.stages[story.action.stage - 1]
    for requirement in stage.requirements:
        found = able(resolve(requirement.target, ground.directory), story, ground)
        why = ground.directory.why(requirement.target)
        steps.ask(story, ground, [(email, why) for email in found])
