"""When somebody gets a request to practise on, and which: one of their own organization's that people rejected.

It is an `Audit` of kind practice and nothing else: there is no action, so there is nothing to execute, to send or to
tell an agent of, and no statistics count it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from agents.models import LabelRow
from agents.sampling import uniform
from approvals.audits.judges import judges
from approvals.ground import Ground, look
from approvals.models import Action, Audit
from approvals.ratchet.said import DECISION, WRONG
from approvals.story import Story, story_of
from core import ids, tx, vault

PRACTICE = "practice"
FIRST = 20  # to begin with, so that something is known of everybody
A_DAY = 3  # of the first ones at most
OPEN_FOR = timedelta(hours=24)
LOOKED_THROUGH = 30  # rejected actions, the latest first


@tx.inside_use_case
def after_review(story: Story, ground: Ground, people: Iterable[uuid.UUID]) -> None:
    """Let each of those who have just decided an action get one to practise on, if it is their turn.

    It is at the beginning, and then for as large a share of what they review as the organization wishes.
    """
    share = ground.policy.organization.practice
    if share <= 0.0:
        return
    for person in people:
        if _is_due(person, story, ground, share):
            _plant(person, ground)


def _is_due(person: uuid.UUID, story: Story, ground: Ground, share: float) -> bool:
    given = list(
        Audit.objects.filter(person_id=person).order_by("-created_at").values_list("created_at", "answered_at")
    )
    day = [(created, answered) for created, answered in given if ground.now - created < OPEN_FOR]
    if any(answered is None for _, answered in day):
        return False
    if sum(answered is not None for _, answered in given) < FIRST:
        return len(day) < A_DAY
    secret = vault.derived(f"practice {story.org.pk} {person}")
    return uniform(secret, ids.public("act", story.action.pk)) < share


def _plant(person: uuid.UUID, ground: Ground) -> None:
    """Give somebody the latest rejected action that they had nothing to do with and would be asked about, if any."""
    email = next((one for one, known in ground.people.items() if known.id == person), "")
    had = Audit.objects.filter(person_id=person).values("action_id")
    rejected = LabelRow.objects.filter(source=DECISION, loss=WRONG, dropped=False, replaced_by=None)
    rejected = rejected.exclude(action__in=had).order_by("-said_at")
    known = list(rejected.values_list("action", flat=True)[:LOOKED_THROUGH])
    rows = Action.objects.filter(pk__in=known, status="rejected", kind="approval", config_version__gt=0)
    for action in sorted(rows.exclude(votes__person_id=person), key=lambda one: known.index(one.pk)):
        under = ground if action.agent_id == ground.agent.pk else look(action.agent_id)
        found = story_of(action, agent=under.agent, org=under.org)
        if under.agent.archived_at is None and email in judges(found, under):
            Audit.objects.create(
                org=ground.org,
                kind=PRACTICE,
                action_id=action.pk,
                person_id=person,
                config_version=ground.org.config_version,
                created_at=ground.now,
            )
            return
