"""Somebody doubts that an action was an error: another person settles it. Until then it counts."""

from __future__ import annotations

import uuid

from approvals.actors import PersonActor
from approvals.audits import opening
from approvals.audits.found import found_wrong
from approvals.flow import steps
from approvals.flow.refusals import NobodyElse, NothingToSettle
from approvals.models import Audit
from core import tx
from core.errors import Forbidden

MAY = frozenset({"admin", "approver"})


class CannotDispute(Forbidden):
    """Only who answers for the agent or decides may ask for a second opinion."""

    code, title = "cannot_dispute", "You cannot ask for a second opinion"


@tx.use_case
def dispute(org: int, identifier: uuid.UUID, *, actor: PersonActor) -> Audit:
    """Ask a second person, blind, whether an action that was found wrong was wrong.

    Raises CannotDispute, NothingToSettle, NobodyElse.
    """
    story, ground = steps.lock(identifier)
    if not actor.roles & MAY and ground.owner != actor.email.lower():
        raise CannotDispute("An admin, an approver or the agent's owner may ask for a second opinion.")
    if found_wrong(identifier) is None:
        raise NothingToSettle("Nobody found this action wrong, so there is nothing to settle.")
    if Audit.objects.filter(action_id=identifier, kind=opening.ADJUDICATION).exists():
        raise NothingToSettle("A second person was asked about this before. What they say stands.")
    looked = Audit.objects.filter(action_id=identifier, answered_by__isnull=False).exclude(kind="practice")
    first = {*opening.voters(story), *(email.lower() for email in looked.values_list("answered_by__email", flat=True))}
    audit = opening.dispute(story, ground, first=first)
    if audit is None:
        raise NobodyElse("Everybody who could look has judged this already, or stands on the agent's side.")
    steps.note(story, "action.disputed", actor=actor.who, at=ground.now)
    return audit
