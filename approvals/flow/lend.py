"""What comes by itself in a delegation: it begins, the grantor is told what was decided in their name, it ends.

The engine does it. From when until when somebody may decide for somebody else, every vote finds out for itself: this
only moves what waits, and tells people. A delegation is taken under the organization's lock, and its moment is put a
minute ahead; then each action is moved in a transaction of its own; then it is settled. A killed engine leaves a
delegation that is due again within the minute, and doing all of it once more changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

import structlog
from django.db import connection
from django.db.models import Q

from accounts.models import Organization
from approvals import digests, tell
from approvals.delegations import PREFIX
from approvals.flow.delegate import facts_of, subject
from approvals.flow.recount import recount
from approvals.flow.stand_in import stand_in
from approvals.hints import delegation_changed
from approvals.models import Action, Asked, Delegation, Vote
from audit.record import record
from core import clock, ids, tx
from escalations.zones import first, zone_of

LEASE = timedelta(minutes=1)
AT_ONCE = 50  # actions after which others have their turn, and the minute begins anew
AGAIN = timedelta(seconds=10)  # after its beginning: what was posted just then may have been asked as before
SETTLING = timedelta(seconds=2)  # a vote of the last moment is committed by then
MORNING = time(8)  # when a grantor is told of the day before, on their clock
OFTEN = timedelta(hours=1)  # no grantor is told more often, but for the end
ALL = 1_000_000
DUE = (
    "select * from due_delegations(coalesce(%s::timestamptz, clock_timestamp() + make_interval(secs => %s)), %s)"
    " where org_id = %s or %s::bigint is null limit %s"
)
log = structlog.get_logger(__name__)
_under_way: dict[tuple[int, uuid.UUID], Iterator[bool]] = {}  # what this process has taken and not settled


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delegation whose moment has come. `grantor` and `delegate` are ids of people."""

    id: uuid.UUID
    grantor: uuid.UUID
    delegate: uuid.UUID
    is_over: bool
    is_new: bool
    waiting_too: bool


def sweep(limit: int = 100, *, at: datetime | None = None, org: int | None = None) -> int:
    """Do what has come for delegations in every organization (or in `org`), by turns. Returns how many moved.

    Due is what the database's clock says, or what is due at `at`. Of each delegation no more than AT_ONCE actions are
    moved before this returns, so that chains are not held up; the next call goes on. One that cannot be done stands in
    nobody's way: it is logged, and tried again. Raises what a database that is away raises.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, [at, clock.shift().total_seconds(), limit if org is None else ALL, org, org, limit])
        due: list[tuple[int, uuid.UUID]] = cursor.fetchall()
    going = [one for one in _under_way if org in (None, one[0])]
    fresh = [one for one in due if one not in _under_way]
    return sum(_try(*one) for one in (*going, *fresh))


def _try(org: int, identifier: uuid.UUID) -> bool:
    """Go on with one delegation, or take it; whether anything was done."""
    work = _under_way.pop((org, identifier), None)
    try:
        if work is None:
            taken = _take(org, identifier)
            if taken is None:
                return False
            work = _see_to(org, taken)
        if next(work, True):
            return True
    except Exception as raised:
        if tx.is_away(raised):
            raise
        log.exception("lend_failed", org=org, delegation=ids.public(PREFIX, identifier))
        return False
    _under_way[org, identifier] = work
    return True


def lend(org: int, identifier: uuid.UUID) -> bool:
    """Do all that has come for one delegation, if it still has; False if somebody else does or did."""
    taken = _take(org, identifier)
    if taken is None:
        return False
    for _ in _see_to(org, taken):
        pass
    return True


def _see_to(org: int, taken: _Taken) -> Iterator[bool]:
    """Move what a delegation concerns and settle it. Yields False each time that others may have their turn."""
    hands_over = not taken.is_over and taken.waiting_too
    moves = [
        partial(stand_in, org, action, hands_over=hands_over, is_silent=taken.is_new)
        for action in _concerned(org, taken)
    ]
    # Last, as it mails whom it asks: by now only those of whom nobody was asked.
    moves += [partial(recount, org, action) for action in (_held(org) if taken.is_new else ())]
    for number, move in enumerate(moves, start=1):
        move()
        if number % AT_ONCE == 0:
            _renew(org, taken.id)
            yield False
    _settle(org, taken)


@tx.use_case
def _take(org: int, identifier: uuid.UUID) -> _Taken | None:
    """Take a delegation that is due, note that it begins or ends, and be the one who sees to it for a minute."""
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)
    rows = Delegation.objects.select_for_update(skip_locked=True, of=("self",)).select_related("grantor", "delegate")
    row = rows.filter(pk=identifier, next_at__lte=tx.Now()).first()
    if row is None:
        return None
    now = tx.now()
    if row.ended_at is None and row.starts_at > now:
        row.next_at = row.starts_at  # it was put off
        row.save(update_fields=["next_at"])
        return None
    if _turns(row, now):
        root.directory_version += 1
        root.save(update_fields=["directory_version"])
        delegation_changed(row, root.directory_version)
    row.next_at = now + LEASE
    row.save(update_fields=["started_at", "ended_at", "ended_by", "next_at"])
    is_over = row.ended_at is not None
    is_new = not is_over and row.told_at is None
    return _Taken(row.pk, row.grantor_id, row.delegate_id, is_over, is_new, row.waiting_too)


def _turns(row: Delegation, now: datetime) -> bool:
    """Note that a delegation has begun or has ended by itself; whether it has."""
    if row.ended_at is not None:
        return False
    if row.ends_at <= now:
        row.ended_at, row.ended_by = now, "engine"
        facts = facts_of(row) | {"why": "its time is over"}
        record("delegation.ended", actor="engine", subject=subject(row), facts=facts, at=now)
        return True
    if row.started_at is None:
        row.started_at = now
        record("delegation.started", actor="engine", subject=subject(row), facts=facts_of(row), at=now)
        return True
    return False


@tx.use_case
def _renew(org: int, identifier: uuid.UUID) -> None:
    Delegation.objects.filter(pk=identifier, next_at__gt=tx.Now()).update(next_at=tx.now() + LEASE)


def _held(org: int) -> list[uuid.UUID]:
    """Return what is held: somebody who stands in may be able to decide it."""
    with tx.reading(org):
        rows = Action.objects.filter(org_id=org, status="pending", held_at__isnull=False)
        return list(rows.order_by("id").values_list("id", flat=True))


def _concerned(org: int, taken: _Taken) -> list[uuid.UUID]:
    """Return the actions that wait for the grantor, or for somebody in their name."""
    theirs = Q(on_behalf_of_id=taken.grantor)
    if taken.is_over:
        theirs |= Q(person_id=taken.delegate, on_behalf_of_id__isnull=False)
    else:
        theirs |= Q(person_id=taken.grantor)
    with tx.reading(org):
        rows = Asked.objects.filter(theirs, org_id=org, left_at=None, action__status="pending")
        return list(rows.order_by("action_id").values_list("action_id", flat=True).distinct())


@tx.use_case
def _settle(org: int, taken: _Taken) -> None:
    """Tell what is to be told, once, and say when to come again."""
    row = (
        Delegation.objects.select_for_update(of=("self",)).select_related("grantor", "delegate", "org").get(pk=taken.id)
    )
    now = tx.now()
    if (row.ended_at is not None) != taken.is_over:
        row.next_at = now  # it was ended while its actions were moved
    elif taken.is_new:
        _tell_beginning(row, now)
        row.told_at, row.next_at = now, min(now + AGAIN, row.ends_at)
    elif not taken.is_over:
        if row.told_at is None or now - row.told_at >= OFTEN:
            _tell_grantor(row, now, is_over=False)
        row.next_at = min(_morning(row, now), row.ends_at)
    elif row.ended_at is not None and now < row.ended_at + SETTLING:
        row.next_at = row.ended_at + SETTLING
    else:
        _tell_grantor(row, now, is_over=True)
        row.next_at = _morning(row, now) if _is_open(row) else None
    row.save(update_fields=["told_at", "next_at"])


def _tell_beginning(row: Delegation, now: datetime) -> None:
    asked = Asked.objects.filter(delegation=row, person=row.delegate, left_at=None, action__status="pending")
    waiting = [one.action for one in asked.select_related("action").order_by("due_at", "action_id")]
    promises = [digests.begun(row, row.org, waiting, now)]
    if row.created_by.lower() != row.grantor.email.lower():
        promises.append(digests.made(row, row.org, now))
    tell.send(promises)


def _tell_grantor(row: Delegation, now: datetime, *, is_over: bool) -> None:
    """Tell the grantor what was decided in their name since they were told last; at its end, once, that it is over."""
    since, until = row.told_at or row.created_at, now - SETTLING
    is_news = is_over and row.ended_at is not None and since < row.ended_at
    if is_news and row.started_at is None and row.ended_by.lower() == row.grantor.email.lower():
        is_news = False  # they took back what had not begun
    votes = Vote.objects.filter(delegation=row, standing=Vote.Standing.COUNTED)
    votes = votes.filter(action__closed_at__gt=since, action__closed_at__lte=until)
    found: dict[uuid.UUID, list[Vote]] = {}
    for vote in votes.select_related("action", "person").order_by("action__closed_at", "cast_at"):
        found.setdefault(vote.action_id, []).append(vote)
    decided = [digests.Decided(some[0].action, tuple(some)) for some in found.values()]
    left = Asked.objects.filter(person=row.grantor, left_at=None).count() if is_news else 0
    if (mail := digests.decided_for(row, row.org, decided, now, is_over=is_news, left=left)) is not None:
        tell.send([mail])
    row.told_at = until


def _is_open(row: Delegation) -> bool:
    """Whether something that was voted on in the grantor's name is still to end, or was not told yet."""
    open_ones = Q(action__status="pending") | Q(action__closed_at__gt=row.told_at)
    return Vote.objects.filter(open_ones, delegation=row, standing=Vote.Standing.COUNTED).exists()


def _morning(row: Delegation, now: datetime) -> datetime:
    """Return the next morning after today, on the clock of whoever lent."""
    zone = zone_of(row.timezone)
    return first(datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING), zone)
