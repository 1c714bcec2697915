"""What must always be true of every organization's rows, looked at once an hour.

A breach is a fault of ours: it is recorded on the organization's own chain, its admins are told, and the metric
`countersign_broken_invariants` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from accounts.models import Organization, Person
from approvals.models import Beat
from audit.record import record
from core import clock, ids, tx
from delivery import letters
from delivery.post import Promise, promise_all

NAME = "auditor"
EVERY = timedelta(hours=1)
OVERLAP = timedelta(minutes=10)  # what closed just before the last look is looked at again
log = structlog.get_logger(__name__)

# Each gives the ids of the actions that break it, in the scope of one organization; %(since)s bounds what is dear.
INVARIANTS = {
    "open_action_without_a_clock": """
        select id from approvals_action where status = 'pending' and lapse_at is null and held_at is null""",
    "closed_action_with_a_clock": """
        select id from approvals_action where lapse_at is not null and status <> 'pending'
        and not (status = 'approved' and execution = '')""",
    "closed_action_still_asked": """
        select distinct a.id from approvals_asked q
        join approvals_action a on a.org_id = q.org_id and a.id = q.action_id
        where q.left_at is null and a.status <> 'pending'""",
    "ended_delegation_still_asked": """
        select distinct q.action_id from approvals_asked q
        join approvals_delegation d on d.org_id = q.org_id and d.id = q.delegation_id
        where q.left_at is null and d.ended_at is not null
        and (d.next_at is null or d.next_at > app_now() + interval '5 minutes')""",
    "closed_action_without_a_decision": """
        select a.id from approvals_action a where a.status in ('approved', 'rejected', 'expired')
        and a.closed_at > %(since)s and not exists (
            select 1 from approvals_decision d where d.org_id = a.org_id and d.action_id = a.id)""",
    "approved_by_too_few": """
        select a.id from approvals_action a
        join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id and d.by = 'people'
        where a.status = 'approved' and a.closed_at > %(since)s and (
            select count(distinct v.person_id) from approvals_vote v
            where v.org_id = a.org_id and v.action_id = a.id and v.revision = a.revision
            and v.vote = 'approve' and v.standing = 'counted') < (
            select case when bool_or((part->>'allow_shared_seat')::boolean) then max((needs->>'approvals')::integer)
                   else sum((needs->>'approvals')::integer) end
            from jsonb_array_elements(a.plan->'stages') part, jsonb_array_elements(part->'requirements') needs)""",
    "approved_by_who_asked": """
        select distinct a.id from approvals_action a
        join approvals_vote v on v.org_id = a.org_id and v.action_id = a.id and v.standing = 'counted'
        left join accounts_person p on p.org_id = v.org_id and p.id in (v.person_id, v.on_behalf_of_id)
        where a.closed_at > %(since)s and a.status = 'approved' and a.requested_by <> ''
        and lower(p.email) = lower(trim(a.requested_by))""",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One invariant that does not hold in an organization: of so many actions, the first of which is named."""

    invariant: str
    count: int
    example: str


def run_if_due() -> bool:
    """Look at every organization if nobody has for an hour; the first engine to come does. Returns whether it did."""
    began = clock.now()
    since = _claim()
    if since is None:
        return False
    broken: dict[str, int] = dict.fromkeys(INVARIANTS, 0)
    owners = organizations()
    for org in owners:
        for breach in audit(org, since=since):
            broken[breach.invariant] += breach.count
    facts = {"organizations": len(owners), "broken": broken, "seconds": (clock.now() - began).total_seconds()}
    Beat.objects.filter(name=NAME).update(facts=facts)
    return True


def _claim() -> datetime | None:
    """Return since when to look, if it is time and nobody else has begun; else None."""
    pulse, _ = Beat.objects.get_or_create(name=NAME, defaults={"at": clock.now() - 2 * EVERY})
    if pulse.at > clock.now() - EVERY:
        return None
    is_mine = Beat.objects.filter(name=NAME, at=pulse.at).update(at=clock.now())
    return pulse.at - OVERLAP if is_mine else None


def organizations() -> list[int]:
    """Return every organization."""
    with connection.cursor() as cursor:
        cursor.execute("select org_id from all_orgs()")
        return [row[0] for row in cursor.fetchall()]


def audit(org: int, *, since: datetime) -> list[Breach]:
    """Look at one organization, and tell on its chain and to its admins what is broken."""
    found = examine(org, since=since)
    if found:
        log.error("invariants_broken", org=org, broken={one.invariant: one.count for one in found})
        _tell(org, found)
    return found


def examine(org: int, *, since: datetime) -> list[Breach]:
    """Return what does not hold in an organization; what is dear to look at only for actions closed after `since`."""
    found = []
    with tx.reading(org), connection.cursor() as cursor:
        for name, statement in INVARIANTS.items():
            cursor.execute(f"select count(*), min(id::text) from ({statement}) broken(id)", {"since": since})  # noqa: S608 - ours
            count, example = cursor.fetchone()
            if count:
                found.append(Breach(name, count, ids.public("act", UUID(example))))
    return found


@tx.use_case
def _tell(org: int, found: list[Breach]) -> None:
    now = tx.now()
    for breach in found:
        facts: dict[str, Any] = {"invariant": breach.invariant, "count": breach.count, "example": breach.example}
        record("system.invariant_broken", actor="engine", subject=breach.example, facts=facts, at=now)
    named = "\n".join(f"- {one.invariant}: {one.count}, for one {one.example}" for one in found)
    subject = f"{len(found)} things that must always hold do not: please report this"
    body = f"The hourly look at your organization found what must never be:\n\n{named}\n\nNothing was changed by it.\n"
    organization = Organization.objects.get(pk=org)
    promise_all(
        [
            Promise(
                channel="email",
                kind=letters.MAIL,
                address=admin.email,
                once=f"broken:{organization.slug}:{now:%Y-%m-%d}:{admin.pk.hex}",
                payload=letters.seal(subject, body, ""),
                person=admin.pk,
                due_at=now,
            )
            for admin in Person.objects.filter(roles__contains=["admin"], archived_at=None)
        ]
    )
