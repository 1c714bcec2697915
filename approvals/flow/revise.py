"""An agent changes an action that waits: a new revision, every vote dismissed, the same clock."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import AgentActor
from approvals.flow import content, lapse, steps
from approvals.flow.refusals import AlreadyClosed, NoSuchAction
from approvals.posted import RevisedAction
from approvals.present import action_json, decision_json
from approvals.ratchet import silent
from approvals.story import Story
from core import tx
from core.errors import DomainError


def revise(org: int, identifier: uuid.UUID, *, actor: AgentActor, revised: RevisedAction) -> dict[str, Any]:
    """Revise an action and return it. Policy runs again: it may be refused at once, or ask more people.

    Raises AlreadyClosed, and AmountMismatch as the post does.
    """
    answer = _revise(org, identifier, actor=actor, revised=revised)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@tx.use_case
def _revise(
    org: int, identifier: uuid.UUID, *, actor: AgentActor, revised: RevisedAction
) -> dict[str, Any] | DomainError:
    story, ground = steps.lock(identifier, with_agent=True)
    if story.agent.pk != actor.agent_id:
        raise NoSuchAction("There is no such action.")
    if not lapse.catch_up(story, ground):
        return _closed(story)
    judged = content.judge(story, ground, revised.arguments, barring="")
    content.replace(
        story,
        ground,
        judged,
        author=actor.who,
        body=revised.body,
        arguments=revised.arguments,
        summary=revised.summary,
        reason=revised.reason,
        context=revised.context,
    )
    if judged.verdict.effect == "reject":
        verdict = judged.verdict
        steps.dismiss_votes(story, ground.now, "the action changed")
        steps.close(
            story,
            status="rejected",
            outcome="rejected",
            by=verdict.by,
            at=ground.now,
            actor="engine",
            comment=verdict.reason,
        )
        silent.unanswered(story, ground)
        return action_json(story)
    content.ask_again(story, ground, judged)
    return action_json(story)


def _closed(story: Story) -> AlreadyClosed:
    decision = decision_json(story.decision) if story.decision else None
    return AlreadyClosed("The action is closed: post a new one instead.", decision=decision)
