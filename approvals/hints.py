"""Hints that an action or a delegation changed, to those whom it concerns; sent after the commit, may be lost."""

from __future__ import annotations

import uuid
from functools import partial

from approvals.models import Delegation
from approvals.story import Story
from core import ids, tx
from delivery import hints, jobs
from delivery.slack import desk


def changed(story: Story) -> None:
    """Hint that the action changed, once the transaction has committed; messages that show it are drawn anew."""
    tx.after_commit(f"hint:{story.action.pk}", partial(_publish, *_told(story)))
    if story.org.slack_team:
        desk.changed(story.action.pk, is_over=story.action.status != "pending")
        tx.after_commit("nudge slack", partial(jobs.nudge, desk.CHANNEL))


def publish(story: Story) -> None:
    """Hint that the action changed, in a transaction that has committed."""
    _publish(*_told(story))


def delegation_changed(row: Delegation, version: int) -> None:
    """Hint that a delegation began, changed or ended, once the transaction has committed."""
    people = (row.grantor_id, row.delegate_id)
    told = partial(hints.publish, row.org_id, "delegation", ids.public("dlg", row.pk), version, people)
    tx.after_commit(f"hint:{row.pk}", told)


def _told(story: Story) -> tuple[int, uuid.UUID, int, tuple[uuid.UUID, ...]]:
    action = story.action
    people = tuple(sorted({asked.person_id for asked in story.asked} | {vote.person_id for vote in story.votes}))
    return action.org_id, action.pk, action.version, people


def _publish(org: int, action: uuid.UUID, version: int, people: tuple[uuid.UUID, ...]) -> None:
    hints.publish(org, "action", ids.public("act", action), version, people)
