"""`add`: more people may decide; those who are asked already stay, and so do their votes."""

from __future__ import annotations

from approvals import tell
from approvals.flow import steps
from approvals.flow.chain.effect import Effect
from approvals.flow.chain.people import newcomers, staying
from approvals.ground import Ground
from approvals.story import Story
from approvals.terms import Target
from core import tx
from escalations.plan import Entry, target_json


@tx.inside_use_case
def add(story: Story, ground: Ground, entry: Entry) -> Effect:
    """Ask those whom the step names beside the others."""
    target = named(entry)
    people = newcomers(story, ground, target)
    if not people and not staying(story, ground, target):
        return Effect("found nobody to ask", is_empty=True)
    widen(story, entry, replaces=False)
    story.action.epoch += 1
    fresh = tuple(steps.ask(story, ground, people, step=entry.key, is_silent=True))
    emails = tuple(sorted(one.person.email for one in fresh))
    what = f"asked {', '.join(emails)}" if emails else "everybody it names is asked already"
    return Effect(what, emails, fresh, word=tell.REMINDED)


def named(entry: Entry) -> Target:
    """Return whom a step names. Raises ValueError for one that names nobody: no document has such a step."""
    if entry.to is None:
        raise ValueError(f"step {entry.key} ({entry.do}) names nobody")
    return entry.to


def widen(story: Story, entry: Entry, *, replaces: bool) -> None:
    """Keep in the plan that a step's target may decide this stage, besides the others or in their place."""
    action = story.action
    plan = action.plan or {}
    said = {"stage": action.stage, "to": target_json(named(entry)), "step": entry.key, "replace": replaces}
    action.plan = {**plan, "added": [*plan.get("added", ()), said]}
