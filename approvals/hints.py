"""Hints that an action changed, to everyone who may see it; sent after the commit, and they may be lost."""

from __future__ import annotations

import uuid
from functools import partial

from approvals.story import Story
from core import ids, tx
from delivery import hints


def changed(story: Story) -> None:
    """Hint that the action changed, once the transaction has committed."""
    action = story.action
    people = tuple(sorted({asked.person_id for asked in story.asked} | {vote.person_id for vote in story.votes}))
    tx.after_commit(f"hint:{action.pk}", partial(_publish, action.org_id, action.pk, action.version, people))


def _publish(org: int, action: uuid.UUID, version: int, people: tuple[uuid.UUID, ...]) -> None:
    hints.publish(org, "action", ids.public("act", action), version, people)
