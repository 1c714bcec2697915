"""The links in mails that ask something: one for each mail, bound to its reader, its action and the revision it shows.

A link is written with the promise of its mail. Its token is stored nowhere: it is made from the parcel's id when the
mail is laid out, and the database keeps the SHA-256 alone, by which it is found when somebody opens it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from core import tx, vault
from core.errors import Conflict
from delivery.models import Link

ASKED, REMINDED, WARNED = "action.asked", "action.reminded", "action.warned"
ANSWERED = "action.answered"  # the agent answered what its reader asked
LINKED = frozenset({ASKED, REMINDED, WARNED, ANSWERED})
BY_LINK = frozenset({"low", "medium"})  # risks that are decided by a link without signing in
ABOUT = "mail link"
HELD_FOR = timedelta(days=30)  # for what is held and has no deadline
PRESS_KEPT = timedelta(days=1)  # Slack tells of one again within the hour, if at all
SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class LinkUsed(Conflict):
    """Somebody has decided by this link before."""

    code, status, title = "link_used", 409, "This link was used"


class PressedBefore(Conflict):
    """Slack told of this very press before."""

    code, status, title = "pressed_before", 409, "This press was recorded before"


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of a link."""

    hash: bytes
    revision: int
    expires_at: datetime


def made(parcel: UUID, *, channel: str, kind: str, payload: Mapping[str, Any], at: datetime) -> Written | None:
    """Return the link that goes with a parcel promised at `at`, or None: it is no mail that asks for a decision."""
    if channel != "email" or kind not in LINKED or "decide_by" not in payload:
        return None
    until = payload["decide_by"]
    expires_at = datetime.fromisoformat(until) if until else at + HELD_FOR
    return Written(hash_of(token_of(parcel)), int(payload.get("version", 1)), expires_at)


def token_of(parcel: UUID) -> str:
    """Return the token in the link of a mail."""
    return vault.token_of(parcel.bytes, about=ABOUT)


def hash_of(token: str) -> bytes:
    """Return the 32 bytes by which a link is kept and found."""
    return hashlib.sha256(token.encode()).digest()


def url_of(parcel: UUID) -> str:
    """Return the address that the mail leads to."""
    return f"{settings.BASE_URL}/m/{token_of(parcel)}"


def find(token: str) -> tuple[int, UUID] | None:
    """Return the organization and the id of the link with this token."""
    if not SHAPE.fullmatch(token):
        return None
    with connection.cursor() as cursor:
        cursor.execute("select org_id, link_id from find_mail_link(%s)", [hash_of(token)])
        row: tuple[int, UUID] | None = cursor.fetchone()
    return row


@tx.inside_use_case
def use(link: UUID, *, action: UUID, person: UUID) -> None:
    """Use the link up in the transaction of the vote it is for. Raises LinkUsed to all but the first."""
    mine = Link.objects.filter(org_id=tx.current().org, pk=link, action=action, person=person, used_at=None)
    if not mine.update(used_at=Now()):
        raise LinkUsed("This link has decided before, and works once. Nothing more was recorded.")


@tx.inside_use_case
def press(mark: str, *, action: UUID, person: UUID, revision: int) -> None:
    """Keep in the transaction of its vote that a press was heard, under the action's lock. Raises PressedBefore.

    It is kept as a link that is used up, under 32 bytes that no link of a mail has.
    """
    hashed, now = hashlib.sha256(b"slack pressed " + mark.encode()).digest(), tx.now()
    if Link.objects.filter(hash=hashed).exists():
        raise PressedBefore("Slack told of this press before. Nothing more was recorded.")
    Link.objects.create(
        org_id=tx.current().org,
        hash=hashed,
        action=action,
        person=person,
        revision=revision,
        expires_at=now + PRESS_KEPT,
        used_at=now,
        created_at=now,
    )
