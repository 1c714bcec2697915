"""What left the building, and what could not: for pages. All inside `tx.reading(org)`; newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from core import ids, tx
from core.vault import CannotOpen
from delivery import letters, several
from delivery.leases import DECIDED, shown
from delivery.models import Parcel

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """One parcel as people see it: public ids, and an address without its query, which may hold a secret."""

    id: str
    channel: str
    kind: str
    action: str | None
    address: str
    status: str
    attempts: int
    answer_status: int | None
    answer_ms: int | None
    error: str
    created_at: datetime
    due_at: datetime
    tried_at: datetime | None
    settled_at: datetime | None
    payload: str

    @property
    def is_replayable(self) -> bool:
        """Whether it can be sent again by hand."""
        return self.status in {Parcel.Status.DEAD, Parcel.Status.SENT}


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """One mail as its reader gets it, but for the link that decides in their name and what is sealed (a sign-in code).

    Those are open only where nothing leaves, because the page is then the one way to read them.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Deliveries:
    """One page of parcels; `next` is the cursor of the one after it."""

    items: tuple[Delivery, ...]
    next: str | None


def deliveries_of(agent: UUID | None, *, cursor: str | None = None, limit: int = LIMIT) -> Deliveries:
    """Return callbacks to one agent, or to all of the organization."""
    rows = _all().filter(channel="callback")
    if agent is not None:
        rows = rows.filter(agent=agent)
    return _page(rows, cursor, limit)


def deliveries_about(action: UUID) -> tuple[Delivery, ...]:
    """Return everything sent, or to be sent, about one action."""
    return tuple(_delivery(row) for row in _all().filter(action=action).order_by("-number"))


def told_at(action: UUID) -> datetime | None:
    """Return when the agent's callback took the news of how an action ended, None if it has not or there is none."""
    told = _all().filter(action=action, channel="callback", kind=DECIDED, status=Parcel.Status.SENT)
    return told.order_by("-number").values_list("settled_at", flat=True).first()


def dead(*, cursor: str | None = None, limit: int = LIMIT) -> Deliveries:
    """Return what was given up, on every channel."""
    return _page(_all().filter(status=Parcel.Status.DEAD), cursor, limit)


def delivery_named(public_id: str) -> UUID | None:
    """Return the parcel's id if `dlv_…` names one of the organization."""
    identifier = ids.parse("dlv", public_id)
    if identifier is None:
        return None
    return _all().filter(pk=identifier).values_list("pk", flat=True).first()


def mail_outbox(*, limit: int = LIMIT) -> tuple[OutboxMail, ...]:
    """Return the last mails, sent or not, laid out as they are sent."""
    alone = _all().filter(channel="email").filter(Q(digest=None) | Q(digest=F("id")))
    rows = list(alone.order_by("-id")[:limit])
    told: dict[UUID, list[Parcel]] = defaultdict(list)
    for row in _all().filter(digest__in=[row.pk for row in rows]).order_by("number"):
        told[row.digest or row.pk].append(row)
    return tuple(_mail(row, told[row.pk]) for row in rows)


def _all() -> QuerySet[Parcel]:
    return Parcel.objects.filter(org_id=tx.current().org)


def _page(rows: QuerySet[Parcel], cursor: str | None, limit: int) -> Deliveries:
    after = ids.parse("dlv", cursor) if cursor else None
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-id")[: limit + 1])
    items = tuple(_delivery(row) for row in found[:limit])
    return Deliveries(items, items[-1].id if len(found) > limit else None)


def _delivery(row: Parcel) -> Delivery:
    return Delivery(
        id=ids.public("dlv", row.pk),
        channel=row.channel,
        kind=row.kind,
        action=ids.public("act", row.action) if row.action else None,
        address=shown(row.address),
        status=row.status,
        attempts=row.attempts,
        answer_status=row.answer_status,
        answer_ms=row.answer_ms,
        error=row.last_error,
        created_at=row.created_at,
        due_at=row.due_at,
        tried_at=row.tried_at,
        settled_at=row.settled_at,
        payload="" if row.kind == letters.MAIL else row.payload,
    )


def _mail(row: Parcel, told: Sequence[Parcel]) -> OutboxMail:
    """Return a mail as it is laid out; `told` are the parcels of a digest."""
    subject, text, html = "", "", ""
    if row.kind == letters.MAIL and not settings.EMAIL_IS_OUTBOX:
        subject = "Sealed: it may hold a sign-in code"
    else:
        try:
            at, is_open = row.settled_at or row.created_at, settings.EMAIL_IS_OUTBOX
            if len(told) > 1:
                items = [several.Item(one.pk, one.kind, one.payload) for one in told]
                made = several.message(items, row.address, at=at, for_reader=is_open)
            else:
                made = letters.message(
                    row.pk, kind=row.kind, address=row.address, payload=row.payload, at=at, for_reader=is_open
                )
            subject, text = str(made.subject), str(made.body)
            html = "".join(str(content) for content, kind in made.alternatives if kind == "text/html")
        except (letters.BadLetter, CannotOpen) as exc:
            subject = f"Cannot be shown: {exc}"
    return OutboxMail(ids.public("dlv", row.pk), row.address, subject, text, html, row.status, row.created_at)
