"""The door to an audit: for whoever may answer it, and whoever may see its action."""

from __future__ import annotations

from approvals import access
from approvals.actors import PersonActor
from approvals.audits.present import PREFIX
from approvals.flow.refusals import NoSuchAction
from approvals.models import Audit
from core import ids


def audit_for(actor: PersonActor, public_id: str) -> Audit:
    """Return an audit, in the scope that is open. Raises NoSuchAction alike for what is missing and foreign."""
    identifier = ids.parse(PREFIX, public_id)
    rows = Audit.objects.exclude(kind="practice").select_related("answered_by", "action", "action__agent")
    audit = rows.filter(pk=identifier).first() if identifier else None
    if audit is None:
        raise NoSuchAction("There is no such audit.")
    if str(actor.person_id) not in audit.people:
        access.action_for(actor, ids.public("act", audit.action_id))
    return audit
