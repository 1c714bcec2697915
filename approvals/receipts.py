"""Receipts of decisions, signed with the installation's key; what an executor checks offline before it acts."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from approvals.models import Decision
from approvals.story import Story
from core import ids
from core.receipts import Signer


def receipt(story: Story, decision: Decision) -> str:
    """Return the receipt of a decision: a compact JWS whose `digest` is that of exactly what was decided.

    `exp` is there if the approval has an end (`execute_by`); `approvers` are those whose approval counted.
    """
    action = story.action
    claims: dict[str, object] = {
        "iss": settings.BASE_URL,
        "sub": ids.public("act", action.pk),
        "jti": ids.public("dec", decision.pk),
        "iat": int(decision.decided_at.timestamp()),
        "org": story.org.slug,
        "agent": story.agent.slug,
        "action": action.type,
        "digest": action.digest,
        "outcome": decision.outcome,
        "approvers": [person["email"] for person in decision.people if person["vote"] == "approve"],
    }
    if action.execute_by is not None:
        claims["exp"] = int(action.execute_by.timestamp())
    return signer().sign(claims)


def signer() -> Signer:
    """Return the holder of the signing key; each key's is made once a process."""
    return _signer(settings.SIGNING_KEY)


@lru_cache(maxsize=4)
def _signer(pem: str) -> Signer:
    return Signer(pem)
