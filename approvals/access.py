"""The doors: an id from outside becomes an action only for somebody who may see it."""

from __future__ import annotations

import uuid

from django.db.models import Q

from approvals.actors import Actor, AgentActor, PersonActor
from approvals.flow.refusals import NoSuchAction
from approvals.models import Action
from core import ids

SEE_ALL = frozenset({"admin", "auditor", "viewer", "approver"})


def action_for(actor: Actor, public_id: str) -> uuid.UUID:
    """Return the id of an action that `actor` may see, in the scope that is open.

    Agents see their own, people and reporters those of their organization. Raises NoSuchAction alike for what is
    missing, foreign and malformed. What may be done to it is checked by the flow, under its lock.
    """
    identifier = ids.parse("act", public_id)
    rows = Action.objects.filter(pk=identifier) if identifier else Action.objects.none()
    if isinstance(actor, AgentActor):
        rows = rows.filter(agent_id=actor.agent_id)
    elif isinstance(actor, PersonActor) and not actor.roles & SEE_ALL:
        rows = rows.filter(Q(asked__person_id=actor.person_id) | Q(requested_by__iexact=actor.email)).distinct()
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise NoSuchAction("There is no such action.")
    return found
