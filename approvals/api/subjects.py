"""What an address names, found for whoever asks."""

from __future__ import annotations

import re
import uuid

from agents.terms import RISKS, Risk
from approvals import access
from approvals.actors import Actor
from core import tx
from core.errors import NotFound

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


def action(actor: Actor, public_id: str) -> uuid.UUID:
    """Return the id of an action that `actor` may see. Raises NoSuchAction alike for missing and foreign ones."""
    with tx.reading(actor.org):
        return access.action_for(actor, public_id)


def risk(text: str) -> Risk:
    """Return the risk that an address names. Raises NotFound."""
    if text not in RISKS:
        raise NotFound(f"There is no such lane: a risk is {', '.join(RISKS)}.")
    return text


def slug(text: str) -> str:
    """Return the slug of an agent, if it can be one. Raises NotFound."""
    if not _SLUG.fullmatch(text):
        raise NotFound("There is no such agent.")
    return text
