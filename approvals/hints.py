"""Hints that an action changed, to everyone who may see it; sent after the commit, and they may be lost."""

from __future__ import annotations

import uuid
from functools import partial

from approvals.story import Story
from core import ids, tx
from delivery import hints


def changed(story: Story) -> None:
    """Hint that the action changed, once the transaction has committed."""
    tx.after_commit(f"hint:{story.action.pk}", partial(_publish, *_told(story)))


def publish(story: Story) -> None:
    """Hint that the action changed, in a transaction that has committed."""
    _publish(*_told(story))


def _told(story: Story) -> tuple[int, uuid.UUID, int, tuple[uuid.UUID, ...]]:
    action = story.action
    people = tuple(sorted({asked.person_id for asked in story.asked} | {vote.person_id for vote in story.votes}))
    return action.org_id, action.pk, action.version, people


def _publish(org: int, action: uuid.UUID, version: int, people: tuple[uuid.UUID, ...]) -> None:
    hints.publish(org, "action", ids.public("act", action), version, people)
