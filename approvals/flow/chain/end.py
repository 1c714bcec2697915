"""How a chain ends if nobody decided: rejected, held, or, for what harms nobody, approved."""

from __future__ import annotations

import json

from agents.policy import effective_risk
from approvals.flow import content, steps
from approvals.ground import Ground
from approvals.models import Vote
from approvals.ratchet import silent
from approvals.story import Story
from core import tx

SILENCE = "Nobody answered in time, and an admin allowed that to approve what is reversible and of low risk."


@tx.inside_use_case
def end(story: Story, ground: Ground) -> None:
    """End the chain. What the agent gave up itself is never held or approved."""
    action = story.action
    ending = (action.plan or {}).get("chain", {}).get("finally", "reject")
    if ending == "hold" and not gave_up(story, ground):
        steps.hold(story, ground, "the chain ended without an answer")
        return
    comment = ""
    if ending == "approve":
        why_not = "the agent's own time was over first" if gave_up(story, ground) else unfit(story, ground)
        if not why_not:
            _approve(story, ground)
            return
        comment = f"Silence does not approve this any more: {why_not}."
    steps.close(
        story,
        status="expired",
        outcome="rejected",
        by="deadline",
        at=ground.now,
        actor="engine",
        comment=comment,
    )
    silent.unanswered(story, ground)


def gave_up(story: Story, ground: Ground) -> bool:
    """Whether the agent's own `decide_within`, which no chain prolongs, is over."""
    return story.action.decide_cap is not None and story.action.decide_cap <= ground.now


def unfit(story: Story, ground: Ground) -> str:
    """Return why silence may not approve the action at this moment, or "" if it may."""
    action, kind = story.action, steps.kind_of(story, ground)
    if action.kind != "approval":
        return "a question has no answer by itself"
    if not kind.known or not kind.reversible:
        return f"{action.type} cannot be told to be reversible"
    if effective_risk(kind.risk, action.risk) != "low":
        return f"its risk is {action.risk}"
    if ground.paused:
        return "the agent is stopped"
    if ground.is_frozen(action.type, action.risk):
        return "somebody froze its lane"
    if any(vote.vote == "reject" and vote.standing == Vote.Standing.COUNTED for vote in story.votes):
        return "somebody was against it"
    judged = content.judge(story, ground, json.loads(bytes(story.revision.arguments)), barring="")
    if judged.verdict.effect == "reject":
        return judged.verdict.reason
    return "policy cannot tell what it is" if judged.chosen.strict else ""


def _approve(story: Story, ground: Ground) -> None:
    """Approve by silence: said to be so wherever it is told, and never evidence of anything."""
    steps.close(
        story,
        status="approved",
        outcome="approved",
        by="deadline",
        at=ground.now,
        actor="engine",
        facts={"resolution": "timed_out_allow", "evidence": False},
        comment=SILENCE,
    )
