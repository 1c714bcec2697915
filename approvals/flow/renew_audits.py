"""After a new configuration other people may judge what waits to be judged: they find it in their inbox."""

from __future__ import annotations

from accounts.organizations import organization
from approvals.auditor import organizations
from approvals.audits.judges import judges, settlers
from approvals.audits.opening import ADJUDICATION
from approvals.ground import look
from approvals.models import Audit
from approvals.story import story_of
from core import tx

AT_ONCE = 50


def renew_all() -> int:
    """Look again who may answer the open audits of every organization, some at a time. Returns how many were."""
    return sum(renew(org) for org in organizations())


@tx.use_case
def renew(org: int) -> int:
    """Look again who may answer open audits of before the configuration in force; who really may is asked anyway."""
    version = organization().config_version
    stale = Audit.objects.filter(org_id=org, answered_at=None, person=None, config_version__lt=version)
    found = list(stale.select_related("action").order_by("created_at")[:AT_ONCE])
    for audit in found:
        ground = look(audit.action.agent_id)
        story = story_of(audit.action, agent=ground.agent, org=ground.org)
        people = (settlers if audit.kind == ADJUDICATION else judges)(story, ground, but=audit.first)
        Audit.objects.filter(pk=audit.pk, answered_at=None).update(
            people=[str(ground.people[email].id) for email in people], config_version=version
        )
    return len(found)
