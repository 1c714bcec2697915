"""Somebody decides a practice request: it is kept what they pressed, and they hear at once what it was."""

from __future__ import annotations

import uuid

from approvals.actors import PersonActor
from approvals.flow.refusals import NoSuchAction
from approvals.models import Audit
from audit.record import record
from core import ids, tx


@tx.use_case
def answer_practice(
    org: int, identifier: uuid.UUID, *, actor: PersonActor, verdict: str, review_seconds: float | None
) -> Audit:
    """Keep what somebody pressed on their practice request, once: `verdict` is approve or reject.

    Nothing else happens, whatever it is. Raises NoSuchAction if it is not theirs.
    """
    mine = Audit.objects.select_for_update(of=("self",)).filter(pk=identifier, kind="practice")
    audit = mine.filter(person_id=actor.person_id).first()
    if audit is None:
        raise NoSuchAction("There is no such action.")
    if audit.answered_at is not None:
        return audit
    audit.answered_at, audit.answered_by_id = tx.now(), actor.person_id
    audit.verdict, audit.review_seconds = verdict, review_seconds
    audit.save(update_fields=["answered_at", "answered_by", "verdict", "review_seconds"])
    record("practice.answered", actor=actor.who, subject=ids.public("aud", audit.pk), facts={}, at=audit.answered_at)
    return audit
