"""A delegation is ended before its time: from the commit on nobody decides by it."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import Organization
from approvals.actors import PersonActor
from approvals.delegations import NoSuchDelegation, delegation_json, state_of
from approvals.flow.delegate import CannotDelegate, facts_of, subject
from approvals.hints import delegation_changed
from approvals.models import Delegation
from audit.record import record
from core import tx


@tx.use_case
def end(org: int, identifier: uuid.UUID, *, actor: PersonActor) -> dict[str, Any]:
    """End a delegation at once; repeating it answers the same. What waits leaves the delegate, which the engine does.

    The grantor, their manager, an admin, and the delegate who gives it back may. Raises NoSuchDelegation,
    CannotDelegate.
    """
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)
    now = tx.now()
    row = Delegation.objects.select_for_update(of=("self",)).select_related("grantor", "delegate")
    found = row.filter(pk=identifier).first()
    if found is None:
        raise NoSuchDelegation("There is no such delegation.")
    may = actor.person_id in (found.grantor_id, found.delegate_id, found.grantor.manager_id)
    if not may and "admin" not in actor.roles:
        raise CannotDelegate(f"Only {found.grantor.name}, {found.delegate.name}, a manager or an admin can end this.")
    if state_of(found, now) == "ended":
        return delegation_json(found, now)
    found.ended_at, found.ended_by, found.next_at = now, actor.email, now
    found.save(update_fields=["ended_at", "ended_by", "next_at"])
    root.directory_version += 1
    root.save(update_fields=["directory_version"])
    facts = facts_of(found) | {"why": "taken back"}
    record("delegation.ended", actor=actor.who, subject=subject(found), facts=facts, at=now)
    delegation_changed(found, root.directory_version)
    return delegation_json(found, now)
