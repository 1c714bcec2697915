"""A storm is a few mails: the first leaves at once, what follows it as one digest after ten seconds, then one a minute.

The sender calls this with the parcels it has found due, so a promise costs nothing more. The window is rows alone: a
mail that meets it is marked (`gathered_at`) and due again at its end, and is then taken with all that waits with it.
What is critical always leaves by itself and at once; nothing waits for more than a quarter of the time that its reader
has left. What is taken back meanwhile is not in the digest: each request stays a parcel of its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from core import tx
from delivery.cards import Card
from delivery.links import ASKED, REMINDED, WARNED
from delivery.transports.base import Letter

HELD = "action.held"
GATHERED = (ASKED, HELD, REMINDED, WARNED)
FIRST_WINDOW = timedelta(seconds=10)  # after a mail that came out of the blue: mostly nothing follows it
WINDOW = timedelta(seconds=60)
CALM = 3 * WINDOW  # without mail, and the next is out of the blue again
SHARE = 4  # a wait takes at most this part of the time left to decide
AT_MOST = 1000  # requests in one digest
NEVER = "critical"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One mail that may be gathered. `is_ripe`: it has waited, or was tried, and is due."""

    id: UUID
    address: str
    is_due: bool
    is_ripe: bool
    until: datetime | None


@tx.use_case
def ripe(org: int, parcels: Sequence[UUID]) -> list[UUID]:
    """Return what of `parcels` shall leave now, with all that leaves in the same mails; let the rest wait."""
    now = tx.now()
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, [org, list(parcels), list(GATHERED)])
        told: dict[UUID, str] = dict(cursor.fetchall())
        if not told:
            return list(parcels)
        addresses = sorted(set(told.values()))
        cursor.execute(_LOCK, [org, addresses])
        cursor.execute(_CANDIDATES, [org, list(GATHERED), addresses, AT_MOST])
        rows = cursor.fetchall()
        cursor.execute(_LAST, [org, addresses, CALM.total_seconds()])
        ends = {row[0]: row[1] + (FIRST_WINDOW if row[2] == 1 else WINDOW) for row in cursor.fetchall()}
        mine: dict[str, list[_Waiting]] = defaultdict(list)
        going = [one for one in parcels if one not in told]
        for row in rows:
            one = _waiting(*row)
            if one is None:
                going += [row[0]] if row[5] else []
            else:
                mine[one.address].append(one)
        together, waits = [], []
        for address, some in mine.items():
            if ends.get(address, now) > now and not any(one.is_ripe for one in some):
                waits += [(one.id, _until(one, ends[address], now)) for one in some if one.is_due]
            else:
                together += [(one.id, some[0].id if len(some) > 1 else None) for one in some]
        cursor.execute(_GATHER, [*_columns(together), org])
        cursor.execute(_WAIT, [*_columns(waits), org])
    return going + [one for one, _ in together]


def bundled(letters: Iterable[Letter]) -> list[Letter]:
    """Return the letters with those of one digest as one."""
    found: dict[UUID, list[Letter]] = defaultdict(list)
    for letter in sorted(letters, key=lambda one: one.id != one.digest):  # whose name it has comes first
        found[letter.digest or letter.id].append(letter)
    return [replace(first, others=tuple(others)) for first, *others in found.values()]


def _waiting(
    identifier: UUID, address: str, payload: str, attempts: int, gathered_at: datetime | None, is_due: bool
) -> _Waiting | None:
    """Return what may be gathered; None for what is critical, or is no card and fails by itself."""
    try:
        card = Card.from_json(json.loads(payload))
    except (TypeError, ValueError, AttributeError):
        return None
    if card.risk == NEVER:
        return None
    is_ripe = is_due and (gathered_at is not None or attempts > 0)
    return _Waiting(identifier, address, is_due, is_ripe, min(filter(None, (card.until, card.decide_by)), default=None))


def _until(one: _Waiting, end: datetime, now: datetime) -> datetime:
    """Return when a mail that waits for the `end` of its window is due."""
    return end if one.until is None else min(end, now + max(one.until - now, timedelta(0)) / SHARE)


def _columns(pairs: Sequence[tuple[UUID, UUID | datetime | None]]) -> tuple[list[UUID], list[UUID | datetime | None]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


_ADDRESSES = """
    select id, address from delivery_parcel
    where org_id = %s and id = any(%s) and kind = any(%s) and order_key is null
"""
_LOCK = """
    select pg_advisory_xact_lock(hashtextextended('mail:' || %s::text || ':' || address, 0))
    from unnest(%s::text[]) address
"""
_CANDIDATES = """
    select id, address, payload, attempts, gathered_at, due_at <= app_now() from delivery_parcel
    where org_id = %s and channel = 'email' and status = 'waiting' and kind = any(%s) and address = any(%s)
      and order_key is null and (due_at <= app_now() or (gathered_at is not null and attempts = 0))
    order by number limit %s for no key update skip locked
"""
_LAST = """
    select address, max(tried_at), count(distinct tried_at) from delivery_parcel
    where org_id = %s and gathered_at is not null and attempts > 0 and status <> 'dead' and address = any(%s)
      and tried_at > app_now() - make_interval(secs => %s)
    group by address
"""
_GATHER = """
    update delivery_parcel p set gathered_at = coalesce(p.gathered_at, app_now()), digest = mine.digest,
        due_at = least(p.due_at, app_now())
    from unnest(%s::uuid[], %s::uuid[]) as mine (id, digest) where p.org_id = %s and p.id = mine.id
"""
_WAIT = """
    update delivery_parcel p set gathered_at = app_now(), due_at = mine.due_at
    from unnest(%s::uuid[], %s::timestamptz[]) as mine (id, due_at) where p.org_id = %s and p.id = mine.id
"""
