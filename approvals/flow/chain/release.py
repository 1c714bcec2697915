"""A post that nobody could decide: the chain's next people are asked at once, instead of holding it."""

from __future__ import annotations

import uuid

from approvals import plans, tell
from approvals.flow import steps
from approvals.flow.chain import telling
from approvals.flow.chain.effect import Told
from approvals.flow.chain.onward import onward
from approvals.story import Story
from approvals.tallies import tally
from core import tx


@tx.inside_use_case
def release(identifier: uuid.UUID) -> Story:
    """Ask the chain's people, step by step, until they are enough; then the clock runs. Else the action stays held."""
    story, ground = steps.lock(identifier)
    action, told = story.action, Told()
    while action.held_at is not None and (moved := onward(story, ground, only_new=True)) is not None:
        entry, effect = moved
        told.take(effect, entry.key)
        if tally(story, ground).state != "unreachable":
            action.held_at, action.held_reason = None, ""
            plans.wind(action)
            steps.due(story)
            steps.supersede(story, [tell.HELD])
    fields = ("plan", "epoch", "held_at", "held_reason", "decide_by", "lapse_at", "claimed_by", "claimed_until")
    steps.save(story, *fields)
    telling.send(story, ground, told)
    return story
