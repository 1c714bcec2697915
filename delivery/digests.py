"""Mails that gather what nobody has to decide by mail: each person can stop a kind of them, and start it again.

A link in the mail's header stops its kind by one POST (RFC 8058), for whoever has the mail: its token says whose mail
it is and of which kind, sealed. Mail that asks for a decision has no such link.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from accounts.models import Person
from audit.record import record
from core import ids, tx, vault
from delivery.models import Stopped

Kind = Literal["morning", "ended"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMES: dict[Kind, str] = {
    "morning": "Of what waits for you, when your quiet hours are over",
    "ended": "Of what was decided, after you were asked by mail and did not decide",
}
ABOUT = "digest"
PATH = "/digests/"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One kind of digest of one person of an organization."""

    org: int
    person: UUID
    kind: Kind


def url_of(org: int, person: UUID, kind: Kind) -> str:
    """Return the address that shows one kind of somebody's digests, and by a POST stops it."""
    said = json.dumps([org, person.hex, kind], separators=(",", ":"))
    return f"{settings.BASE_URL}{PATH}{vault.seal(said, about=ABOUT)}"


def read(token: str) -> Subscription | None:
    """Return what a token is about, or None for what we never made."""
    try:
        org, person, kind = json.loads(vault.open(token, about=ABOUT))
    except (vault.CannotOpen, ValueError):
        return None
    return Subscription(int(org), UUID(person), kind)


def headers_of(url: str) -> dict[str, str]:
    """Return what lets a mail program stop mails like this; one click wants https, as RFC 8058 has it."""
    if not url:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if urlsplit(url).scheme == "https" else {}
    return {"List-Unsubscribe": f"<{url}>"} | one_click


def stopped(kind: Kind, people: Collection[UUID]) -> frozenset[UUID]:
    """Return those of `people` who want no digests of this kind, inside a scope."""
    return frozenset(Stopped.objects.filter(kind=kind, person__in=people).values_list("person", flat=True))


def stopped_of(person: UUID) -> frozenset[str]:
    """Return the kinds of digests that a person wants no more, inside a scope."""
    return frozenset(Stopped.objects.filter(person=person).values_list("kind", flat=True))


@tx.use_case
def choose(org: int, person_id: UUID, kind: Kind, *, wanted: bool, actor: str = "") -> str | None:
    """Stop or start one kind of digests for a person; returns their name, None if they have left.

    Done again it changes nothing. `actor` is who did it; "" for whoever had the mail.
    """
    person = Person.objects.filter(pk=person_id, archived_at=None).first()
    if person is None:
        return None
    mine = Stopped.objects.filter(person=person_id, kind=kind)
    if wanted:
        changed = bool(mine.delete()[0])
    else:
        changed = not mine.exists()
        rows = [Stopped(org_id=org, person=person_id, kind=kind, since=tx.now())] if changed else []
        Stopped.objects.bulk_create(rows, ignore_conflicts=True)
    if changed:
        word = "person.digest_started" if wanted else "person.digest_stopped"
        facts = {"person": person.email, "kind": kind}
        record(word, actor=actor or "mail", subject=ids.public("prs", person_id), facts=facts, at=tx.now())
    return person.name
