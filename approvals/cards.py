"""What a person is told about an action, whatever the channel: built here, laid out by the transports."""

from __future__ import annotations

import json

from accounts.models import Person
from agents.terms import ActionType
from approvals.coming import Onward
from approvals.models import Action
from approvals.present import action_url, money
from approvals.story import Story
from approvals.wording import render_template
from core import ids
from delivery.cards import BY_THEN, Card

_ENDINGS = {
    "reject": f"If nobody decides {BY_THEN}, it is treated as rejected.",
    "hold": f"If nobody decides {BY_THEN}, it keeps waiting and the admins are told.",
    "approve": f"If nobody decides {BY_THEN}, it is approved by itself, as an admin allowed for low risk.",
}


def card_of(story: Story, kind: ActionType, reader: Person | None = None, on: Onward | None = None) -> Card:
    """Return the card of an action as it is now, for `reader`; `on` is whom its chain asks next."""
    action, revision = story.action, story.revision
    arguments = json.loads(bytes(revision.arguments))
    amount = money(action)
    return Card(
        action=ids.public("act", action.pk),
        version=action.revision,
        organization=story.org.name,
        agent=story.agent.name,
        title=action.title,
        risk=action.risk,
        link=action_url(action),
        effect=render_template(kind.effect, arguments, amount) if kind.effect else "",
        undo=undo_of(kind),
        unusual=(action.oddity,) if action.oddity else (),
        reason=revision.reason or revision.summary,
        decide_by=action.decide_by,
        until=on.at if on else None,
        then=f"{on.name} in your place" if on and on.replaces else on.name if on else "",
        next=ending_of(action),
        timezone=(reader.timezone if reader else "") or story.org.timezone,
        reader=reader.name if reader else "",
        on_behalf_of=_lent_by(story, reader) if reader else "",
    )


def _lent_by(story: Story, reader: Person) -> str:
    """Return the name of whose seat the reader is asked to fill; "" for their own."""
    for asked in story.asked:
        if asked.left_at is None and asked.person_id == reader.pk and asked.on_behalf_of is not None:
            return asked.on_behalf_of.name
    return ""


def undo_of(kind: ActionType) -> str:
    """Return whether it can be undone, in our words; what we cannot tell counts as no."""
    if kind.undo:
        return kind.undo
    return "Yes" if kind.reversible else "Cannot tell, so treat it as no"


def ending_of(action: Action) -> str:
    """Return what happens if nobody decides."""
    if action.held_at is not None:
        return "It is held: it has no deadline, and waits until somebody decides."
    return _ENDINGS[(action.plan or {"chain": {"finally": "reject"}})["chain"]["finally"]]
