"""A person lets somebody else decide in their name, for a time and within a scope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.models import Organization, Person
from approvals.actors import PersonActor
from approvals.authority import DECIDES
from approvals.delegations import PREFIX, delegation_json, most_of
from approvals.directory import Lent
from approvals.flow.refusals import NoSuchPerson
from approvals.ground import lent_now, lent_of
from approvals.hints import delegation_changed
from approvals.lending import beyond, circle
from approvals.models import Delegation
from approvals.policies import policy_of
from approvals.posted import PostedDelegation
from approvals.present import moment
from approvals.schemas.kinds import Wrong
from approvals.terms import Policy
from audit.record import record
from core import ids, tx
from core.errors import FieldError, Forbidden, Unprocessable
from escalations.zones import first, last, zone_of

LONGEST = timedelta(days=366)
MOST_OPEN = 50


class CannotDelegate(Forbidden):
    """One lends what is one's own; for somebody else their manager and admins do."""

    code, title = "cannot_delegate", "This is not yours to lend"


class DelegationToOneself(Unprocessable):
    """Nobody stands in for themselves."""

    code, title = "delegation_to_oneself", "Choose somebody else"


class InvalidPeriod(Unprocessable):
    """The period is over, ends before it begins, or is too long."""

    code, title = "invalid_period", "This period cannot be"


class BeyondAuthority(Unprocessable):
    """Nobody lends more than they have."""

    code, title = "beyond_authority", "That is more than there is to lend"


class DelegateCannotDecide(Unprocessable):
    """The delegate decides nothing by themselves, so they cannot for somebody else."""

    code, title = "delegate_cannot_decide", "They could not decide anything"


class DelegationCycle(Unprocessable):
    """It would come back to where it began."""

    code, title = "delegation_cycle", "They would stand in for each other in a circle"


class TooManyDelegations(Unprocessable):
    """One person's open delegations are bounded."""

    code, title = "too_many_delegations", "Too many delegations"


@tx.use_case
def delegate(org: int, *, actor: PersonActor, posted: PostedDelegation) -> tuple[dict[str, Any], bool]:
    """Let `posted.delegate` decide for `posted.grantor`; return the delegation's JSON and whether it is new.

    The very same one again is the one there is. What waits moves when it begins, which the engine sees to. The lock is
    the organization's: two that would make a circle together come one after the other. Raises CannotDelegate,
    NoSuchPerson, DelegationToOneself, InvalidPeriod, InvalidFields, BeyondAuthority, DelegateCannotDecide,
    DelegationCycle, TooManyDelegations; nearly all of them point at a field.
    """
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)
    now = tx.now()
    grantor, to = _people(actor, posted)
    if grantor.pk != actor.person_id and grantor.manager_id != actor.person_id and "admin" not in actor.roles:
        raise CannotDelegate(f"Only {grantor.name}, their manager or an admin can choose who decides for them.")
    wanted = _row(root, grantor, to, posted, actor, now)
    _check_period(wanted, now)
    if (there := _same(wanted, now)) is not None:
        return delegation_json(there, now), False
    policy = policy_of(org, root.config_version)
    _check_agents(posted, policy)
    check_scope(lent_of(wanted), policy)
    _check_against(lent_of(wanted), now)
    wanted.save(force_insert=True)
    root.directory_version += 1
    root.save(update_fields=["directory_version"])
    record("delegation.created", actor=actor.who, subject=subject(wanted), facts=facts_of(wanted), at=now)
    delegation_changed(wanted, root.directory_version)
    return delegation_json(wanted, now), True


def subject(row: Delegation) -> str:
    """Return the name under which history knows the delegation."""
    return ids.public(PREFIX, row.pk)


def facts_of(row: Delegation) -> dict[str, Any]:
    """Return what history keeps of a delegation: who, for whom, when and how much."""
    return {
        "from": row.grantor.email,
        "to": row.delegate.email,
        "starts": moment(row.starts_at),
        "until": moment(row.ends_at),
        "agents": row.agents,
        "actions": row.actions,
        "max_amount": most_of(row),
        "waiting_too": row.waiting_too,
        "reason": row.reason,
        "origin": row.origin,
    }


def check_scope(lent: Lent, policy: Policy) -> None:
    """Raise BeyondAuthority or DelegateCannotDecide if the two people cannot do this by their roles and authority."""
    grantor, to = policy.person(lent.grantor), policy.person(lent.delegate)
    if more := beyond(lent, grantor):
        where = "/from"
        if grantor is not None and DECIDES in grantor.roles:
            where = "/max_amount" if beyond(replace(lent, actions=()), grantor) else "/actions"
        raise _at(where, BeyondAuthority, more)
    if to is None or DECIDES not in to.roles:
        name = to.name if to else lent.delegate
        raise _at("/to", DelegateCannotDecide, f"{name} is no approver. Choose somebody who decides such things too.")


@dataclass(frozen=True, slots=True)
class _Period:
    starts: datetime
    until: datetime


def _people(actor: PersonActor, posted: PostedDelegation) -> tuple[Person, Person]:
    """Return the grantor and the delegate. Raises NoSuchPerson alike for the unknown, the archived and the foreign."""
    named = {"/from": (posted.grantor or actor.email).strip().lower(), "/to": posted.delegate.strip().lower()}
    rows = Person.objects.filter(archived_at=None).filter(
        Q(email__iexact=named["/from"]) | Q(email__iexact=named["/to"])
    )
    known = {person.email.lower(): person for person in rows}
    for where, email in named.items():
        if email not in known:
            raise _at(where, NoSuchPerson, f"Nobody active here has the address {email}. Choose one from People.")
    grantor, to = known[named["/from"]], known[named["/to"]]
    if grantor.pk == to.pk:
        raise _at("/to", DelegationToOneself, "Nobody stands in for themselves. Choose somebody else.")
    return grantor, to


def _row(
    root: Organization, grantor: Person, to: Person, posted: PostedDelegation, actor: PersonActor, now: datetime
) -> Delegation:
    zone = grantor.timezone or root.timezone
    period = _period(posted, zone, now)
    return Delegation(
        org=root,
        grantor=grantor,
        delegate=to,
        starts_at=period.starts,
        ends_at=period.until,
        timezone=zone,
        agents=sorted(set(posted.agents)),
        actions=sorted(set(posted.actions)),
        max_amount=posted.max_amount.value if posted.max_amount else None,
        currency=posted.max_amount.currency if posted.max_amount else "",
        waiting_too=posted.waiting_too,
        reason=posted.reason.strip(),
        created_by=actor.email,
        created_at=now,
        next_at=period.starts,
    )


def _period(posted: PostedDelegation, zone: str, now: datetime) -> _Period:
    """Return the period in UTC. It begins now at the earliest: nobody was lent anything in the past."""
    place = zone_of(zone)
    starts, until = posted.starts or now, posted.until
    if starts.tzinfo is None:
        starts = first(starts, place)
    if until.tzinfo is None:
        until = last(until, place)
    return _Period(max(starts.astimezone(UTC), now), until.astimezone(UTC))


def _check_period(row: Delegation, now: datetime) -> None:
    if row.ends_at <= now:
        raise _at("/until", InvalidPeriod, "That is over already. Choose an end that is still to come.")
    if row.ends_at <= row.starts_at:
        raise _at("/until", InvalidPeriod, "It would end before it begins. Choose an end after the start.")
    if row.ends_at - row.starts_at > LONGEST:
        raise _at("/until", InvalidPeriod, f"At most {LONGEST.days} days are lent at once. Choose an earlier end.")


def _same(wanted: Delegation, now: datetime) -> Delegation | None:
    """Return the open delegation that says the very same; one that has begun is the same as one from now on."""
    alike = ("grantor", "delegate", "ends_at", "agents", "actions", "max_amount", "currency", "reason", "waiting_too")
    rows = Delegation.objects.filter(**{name: getattr(wanted, name) for name in alike}, ended_at=None, origin="person")
    rows = rows.filter(starts_at__lte=now) if wanted.starts_at <= now else rows.filter(starts_at=wanted.starts_at)
    return rows.select_related("grantor", "delegate").order_by("pk").first()


def _check_agents(posted: PostedDelegation, policy: Policy) -> None:
    wrong = Wrong()
    for number, slug in enumerate(posted.agents):
        if policy.agent(slug) is None:
            wrong.add(f"/agents/{number}", "unknown_value", f"There is no agent called {slug}.")
    wrong.check()


def _check_against(lent: Lent, now: datetime) -> None:
    """Raise DelegationCycle or TooManyDelegations: what else is lent stands in the way."""
    others = [one for one in lent_now() if one.period.until > now]
    if way := circle(lent, others):
        raise _at("/to", DelegationCycle, f"{' → '.join(way)}: end one of these first, or choose somebody else.")
    if sum(one.grantor == lent.grantor for one in others) >= MOST_OPEN:
        raise TooManyDelegations(f"{lent.grantor} has {MOST_OPEN} delegations that are not over. End some of them.")


def _at(where: str, kind: type[Unprocessable], detail: str) -> Unprocessable:
    """Return a refusal that points at a field."""
    return kind(detail, errors=[FieldError(where, kind.code, detail)])
