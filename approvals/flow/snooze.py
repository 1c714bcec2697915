"""A person mutes their own reminders of an action; its clock does not notice."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from approvals import plans, tell
from approvals.actors import PersonActor
from approvals.flow import steps
from approvals.flow.closed import closed
from approvals.flow.refusals import InvalidVote, NotAsked
from approvals.models import Action, Asked
from approvals.present import action_json
from core import tx


class InvalidSnooze(InvalidVote):
    """The moment is over already, or after the deadline."""

    code, title = "invalid_until", "This moment cannot be snoozed to"


@tx.use_case
def snooze(org: int, identifier: uuid.UUID, *, actor: PersonActor, until: datetime) -> dict[str, Any]:
    """Mute reminders until `until`, at most until the chain asks others, or ends. Raises NotAsked, InvalidSnooze."""
    story, ground = steps.lock(identifier)
    if story.action.status != "pending":
        raise closed(story)
    mine = [asked for asked in story.asked if asked.left_at is None and asked.person_id == actor.person_id]
    if not mine:
        raise NotAsked("You are not asked about this action, so there is nothing to snooze.")
    if until <= ground.now:
        raise InvalidSnooze("Choose a moment that is still to come.")
    if (longest := _longest(story.action)) is not None:
        until = min(until, longest)
    Asked.objects.filter(pk__in=[asked.pk for asked in mine]).update(snoozed_until=until)
    steps.supersede(story, tell.ABOUT_SEEN, people=[actor.person_id])  # they have seen it
    steps.note(story, "action.snoozed", actor=actor.who, at=ground.now, until=until.isoformat())
    steps.save(story, "step")
    return action_json(story)


def _longest(action: Action) -> datetime | None:
    """Return until when a reminder can be muted: until the chain's next people are asked, else to its end.

    Steps that only remind do not end it. None if the action has no clock; while it stands still, until it goes on.
    """
    plan = action.plan or {}
    if action.lapse_at is None or action.paused_at is not None or not plans.is_anchored(plan):
        return action.lapse_at
    coming = [plans.moment_of(plan, entry.after) for entry in plans.people_steps(plan, action.step)[:1]]
    return min([*coming, *([action.decide_by] if action.decide_by is not None else [])], default=None)
