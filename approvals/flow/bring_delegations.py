"""The delegations of the configuration document as rows; those that people made stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Person
from approvals.configuration.compile_times import delegations_of
from approvals.configuration.faults import Fault, InvalidDocument
from approvals.flow.delegate import facts_of, subject
from approvals.ground import lent_now, lent_of
from approvals.hints import delegation_changed
from approvals.lending import circle
from approvals.models import Delegation
from approvals.terms import DelegationTerms
from audit.record import record
from core import tx

DOCUMENT = "document"
_SCOPE = ("starts_at", "agents", "actions", "max_amount", "currency", "waiting_too")


@tx.inside_use_case
def bring_delegations(
    document: Mapping[str, Any], people: Mapping[str, Person], *, author: str, at: datetime, version: int
) -> None:
    """Bring the rows of origin "document" to what a document says, under the organization's lock.

    One that says the same is left alone, also if a person has ended it since; of one that only ends at another time the
    row is moved; one that is gone ends now. `version` is the directory's. Raises InvalidDocument if one would make a
    circle with what people lend.
    """
    known = {_identity(row): row for row in _rows()}
    fresh: list[tuple[int, Delegation]] = []
    for number, terms in enumerate(delegations_of(document)):
        row = _row(terms, people, author, at)
        there = known.pop(_identity(row), None)
        if there is not None and (there.ended_at is None or there.ends_at == row.ends_at):
            _move(there, row, version)
        elif row.ends_at > at:
            fresh.append((number, row))
    for gone in known.values():
        if gone.ended_at is None:
            _end(gone, author, at, version)
    for number, row in fresh:
        if way := circle(lent_of(row), [one for one in lent_now() if one.period.until > at]):
            words = f"{' → '.join(way)}: people lend the rest of this circle. End one of theirs, or leave this out."
            raise InvalidDocument([Fault(1, 1, f"/delegations/{number}/to", "delegation_cycle", words)])
        row.save(force_insert=True)
        record("delegation.created", actor=author, subject=subject(row), facts=facts_of(row), at=at)
        delegation_changed(row, version)


def _rows() -> Iterable[Delegation]:
    rows = Delegation.objects.filter(org_id=tx.current().org, origin=DOCUMENT).exclude(ended_by=DOCUMENT)
    return rows.select_related("grantor", "delegate").select_for_update(of=("self",)).order_by("created_at", "pk")


def _identity(row: Delegation) -> tuple[object, ...]:
    """Return what makes a delegation of the document the one it is; when it ends and why may change."""
    scope = (getattr(row, name) for name in _SCOPE)
    return row.grantor_id, row.delegate_id, *(tuple(one) if isinstance(one, list) else one for one in scope)


def _row(terms: DelegationTerms, people: Mapping[str, Person], author: str, at: datetime) -> Delegation:
    grantor = people[terms.grantor]
    return Delegation(
        org_id=grantor.org_id,
        grantor=grantor,
        delegate=people[terms.delegate],
        starts_at=terms.period.starts,
        ends_at=terms.period.until,
        timezone=terms.timezone,
        agents=list(terms.agents),
        actions=list(terms.actions),
        max_amount=terms.max_amount.value if terms.max_amount else None,
        currency=terms.max_amount.currency if terms.max_amount else "",
        waiting_too=terms.waiting_too,
        reason=terms.reason[:300],
        origin=DOCUMENT,
        created_by=author.removeprefix("person:"),
        created_at=at,
        next_at=max(terms.period.starts, at),
    )


def _move(there: Delegation, wanted: Delegation, version: int) -> None:
    """Let an open one end when the document says now; the engine looks at it at once."""
    if there.ended_at is not None or (there.ends_at, there.reason) == (wanted.ends_at, wanted.reason):
        return
    there.ends_at, there.reason, there.next_at = wanted.ends_at, wanted.reason, wanted.next_at
    there.save(update_fields=["ends_at", "reason", "next_at"])
    delegation_changed(there, version)


def _end(gone: Delegation, author: str, at: datetime, version: int) -> None:
    gone.ended_at, gone.ended_by, gone.next_at = at, DOCUMENT, at
    gone.save(update_fields=["ended_at", "ended_by", "next_at"])
    facts = facts_of(gone) | {"why": "no longer in the configuration"}
    record("delegation.ended", actor=author, subject=subject(gone), facts=facts, at=at)
    delegation_changed(gone, version)
