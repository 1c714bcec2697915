"""Somebody throws their draft of the configuration away."""

from __future__ import annotations

from approvals.actors import PersonActor
from approvals.models import Draft
from core import tx


@tx.use_case
def discard(org: int, *, actor: PersonActor) -> bool:
    """Take the person's draft away; tell whether there was one."""
    gone, _ = Draft.objects.filter(org_id=org, person_id=actor.person_id).delete()
    return gone > 0
