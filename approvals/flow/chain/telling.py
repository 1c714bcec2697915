"""Telling people what the steps of one transaction came to: one message each, whatever was missed."""

from __future__ import annotations

from approvals import tell
from approvals.flow import steps
from approvals.flow.chain.effect import Told
from approvals.flow.chain.people import waiting
from approvals.flow.chain.remind import hearing
from approvals.ground import Ground
from approvals.story import Story
from approvals.tell import Missed
from core import tx


@tx.inside_use_case
def send(story: Story, ground: Ground, told: Told, missed: Missed | None = None) -> None:
    """Tell those who were asked by the steps, and the others who are asked; unsent mail to them is taken back."""
    if not told.step:
        return
    there = waiting(story, ground)
    new = {one.person_id for one in told.fresh}
    fresh = [one for one in there if one.person_id in new]
    others = [one for one in there if one.person_id not in new] if told.word else []
    if told.word != tell.WARNED:
        others = hearing(others, ground)
    kind = steps.kind_of(story, ground)
    steps.supersede(story, tell.TO_PEOPLE, people=[one.person_id for one in (*fresh, *others)])
    tell.send(
        [
            *tell.by_step(story, fresh, ground, kind, step=told.step, word=tell.ASKED, missed=missed),
            *tell.by_step(story, others, ground, kind, step=told.step, word=told.word, missed=missed),
        ]
    )
