"""What was pressed before the account was linked: kept for ten minutes, shown once its owner is known, done once.

Nothing is decided by the linking itself. The press says which revision was seen; whoever confirms it is signed in, and
everything is checked as for any vote.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from approvals.models import Action, Revision
from approvals.slack.linking import LASTS, Invitation
from core import tx
from delivery.models import Link

NAMES = {"approve": "Approve", "approve.review": "Review and decide…", "reject": "Reject…"}  # what can be confirmed


@dataclass(frozen=True, slots=True)
class Kept:
    """A press that waits for its confirmation. `vote` is "" where the button only began to decide."""

    link: Link
    name: str
    vote: str
    digest: str


@tx.use_case
def keep(org: int, invited: Invitation, token: str, *, person_id: uuid.UUID) -> bool:
    """Keep what was pressed for whoever has just linked the account; False if there is nothing to be confirmed.

    One invitation is one press, however often it is sent off.
    """
    if invited.action is None or invited.pressed not in NAMES:
        return False
    if not Action.objects.filter(pk=invited.action, kind="approval").exists():
        return False
    link = Link(
        org_id=org,
        hash=_hash(token),
        action=invited.action,
        person=person_id,
        revision=invited.revision,
        expires_at=invited.at + LASTS,
        created_at=tx.now(),
    )
    Link.objects.bulk_create([link], ignore_conflicts=True)
    return True


def find(token: str, invited: Invitation, *, person_id: uuid.UUID) -> Kept | None:
    """Return the press that this invitation kept for the person, in the scope that is open; None if there is none."""
    link = Link.objects.filter(hash=_hash(token), person=person_id).first()
    if link is None:
        return None
    shown = Revision.objects.filter(action_id=link.action, number=link.revision)
    vote = "" if invited.pressed == "approve.review" else invited.pressed
    return Kept(link, NAMES[invited.pressed], vote, shown.values_list("digest", flat=True).first() or "")


def _hash(token: str) -> bytes:
    """Return the 32 bytes it is kept under; no link of a mail has such a one, so none opens it."""
    return hashlib.sha256(b"slack press " + token.encode()).digest()
