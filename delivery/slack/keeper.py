"""Notes are brought up to date: posted once, edited to the newest state, one writer each, within Slack's limits.

A note's lease is its `due_at`. It is drawn in a reading scope, sent outside any transaction, and settled in another;
what changed meanwhile (`wanted` over what was drawn) is drawn at once again. A conversation is written to once a
second; 429 holds back its own bucket and no other. What no later try can mend goes to the reader's next channel.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import F

from core import clock, ids, tx
from delivery import failures, schedule
from delivery.models import Note
from delivery.slack import buckets, desk
from delivery.slack.client import Answer, call
from delivery.slack.faces import Face, face_of
from delivery.slack.fallback import give_up
from delivery.slack.workspaces import Workspace, recovered, workspace_of

ALL = 1_000_000
THREADS = 4
MOST_TRIES = 12
SOON = 0.1  # seconds until the next look while a note waits for its moment
ELSEWHERE = "channel_not_found"  # also said of another app's conversation with somebody
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One note to bring up to date: what it shall show, and by which workspace's token."""

    note: Note
    face: Face
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class Done:
    """How it went. `held_until` says that nothing was tried: the bucket is empty until then."""

    job: Job
    answer: Answer | None = None
    held_for: float = 0.0


def keep(now: datetime, *, limit: int = 100, org: int | None = None) -> int:
    """Bring notes up to date that are due. Returns how many were tried."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select org_id, note_id from due_notes(%s, %s) where org_id = %s or %s::bigint is null limit %s",
            [now, limit if org is None else ALL, org, org, limit],
        )
        found: dict[int, list[UUID]] = defaultdict(list)
        for owner, note in cursor.fetchall():
            found[owner].append(note)
    jobs = [job for owner, notes in found.items() for job in _jobs(owner, notes)]
    if not jobs:
        return 0
    with ThreadPoolExecutor(min(THREADS, len(jobs)), thread_name_prefix="slack") as pool:
        by_place: dict[str, list[Job]] = defaultdict(list)
        for job in jobs:
            by_place[f"{job.note.org_id} {job.note.address}"].append(job)
        tried = [done for some in pool.map(_send_in_turn, by_place.values()) for done in some]
    for done in tried:
        _settle(done.job.note.org_id, done)
    return len(tried)


def run(stop: threading.Event, bell: threading.Event, *, poll: float) -> None:
    """File and keep until `stop` is set; `bell` rings when there may be something to do."""
    while not stop.is_set():
        bell.clear()
        now = clock.now()
        if not desk.file(now) + keep(now):
            bell.wait(SOON if _is_due_within(poll) else poll)


def _is_due_within(seconds: float) -> bool:
    """Whether a note is due before the next look would be, as a digest that was edited a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from due_notes(%s, 1)", [clock.now() + timedelta(seconds=seconds)])
        return cursor.fetchone() is not None


def _jobs(org: int, notes: list[UUID]) -> list[Job]:
    taken = _take(org, notes)
    workspace = workspace_of(org) if taken else None
    if workspace is None:
        for note in taken:
            _settle(org, Done(Job(note, Face(""), Workspace("", "")), Answer(is_ok=False, error="not_authed")))
        return []
    jobs = []
    with tx.reading(org):
        for note in taken:
            try:
                jobs.append(Job(note, face_of(note), workspace))
            except Exception:  # one that cannot be drawn holds up no other: its lease ends, and it is tried again
                log.exception("note_not_drawn", note=str(note.pk))
    return jobs


@tx.use_case
def _take(org: int, notes: list[UUID]) -> list[Note]:
    """Lease those that are still due and that nobody else has."""
    now = tx.now()
    mine = Note.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk__in=notes, due_at__lte=now, status=Note.Status.OPEN
    )
    taken = list(mine.order_by("created_at"))
    Note.objects.filter(pk__in=[note.pk for note in taken]).update(due_at=now + desk.LEASE, attempts=F("attempts") + 1)
    for note in taken:
        note.attempts += 1
        note.due_at = now + desk.LEASE
    return taken


def _send_in_turn(jobs: list[Job]) -> list[Done]:
    """Send what goes to one reader, one after the other."""
    return [_send(job) for job in jobs]


def _send(job: Job) -> Done:
    note, token = job.note, job.workspace.token
    method = "chat.update" if note.ts else "chat.postMessage"
    bucket = buckets.name_of(job.workspace.team, method, note.place or note.address)
    if held := buckets.wait_for(bucket):
        return Done(job, held_for=held)
    answer = call(token, method, _arguments(note, job.face))
    if answer.retry_after is not None:
        buckets.hold(bucket, answer.retry_after)
    return Done(job, answer)


def _arguments(note: Note, face: Face) -> dict[str, Any]:
    said: dict[str, Any] = {
        "channel": note.place or note.address,
        "text": face.text,
        "blocks": face.blocks,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "countersign_note", "event_payload": {"note": ids.public("nte", note.pk)}},
    }
    if note.ts:
        return said | {"ts": note.ts}
    return said | {"thread_ts": note.thread} if note.thread else said


class LeaseLost(Exception):
    """The lease of a note ran out, and somebody else has it."""


def _settle(org: int, done: Done) -> None:
    """Write down how it went, unless somebody else has the note by now."""
    try:
        _write_down(org, done)
    except LeaseLost:
        log.warning("note_lease_lost", note=str(done.job.note.pk))


@tx.use_case
def _write_down(org: int, done: Done) -> None:
    """Write down how it went; what changed since it was drawn is due again at once. Raises LeaseLost.

    The note is locked last, as in every flow: after what is promised instead and what is known of its reader's channel.
    """
    note, answer = done.job.note, done.answer
    now = tx.now()
    if not Note.objects.filter(pk=note.pk, attempts=note.attempts).exists():
        raise LeaseLost
    if answer is not None and answer.is_ok and not note.ts and note.person is not None:
        failures.arrived([note.person], note.channel, now)
    if answer is not None and answer.is_ok and done.job.workspace.is_failing:
        recovered()
    elif answer is not None and _is_final(note, answer):
        give_up(note, answer.error, now)
    row = Note.objects.select_for_update(no_key=True).get(pk=note.pk)
    if row.attempts != note.attempts:
        raise LeaseLost
    if answer is None:
        row.due_at, row.attempts = now + timedelta(seconds=done.held_for), row.attempts - 1
        row.save(update_fields=["due_at", "attempts"])
        return
    if answer.is_ok:
        _shown(row, done.job, answer, now)
    elif answer.is_gone and note.ts:
        row.ts, row.due_at = "", now  # it cannot be edited: the newest state is said in a message of its own
    elif _is_elsewhere(note, answer):
        row.place, row.ts, row.thread, row.due_at = "", "", "", now  # of an app that speaks no more: said anew
    elif _is_final(note, answer):
        row.status, row.due_at = Note.Status.DEAD, None
    else:
        draw = random.random()  # noqa: S311 - spreads load, keeps no secret
        row.due_at = now + schedule.wait(row.attempts, draw=draw, retry_after=answer.retry_after)
    row.last_error = "" if answer.is_ok else answer.error[:500]
    row.save()


def _is_final(note: Note, answer: Answer) -> bool:
    """Whether no later try will bring it there."""
    is_gone = answer.is_gone and note.ts  # it can be said in a message of its own
    is_sayable = is_gone or _is_elsewhere(note, answer)
    return not answer.is_ok and not is_sayable and (answer.is_final or note.attempts >= MOST_TRIES)


def _is_elsewhere(note: Note, answer: Answer) -> bool:
    """Whether it stands in another app's conversation with its reader, where ours cannot go."""
    return answer.error == ELSEWHERE and note.place not in ("", note.address)


def _shown(row: Note, drawn: Job, answer: Answer, now: datetime) -> None:
    row.shown, row.attempts = drawn.note.wanted, 0
    if not row.ts:
        row.place, row.ts = str(answer.data.get("channel", row.address)), str(answer.data.get("ts", ""))
        row.posted_at = now
    row.edited_at = now
    again = now + desk.ENDS_APART if row.kind == desk.DIGEST else now
    row.due_at = again if row.wanted > row.shown else drawn.face.until
