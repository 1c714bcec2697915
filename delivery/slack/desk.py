"""Parcels become notes: the first action gets a message of its own, a storm becomes one digest that is edited.

A reader who was written to within the last minute is not written to again: what comes then is gathered in one digest.
What is critical always stands by itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from core import tx
from delivery import letters
from delivery.models import Note, Parcel

CHANNEL = "slack"
ACTION, DIGEST, LETTER = "action", "digest", "letter"
REPLY, WARNING, ANSWER = "reply", "warning", "answer"  # said in the thread of the action's message
COPY = "copy"  # a message of which we never heard that it was posted, until somebody pressed it
IN_THREAD = (REPLY, WARNING, ANSWER)
WINDOW = timedelta(seconds=60)  # after a message of its own, what follows is gathered
ALL = 1_000_000
AT_MOST = 1000  # actions told of in one digest
EDITS_APART = timedelta(seconds=5)  # of a digest that grows
ENDS_APART = timedelta(seconds=0.8)  # of one of whose actions one is over: its readers see it within 1.5 seconds
LEASE = timedelta(seconds=30)  # of a note that is being posted or edited
ASKED, REMINDED, WARNED, ANSWERED = "action.asked", letters.REMINDED, letters.WARNED, "action.answered"
_KINDS = {ASKED: ACTION, REMINDED: REPLY, WARNED: WARNING, ANSWERED: ANSWER}


def file(now: datetime, *, limit: int = 500, org: int | None = None) -> int:
    """Make notes of the parcels that are due, and count them as sent. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select org_id, parcel_id from due_parcels(%s, %s, %s, %s, '{}')"
            " where org_id = %s or %s::bigint is null limit %s",
            [CHANNEL, now, limit if org is None else ALL, limit, org, org, limit],
        )
        found: dict[int, list[UUID]] = defaultdict(list)
        for owner, parcel in cursor.fetchall():
            found[owner].append(parcel)
    return sum(_file(owner, parcels) for owner, parcels in found.items())


@tx.use_case
def _file(org: int, parcels: list[UUID]) -> int:
    now = tx.now()
    waiting = Parcel.objects.select_for_update(skip_locked=True).filter(
        pk__in=parcels, status=Parcel.Status.WAITING, due_at__lte=now
    )
    taken = list(waiting.order_by("number"))
    for address in sorted({parcel.address for parcel in taken}):
        _lock_reader(org, address)
    for parcel in taken:
        _note(org, parcel, now)
    Parcel.objects.filter(pk__in=[parcel.pk for parcel in taken]).update(
        status=Parcel.Status.SENT, settled_at=now, tried_at=now, attempts=F("attempts") + 1
    )
    return len(taken)


def _lock_reader(org: int, address: str) -> None:
    """Let nobody else file for this reader until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"note:{org}:{address}"])


def _note(org: int, parcel: Parcel, now: datetime) -> None:
    mine = Note.objects.filter(action=parcel.action, address=parcel.address, kind=ACTION, status=Note.Status.OPEN)
    known = mine.order_by("-created_at").first() if parcel.action else None
    if known is not None and parcel.kind == ASKED:
        want_again(known)
        return
    kind = _KINDS.get(parcel.kind, LETTER) if parcel.action else LETTER
    if kind in (REPLY, WARNING) and known is None:
        kind = ACTION  # nothing to reply to: the whole ask, which is kept up to date
    if kind in (REPLY, WARNING) and _is_reminded(parcel, kind):
        return
    note = Note(
        org_id=org,
        channel=CHANNEL,
        kind=kind,
        action=parcel.action,
        person=parcel.person,
        address=parcel.address,
        payload=parcel.payload,
        due_at=now,
        created_at=now,
    )
    if kind in IN_THREAD and known is not None:
        top = known.digest or known
        note.place, note.thread = top.place, top.ts
    if kind == ACTION and not _is_urgent(parcel):
        note.digest = _digest(org, parcel, now)
        if note.digest is not None:
            note.due_at = None
    note.save(force_insert=True)


def _is_reminded(parcel: Parcel, kind: str) -> bool:
    """Whether this reader has heard so of this action before: nobody is reminded twice."""
    return Note.objects.filter(action=parcel.action, address=parcel.address, kind=kind).exists()


def _is_urgent(parcel: Parcel) -> bool:
    return bool(json.loads(parcel.payload).get("risk") == "critical")


def _digest(org: int, parcel: Parcel, now: datetime) -> Note | None:
    """Return the digest that shall tell of this action, or None if the reader has had quiet for a minute."""
    recent = Note.objects.filter(address=parcel.address, channel=CHANNEL, created_at__gt=now - WINDOW)
    if not recent.filter(Q(kind=DIGEST) | Q(kind=ACTION, digest=None)).exists():
        return None
    open_one = recent.filter(kind=DIGEST, status=Note.Status.OPEN).order_by("-created_at").first()
    if open_one is not None and open_one.told.count() < AT_MOST:
        want_again(open_one)
        return open_one
    return Note.objects.create(
        org_id=org,
        channel=CHANNEL,
        kind=DIGEST,
        person=parcel.person,
        address=parcel.address,
        due_at=now,
        created_at=now,
    )


@tx.inside_use_case
def want_again(note: Note) -> None:
    """Let this note be drawn anew: at once, a digest some seconds after it was edited last."""
    _later(_NAMED, note.pk)


@tx.inside_use_case
def adopt(identifier: UUID, place: str, ts: str) -> bool:
    """Keep a message up to date from now on whose posting was never confirmed: it carries the note's id.

    Returns whether it was one.
    """
    note = Note.objects.filter(pk=identifier, kind=ACTION, place=place).exclude(ts__in=["", ts]).first()
    if note is None or not ts or Note.objects.filter(address=note.address, place=place, ts=ts).exists():
        return False
    now = tx.now()
    Note.objects.create(
        org_id=note.org_id,
        channel=CHANNEL,
        kind=COPY,
        action=note.action,
        person=note.person,
        address=note.address,
        place=place,
        ts=ts[:40],
        due_at=now,
        created_at=now,
        posted_at=now,
    )
    return True


@tx.inside_use_case
def changed(action: UUID, *, is_over: bool = False) -> None:
    """Let every note that tells of this action, and the digests it stands in, be drawn anew.

    What was said in a thread is drawn anew once the action `is_over`: until then it stays what it was.
    """
    _later(_OVER if is_over else _CHANGED, action)


@tx.inside_use_case
def agent_told(actions: Sequence[UUID]) -> None:
    """Let the messages of these actions be drawn anew: their agents have heard how they ended."""
    shown = Note.objects.filter(org_id=tx.current().org, action__in=actions, digest=None, status=Note.Status.OPEN)
    for note in shown.filter(kind__in=(ACTION, COPY)).values_list("id", flat=True):
        _later(_NAMED, note)


_NAMED, _CHANGED, _OVER = "notes by name", "notes of what changed", "notes of what is over"
_AGAIN = """
    update delivery_note n
    set wanted = n.wanted + 1,
        due_at = case when n.attempts > 0 then least(n.due_at, app_now() + make_interval(secs => %s))
                      when n.kind = %s then least(n.due_at, greatest(app_now(), n.edited_at + make_interval(
                          secs => case when n.id = any(%s) then %s else %s end)))
                      else app_now() end
    from (select m.id from delivery_note m where m.org_id = %s and m.id = any(%s) and m.status = 'open'
          order by m.id for no key update) mine
    where n.org_id = %s and n.id = mine.id
"""


def _later(what: str, identifier: UUID) -> None:
    """Keep which notes are wanted again until the end of the transaction.

    Notes are locked once in a transaction, in the order of their ids, after all else but the head of the audit chain:
    many flows want the same ones at the same instant, each for an action of its own.
    """
    tx.current().kept.setdefault(what, []).append(identifier)
    tx.at_end("notes", _draw_again)


def _draw_again() -> None:
    """Count a change of every note that was kept, under its lock, and let it be due.

    One that somebody has leased just now is not taken from them: they see that it changed. What failed waits no longer
    than a lease lasts.
    """
    kept, org = tx.current().kept, tx.current().org
    wanted, over = set(kept.pop(_NAMED, [])), set(kept.pop(_OVER, []))
    ended: set[UUID] = set()  # digests
    telling = Note.objects.filter(org_id=org, action__in=over.union(kept.pop(_CHANGED, [])))
    for note, kind, action, digest in telling.values_list("id", "kind", "action", "digest"):
        if digest is not None:
            wanted.add(digest)
            ended.update([digest] if action in over else [])
        elif kind in (ACTION, COPY) or (kind in IN_THREAD and action in over):
            wanted.add(note)
    if wanted:
        with connection.cursor() as cursor:
            apart = (ENDS_APART.total_seconds(), EDITS_APART.total_seconds())
            cursor.execute(_AGAIN, [LEASE.total_seconds(), DIGEST, sorted(ended), *apart, org, sorted(wanted), org])
