"""How whatever comes after the end is refused."""

from __future__ import annotations

from approvals.flow.refusals import AlreadyClosed
from approvals.present import decision_json
from approvals.story import Story


def closed(story: Story) -> AlreadyClosed:
    """Return the refusal of whatever needs an action that still waits."""
    decision = decision_json(story.decision) if story.decision else None
    return AlreadyClosed("The action is closed. Nothing was recorded.", decision=decision)
