"""Taking parcels for a try, and writing down how it went. Each is one short transaction; nothing is sent here."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection

from accounts.models import Key
from audit.record import record
from core import clock, ids, tx
from delivery import failures, schedule
from delivery.slack import desk
from delivery.transports.base import Letter, Result

LEASE = timedelta(seconds=60)
OF_EACH = 64  # letters taken for one endpoint at a time
ALL = 1_000_000
ACTOR = "worker"
DECIDED = "action.decided"  # the callback that tells an agent how its action ended
_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Tried:
    """How one try went, and how long it took in milliseconds. `draw`, 0 to 1, spreads the next try."""

    letter: Letter
    result: Result
    ms: int
    draw: float = field(default_factory=random.random)
    counted: int = 0  # tries of the message, where that is more than this letter's

    @property
    def each(self) -> list[Tried]:
        """Return it as one try of each letter of the message: they are tried again together."""
        attempts = max(one.attempts for one in self.letter.each)
        return [replace(self, letter=one, counted=attempts) for one in self.letter.each]


def find(
    channel: str, *, now: datetime, limit: int, shut: Sequence[str] = (), org: int | None = None
) -> dict[int, list[UUID]]:
    """Return what is due by organization, some of each endpoint, leaving out the lanes named in `shut`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select org_id, parcel_id from due_parcels(%s, %s, %s, %s, %s::text[])"
            " where org_id = %s or %s::bigint is null limit %s",
            [channel, now, limit if org is None else ALL, OF_EACH, list(shut), org, org, limit],
        )
        rows = cursor.fetchall()
    found: dict[int, list[UUID]] = defaultdict(list)
    for org, parcel in rows:
        found[org].append(parcel)
    return dict(found)


@tx.use_case
def lease(org: int, parcels: Sequence[UUID], *, signs: bool) -> list[Letter]:
    """Take those of `parcels` that are still due, that nobody else is taking and that are next in their order.

    The order is in the query and not in its sorting: a row locked by a dying worker is skipped, and the one after it
    in the same order must then not go either.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [LEASE.total_seconds(), org, list(parcels)])
        rows = [row[1:] for row in sorted(cursor.fetchall(), key=lambda row: row[0])]  # an update has no order
    taken = clock.monotonic()
    secrets = _secrets({row[4] for row in rows if row[4]}) if signs else {}
    return [Letter(*(org, *row[:-1], taken, secrets.get(row[4], ()), row[-1])) for row in rows]


def settle(org: int, tries: Sequence[Tried]) -> int:
    """Write down how tries went, and return for how many it still mattered.

    A parcel that meanwhile was superseded, or taken again because its lease ran out, is left as it is. One that a flow
    holds at this moment is settled after the others, by itself: nobody here waits for a parcel while holding another.
    """
    settled = _settle(org, tries, rest="skip locked")
    busy = [tried for tried in tries if tried.letter.id not in settled]
    return len(settled) + sum(len(_settle(org, [tried], rest="")) for tried in busy)


@tx.use_case
def _settle(org: int, tries: Sequence[Tried], *, rest: str) -> set[UUID]:
    """Write down how tries went, and return the ids of the parcels for which it still mattered."""
    at = tx.now()
    fates = [_fate(tried, at) for tried in tries]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(rest=rest), [at, at, *map(list, zip(*fates, strict=True)), org, org])
        settled = dict(cursor.fetchall())
    for tried in sorted(tries, key=lambda one: (str(one.letter.person), one.letter.id)):
        if settled.get(tried.letter.id) == "dead":
            _record_death(tried, at)
            _go_on(tried, at)
    reached = {one.letter.person for one in tries if one.letter.person and settled.get(one.letter.id) == "sent"}
    if reached:
        failures.arrived(reached, tries[0].letter.channel, at)
    heard = [one.letter.action for one in tries if one.letter.kind == DECIDED and settled.get(one.letter.id) == "sent"]
    if known := [action for action in heard if action is not None]:
        desk.agent_told(known)
    return set(settled)


def still_wanted(org: int, letters: Sequence[Letter]) -> set[UUID]:
    """Return the ids of those letters that were neither taken back nor taken by somebody else since they were taken."""
    with tx.reading(org), connection.cursor() as cursor:
        cursor.execute(_WANTED, [[one.id for one in letters], [one.attempts for one in letters], org])
        return {row[0] for row in cursor.fetchall()}


@tx.use_case
def hand_back(org: int, letters: Sequence[Letter]) -> None:
    """Give back letters that were taken and not tried: they are due at once, and the try is not counted.

    One that a flow holds at this moment is due when its lease ends, unless it is taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HAND_BACK, [[one.id for one in letters], [one.attempts for one in letters], org, org])


_TAKE = """
    update delivery_parcel taken
    set attempts = taken.attempts + 1, due_at = app_now() + make_interval(secs => %s), tried_at = app_now()
    where taken.org_id = %s and taken.id in (
        select p.id from delivery_parcel p
        where p.id = any (%s) and p.status = 'waiting' and p.due_at <= app_now()
          and not exists (select 1 from delivery_parcel earlier
                          where earlier.org_id = p.org_id and earlier.order_key = p.order_key
                            and earlier.status = 'waiting' and earlier.number < p.number)
        order by p.number for update skip locked)
    returning taken.number, taken.id, channel, kind, action, agent, person, address, endpoint, payload, attempts,
        give_up_at, digest
"""
_SETTLE = """
    update delivery_parcel p
    set status = fate.status, due_at = coalesce(fate.due_at, p.due_at), answer_status = fate.answer,
        answer_ms = fate.ms, last_error = fate.error,
        settled_at = case when fate.status = 'waiting' then null else %s::timestamptz end, tried_at = %s::timestamptz
    from (
        select f.* from delivery_parcel q
        join unnest(%s::uuid[], %s::int[], %s::text[], %s::timestamptz[], %s::int[], %s::int[], %s::text[])
            as f (id, attempts, status, due_at, answer, ms, error)
            on q.id = f.id and q.attempts = f.attempts and q.status = 'waiting'
        where q.org_id = %s order by q.id for no key update of q {rest}
    ) fate
    where p.org_id = %s and p.id = fate.id
    returning p.id, p.status
"""
_WANTED = """
    select p.id from delivery_parcel p join unnest(%s::uuid[], %s::int[]) as mine (id, attempts)
        on p.id = mine.id and p.attempts = mine.attempts
    where p.org_id = %s and p.status = 'waiting'
"""
_HAND_BACK = """
    update delivery_parcel p set attempts = p.attempts - 1, due_at = app_now()
    from (
        select q.id from delivery_parcel q join unnest(%s::uuid[], %s::int[]) as b (id, attempts)
            on q.id = b.id and q.attempts = b.attempts and q.status = 'waiting'
        where q.org_id = %s for no key update of q skip locked
    ) back
    where p.org_id = %s and p.id = back.id
"""

_Fate = tuple[UUID, int, str, datetime | None, int | None, int, str]


def _fate(tried: Tried, at: datetime) -> _Fate:
    letter, result = tried.letter, tried.result
    due_at, status = None, "sent" if result.is_ok else "dead"
    if not result.is_ok and not result.is_final:
        attempts = max(letter.attempts, tried.counted)
        due_at = schedule.next_try(
            attempts, at=at, give_up_at=letter.give_up_at, draw=tried.draw, retry_after=result.retry_after
        )
        status = "waiting" if due_at else "dead"
    error = result.error.replace("\0", "")[:_LONGEST_ERROR]
    return letter.id, letter.attempts, status, due_at, result.status, tried.ms, error


def _record_death(tried: Tried, at: datetime) -> None:
    letter = tried.letter
    facts = {
        "kind": letter.kind,
        "channel": letter.channel,
        "address": shown(letter.address),
        "attempts": letter.attempts,
        "error": tried.result.error[:_LONGEST_ERROR],
        "action": ids.public("act", letter.action) if letter.action else None,
    }
    record("delivery.dead", actor=ACTOR, subject=ids.public("dlv", letter.id), facts=facts, at=at)


def _go_on(tried: Tried, at: datetime) -> None:
    """Let what a person never got go by their next channel."""
    letter, result = tried.letter, tried.result
    if letter.person is None:
        return
    one = failures.Lost(
        channel=letter.channel,
        address=letter.address,
        person=letter.person,
        action=letter.action,
        kind=letter.kind,
        payload=letter.payload,
        mark=letter.id,
        error=result.error,
        is_refused=result.is_final and result.status is not None,
    )
    failures.lost(one, at)


def shown(address: str) -> str:
    """Return an address fit to be seen: a URL without its query, which may hold a secret."""
    if "://" not in address:
        return address
    return urlsplit(address)._replace(query="", fragment="").geturl()


def _secrets(agents: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return the sealed secrets of the agents' live keys, newest first."""
    now = tx.now()
    kept: dict[UUID, list[str]] = defaultdict(list)
    keys = Key.objects.filter(holder__in=agents, kind=Key.Kind.AGENT, org_id=tx.current().org)
    for key in keys.exclude(signing_secret="").order_by("-created_at"):
        if key.holder and key.is_live(now):
            kept[key.holder].append(key.signing_secret)
    return {agent: tuple(sealed) for agent, sealed in kept.items()}
