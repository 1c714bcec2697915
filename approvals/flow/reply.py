"""An agent answers what it was asked; the clock goes on."""

from __future__ import annotations

import uuid
from typing import Any

from approvals import replies, tell
from approvals.actors import AgentActor
from approvals.flow import lapse, steps
from approvals.flow.closed import closed
from approvals.flow.refusals import NoQuestion, NoSuchAction
from approvals.present import action_json
from core import tx
from core.canonical import canonical


@tx.use_case
def reply(
    org: int, identifier: uuid.UUID, *, actor: AgentActor, text: str, context: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    """Answer the open question. Raises NoQuestion if there is none, AlreadyClosed if the action has ended."""
    story, ground = steps.lock(identifier)
    if story.agent.pk != actor.agent_id:
        raise NoSuchAction("There is no such action.")
    if not lapse.catch_up(story, ground):
        raise closed(story)
    question = story.open_question
    if question is None:
        raise NoQuestion("Nobody has asked anything that waits for an answer.")
    question.reply, question.replied_at, question.reply_context = text, ground.now, canonical(list(context))
    question.save(update_fields=["reply", "replied_at", "reply_context"])
    steps.note(story, "action.replied", actor=actor.who, at=ground.now, text=text)
    if story.action.paused_at is not None:
        lapse.resume(story, ground)
    else:
        steps.save(story, "paused_at")
    tell.send(replies.answered(story, ground))
    return action_json(story)
