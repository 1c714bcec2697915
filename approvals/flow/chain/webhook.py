"""`webhook`: a system of the organization's own is told, by a signed POST."""

from __future__ import annotations

from approvals import tell
from approvals.flow.chain.effect import Effect
from approvals.ground import Ground
from approvals.story import Story
from core import tx
from delivery.leases import shown
from escalations.plan import Entry


@tx.inside_use_case
def webhook(story: Story, ground: Ground, entry: Entry) -> Effect:
    """Promise the POST. It is taken back if the action is decided before it left."""
    tell.send(tell.webhook(story, entry.url, ground, step=entry.key))
    return Effect(f"told {shown(entry.url)}")
