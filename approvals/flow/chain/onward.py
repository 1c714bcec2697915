"""The chain's next people before their time: a step found nobody, too few are left, or somebody moves it on."""

from __future__ import annotations

from approvals import plans
from approvals.flow import steps
from approvals.flow.chain import telling, verbs
from approvals.flow.chain.add import named
from approvals.flow.chain.effect import Effect, Told
from approvals.flow.chain.people import newcomers, staying
from approvals.ground import Ground
from approvals.story import Story
from core import tx
from escalations.plan import Entry


@tx.inside_use_case
def next_people(story: Story, ground: Ground, *, actor: str = verbs.ENGINE) -> Entry | None:
    """Run now the next step of the chain that finds somebody who is not asked yet, and tell them.

    Returns the step, or None if there is no such step. The chain's clock does not move: what comes between keeps its
    time, and the step is not run again at its own. Counting the votes again is the caller's business.
    """
    moved = onward(story, ground, only_new=True, actor=actor)
    if moved is None:
        return None
    entry, effect = moved
    told = Told()
    told.take(effect, entry.key)
    action = story.action
    if action.held_at is None and action.paused_at is None:
        plans.wind(action)
    steps.save(story, "plan", "epoch", "lapse_at", "claimed_by", "claimed_until")
    telling.send(story, ground, told)
    return entry


@tx.inside_use_case
def onward(story: Story, ground: Ground, *, only_new: bool, actor: str = verbs.ENGINE) -> tuple[Entry, Effect] | None:
    """Run the next step that asks people and finds some, leaving out those it finds nobody by; None if there is none.

    A step is tried once, however often the chain repeats it: nobody will come while we look.
    """
    action = story.action
    if not plans.is_anchored(action.plan):
        return None
    tried: set[str] = set()
    for entry in plans.people_steps(action.plan or {}, action.step):
        step = entry.key.partition(".")[0]
        if step in tried:
            continue
        tried.add(step)
        if _finds(story, ground, entry, only_new=only_new):
            effect = verbs.run(story, ground, entry, planned=None, actor=actor)
            plan = action.plan or {}
            action.plan = plans.with_chain(plan, ran=[*plan["chain"].get("ran", ()), entry.key])
            return entry, effect
    return None


def _finds(story: Story, ground: Ground, entry: Entry, *, only_new: bool) -> bool:
    target = named(entry)
    return bool(newcomers(story, ground, target) or (not only_new and staying(story, ground, target)))
