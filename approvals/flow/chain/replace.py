"""`replace`: others decide in place of those who have not; votes that were cast stay."""

from __future__ import annotations

import uuid

from approvals import tell
from approvals.electorate import seat_of, spoken
from approvals.flow import steps
from approvals.flow.chain.add import named, widen
from approvals.flow.chain.effect import Effect
from approvals.flow.chain.people import newcomers, staying
from approvals.ground import Ground
from approvals.models import Action
from approvals.story import Story
from core import tx
from escalations.plan import Entry

LEFT = "replaced"


@tx.inside_use_case
def replace(story: Story, ground: Ground, entry: Entry) -> Effect:
    """Ask those whom the step names instead of those who are asked; nobody leaves if it names nobody."""
    target = named(entry)
    people = newcomers(story, ground, target)
    stay = staying(story, ground, target)
    if not people and not stay:
        return Effect("found nobody to ask instead", is_empty=True)
    widen(story, entry, replaces=True)
    action = story.action
    action.epoch += 1
    going = [one for one in story.asked if one.left_at is None and one.person_id not in stay]
    gone = {one.person_id for one in going}
    if gone:
        said = spoken(story)  # somebody voted in their name: that seat is filled, and stays
        steps.leave(story, ground.now, "voted", people=[one.person_id for one in going if seat_of(one, ground) in said])
        steps.leave(story, ground.now, LEFT, people=gone)
        _free(action, gone)
    fresh = tuple(steps.ask(story, ground, people, step=entry.key, is_silent=True))
    emails = tuple(sorted(one.person.email for one in fresh))
    instead = ", ".join(sorted(one.person.email for one in going)) or "nobody"
    return Effect(f"asked {', '.join(emails) or 'nobody new'} instead of {instead}", emails, fresh, word=tell.REMINDED)


def _free(action: Action, gone: set[uuid.UUID]) -> None:
    """Take a claim from whoever is no longer asked."""
    if action.claimed_by_id in gone:
        action.claimed_by = action.claimed_until = None
