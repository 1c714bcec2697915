"""Whom the rest of an action's chain would ask as of now, and when: the page, Slack and mail tell it from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from approvals.flow.chain.people import newcomers
from approvals.ground import Ground
from approvals.plans import ChainMoment, story_of_chain
from approvals.portraits.asks import some_of, words_of
from approvals.story import Story
from approvals.terms import Target

MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Onward:
    """Others whom the chain asks at the moment `at`, besides those who are asked or in their place."""

    name: str
    at: datetime
    replaces: bool = False


def coming(story: Story, ground: Ground) -> Iterator[tuple[ChainMoment, Target, tuple[str, ...]]]:
    """Yield each step to come that would ask somebody new now: the step, whom it names, and their e-mails."""
    for one in story_of_chain(story.action.plan or {}, story.action):
        if one.state == "done" or one.do not in ("add", "replace") or one.to is None:
            continue
        if people := newcomers(story, ground, one.to):
            yield one, one.to, tuple(who.email for who in people if not who.on_behalf_of)


def onward_of(story: Story, ground: Ground) -> Onward | None:
    """Return whom the chain asks next if nobody decides; None if nobody, or as long as its clock stands still."""
    if story.action.status != "pending" or not story.action.plan:
        return None
    for step, target, emails in coming(story, ground):
        if step.due is None or step.due <= ground.now:
            return None
        names = [ground.people[email].name for email in emails if email in ground.people]
        return Onward(named(target, names, ground), step.due, step.do == "replace")
    return None


def named(target: Target, names: list[str], ground: Ground) -> str:
    """Return what a step's people are called: the person, if it is one; a few by name; else what the step says."""
    if len(names) == 1:
        return names[0]
    if names and len(names) <= MOST_NAMES and target.kind not in ("team", "role"):
        return some_of(names, word="and", most=MOST_NAMES)
    return words_of(target, ground.directory)
