"""A person mutes their own reminders of an action; its clock does not notice."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from approvals import tell
from approvals.actors import PersonActor
from approvals.flow import steps
from approvals.flow.closed import closed
from approvals.flow.refusals import InvalidVote, NotAsked
from approvals.models import Asked
from approvals.present import action_json
from core import tx


class InvalidSnooze(InvalidVote):
    """The moment is over already, or after the deadline."""

    code, title = "invalid_until", "This moment cannot be snoozed to"


@tx.use_case
def snooze(org: int, identifier: uuid.UUID, *, actor: PersonActor, until: datetime) -> dict[str, Any]:
    """Mute reminders until `until`, at most to the next step. Raises NotAsked, InvalidSnooze."""
    story, ground = steps.lock(identifier)
    if story.action.status != "pending":
        raise closed(story)
    mine = [asked for asked in story.asked if asked.left_at is None and asked.person_id == actor.person_id]
    if not mine:
        raise NotAsked("You are not asked about this action, so there is nothing to snooze.")
    if until <= ground.now:
        raise InvalidSnooze("Choose a moment that is still to come.")
    if story.action.lapse_at is not None:
        until = min(until, story.action.lapse_at)
    Asked.objects.filter(pk__in=[asked.pk for asked in mine]).update(snoozed_until=until)
    steps.supersede(story, tell.TO_PEOPLE, people=[actor.person_id])  # they have seen it
    steps.note(story, "action.snoozed", actor=actor.who, at=ground.now, until=until.isoformat())
    steps.save(story, "step")
    return action_json(story)
