"""A person reminds those who are asked: one mail each, at most one an hour for an action, never to oneself."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from approvals import tell
from approvals.actors import PersonActor
from approvals.electors import able
from approvals.flow import lapse, steps
from approvals.flow.closed import closed
from approvals.ground import Ground
from approvals.models import Asked
from approvals.present import action_json
from approvals.story import Story
from core import tx
from core.errors import Conflict
from delivery.models import Parcel

EVERY = timedelta(hours=1)


class NobodyToRemind(Conflict):
    """Nobody is asked who could be reminded now."""

    code, title = "nobody_to_remind", "Nobody to remind"


@tx.use_case
def remind(org: int, identifier: uuid.UUID, *, actor: PersonActor) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Remind everybody else who is asked and can decide; return the action and the names. The door is passed before.

    Raises AlreadyClosed; NobodyToRemind if all were reminded within the hour, muted their reminders, or cannot decide.
    """
    story, ground = steps.lock(identifier)
    if story.action.status != "pending" or lapse.is_late(story, ground):
        raise closed(story)
    people = tell.not_lending(story, _others(story, ground, actor))
    if not people:
        raise NobodyToRemind("Nothing was sent: nobody else is asked who could decide this now.")
    people = _not_lately(story, ground, people)
    if not people:
        raise NobodyToRemind("Nothing was sent: they were reminded within the last hour.")
    tell.send(tell.reminder(story, people, ground, steps.kind_of(story, ground)))
    names = [one.person.email for one in people]
    steps.note(story, "action.reminded", actor=actor.who, at=ground.now, people=names)
    return action_json(story), tuple(sorted(one.person.name for one in people))


def _others(story: Story, ground: Ground, actor: PersonActor) -> list[Asked]:
    """Return who is asked beside the actor, can decide, and has not muted it."""
    waiting = [
        one
        for one in story.asked
        if one.left_at is None
        and one.person_id != actor.person_id
        and (one.snoozed_until is None or one.snoozed_until <= ground.now)
    ]
    fit = set(able([one.person.email.lower() for one in waiting], story, ground))
    return list({one.person_id: one for one in waiting if one.person.email.lower() in fit}.values())


def _not_lately(story: Story, ground: Ground, people: list[Asked]) -> list[Asked]:
    """Return those who have had no reminder of this action within the hour; it is under the action's lock."""
    since = ground.now - EVERY
    sent = Parcel.objects.filter(action=story.action.pk, kind=tell.REMINDED, created_at__gt=since)
    had = set(sent.values_list("person", flat=True))
    return [one for one in people if one.person_id not in had]
