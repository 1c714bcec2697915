"""Running one step: what it does, by its verb, and what history keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from approvals import plans
from approvals.flow import steps
from approvals.flow.chain.add import add
from approvals.flow.chain.effect import Effect
from approvals.flow.chain.remind import remind
from approvals.flow.chain.replace import replace
from approvals.flow.chain.warn import warn
from approvals.flow.chain.webhook import webhook
from approvals.ground import Ground
from approvals.story import Story
from core import tx
from escalations.plan import Entry

_VERBS: Mapping[str, Callable[[Story, Ground, Entry], Effect]] = {
    "remind": remind,
    "warn": warn,
    "add": add,
    "replace": replace,
    "webhook": webhook,
}
ENGINE = "engine"


@tx.inside_use_case
def run(story: Story, ground: Ground, entry: Entry, *, planned: datetime | None, actor: str = ENGINE) -> Effect:
    """Run one step now and record it; `planned` is when it was due, None if it is run before its time.

    Nobody is told yet: what the step did is in the effect.
    """
    effect = _VERBS[entry.do](story, ground, entry)
    if effect.is_empty:
        story.action.plan = plans.emptied(story.action.plan or {}, entry.key)
    steps.note(
        story,
        "action.step_run",
        actor=actor,
        at=ground.now,
        step=entry.key,
        do=entry.do,
        what=effect.what,
        people=list(effect.people),
        planned=planned.isoformat() if planned else None,
        epoch=story.action.epoch,
    )
    return effect
