"""One mail when quiet hours are over: what was put off is not kept, but looked up when it is sent.

Any number of promises for one morning are one parcel, by its name. What it says is drawn by approvals, named by the
setting MORNINGS_DRAWN_BY, because delivery knows no actions; if nothing waits any more nothing is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from core import tx
from delivery import digests
from delivery import letters as written
from delivery.models import Parcel
from delivery.post import Promise
from delivery.transports.base import Letter

MORNING: digests.Kind = "morning"
Draw = Callable[[UUID, datetime], Mapping[str, Any] | None]
log = structlog.get_logger(__name__)


def promised(person: UUID, address: str, at: datetime, *, instead: bool = False) -> Promise:
    """Return the promise of one mail to a person at `at`, however often it is made.

    `instead` of what another channel did not take, it is sent also to who has stopped such mails.
    """
    once = f"{MORNING}:{person.hex}:{int(at.timestamp())}{':instead' if instead else ''}"
    said = {"instead": True} if instead else {}
    return Promise(channel="email", kind=MORNING, address=address, once=once, payload=said, person=person, due_at=at)


def opened(org: int, letters: Iterable[Letter]) -> list[Letter]:
    """Return the letters with what mornings say; without those that have nothing to say or could not be drawn now.

    Such a one is tried again when its lease ends. Each is drawn in a transaction of its own.
    """
    ready = []
    for letter in letters:
        if letter.kind != MORNING:
            ready.append(letter)
            continue
        try:
            payload = _open(org, letter)
        except Exception:  # one that cannot be drawn holds up no other
            log.exception("morning_not_drawn", parcel=str(letter.id))
            continue
        if payload is not None:
            ready.append(replace(letter, kind=written.MAIL, payload=payload))
    return ready


def _is_wanted(letter: Letter, person: UUID) -> bool:
    """Whether the person has not stopped such mails, or this one stands in for another channel."""
    return bool(json.loads(letter.payload).get("instead")) or not digests.stopped(MORNING, [person])


@tx.use_case
def _open(org: int, letter: Letter) -> str | None:
    """Write down what the letter says, so that every try says the same; None if there is nothing to say."""
    now = tx.now()
    draw: Draw = import_string(settings.MORNINGS_DRAWN_BY)
    said = draw(letter.person, now) if letter.person is not None and _is_wanted(letter, letter.person) else None
    mine = Parcel.objects.filter(org_id=org, pk=letter.id, status=Parcel.Status.WAITING)
    if said is None:
        mine.update(status=Parcel.Status.SUPERSEDED, settled_at=now)
        return None
    payload = json.dumps(said)
    mine.update(kind=written.MAIL, payload=payload)
    return payload
