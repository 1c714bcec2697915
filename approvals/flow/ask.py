"""A person asks the agent something; the clock stands still while the agent owes an answer, within limits."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from approvals import tell
from approvals.actors import PersonActor
from approvals.electors import check_may_decide
from approvals.flow import lapse, steps
from approvals.flow.closed import closed
from approvals.flow.refusals import QuestionOpen
from approvals.models import Question
from approvals.present import action_json
from core import tx
from core.errors import DomainError

PAUSE_AT_MOST = timedelta(hours=24)


def ask(org: int, identifier: uuid.UUID, *, actor: PersonActor, text: str) -> dict[str, Any]:
    """Ask the agent a question. Raises QuestionOpen, AlreadyClosed, NotAsked and the like."""
    answer = _ask(org, identifier, actor=actor, text=text)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@tx.use_case
def _ask(org: int, identifier: uuid.UUID, *, actor: PersonActor, text: str) -> dict[str, Any] | DomainError:
    story, ground = steps.lock(identifier)
    action = story.action
    if not lapse.catch_up(story, ground):
        return closed(story)
    check_may_decide(story, ground, actor.email)
    if story.open_question is not None:
        raise QuestionOpen("An earlier question waits for its answer. One at a time.")
    question = Question(org=story.org, action=action, person_id=actor.person_id, text=text, asked_at=ground.now)
    question.save(force_insert=True)
    question.person = steps.person(actor, story)
    story.questions.append(question)
    left = PAUSE_AT_MOST - (action.pause_spent or timedelta())
    if action.held_at is None and action.paused_at is None and left > timedelta():
        lapse.stop(story, ground, until=ground.now + left)
    else:
        steps.save(story, "paused_at")
    steps.note(story, "action.question", actor=actor.who, at=ground.now, text=text)
    tell.send(tell.callback(story, "action.info_requested", ground.now))
    return action_json(story)
