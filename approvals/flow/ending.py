"""What history keeps of the end of an action: enough to count it again."""

from __future__ import annotations

from typing import Any

from approvals.models import Vote
from approvals.quorum import Eligible
from approvals.story import Story
from core import ids


def ending(story: Story, status: str, by: str, outcome: str | None, eligible: Eligible) -> dict[str, Any]:
    """Return what history keeps of an end: enough to count it again."""
    action = story.action
    return {
        "status": status,
        "by": by,
        "outcome": outcome,
        "digest": action.digest,
        "revision": action.revision,
        "plan": action.plan,
        "eligible": [[sorted(people) for people in stage] for stage in eligible],
        "votes": [vote_facts(vote) for vote in story.votes],
        "decision": ids.public("dec", story.decision.pk) if story.decision else None,
    }


def vote_facts(vote: Vote) -> dict[str, Any]:
    """Return one vote as history keeps it beside the decision."""
    return {
        "person": vote.person.email.lower(),
        "on_behalf_of": vote.on_behalf_of.email.lower() if vote.on_behalf_of else None,
        "vote": vote.vote,
        "standing": vote.standing,
        "stage": vote.stage,
        "revision": vote.revision,
        "edited": vote.edited,
        "at": vote.cast_at.isoformat(),
    }
