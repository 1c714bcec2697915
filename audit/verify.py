"""Checking the chain of an organization against the database, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audit.chain import End, Link, fault
from core import tx

# One statement is one snapshot: entries and the head are seen at the same instant, whoever appends meanwhile.
CHAIN = """
select e.seq, e.at, e.kind, e.actor, e.subject, e.body, e.prev_hash, e.hash, h.seq, h.hash
from audit_head h full join audit_entry e on e.org_id = h.org_id
order by e.seq
"""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was once seen and kept outside the database: at entry `seq` the chain's hash was `hash`."""

    seq: int
    hash: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `first_broken_seq` is None if everything held."""

    org: int
    entries: int
    end: End
    first_broken_seq: int | None = None
    why: str = ""
    differences: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was altered and every decision replays."""
        return self.first_broken_seq is None and not self.differences


def verify(
    org: int, *, replay: Callable[[int], Iterable[str]] | None = None, checkpoints: Sequence[Checkpoint] = ()
) -> Report:
    """Recompute the chain, compare it with its head and with `checkpoints`, then replay the decisions.

    `replay(org)` gives, inside a reading transaction, one sentence for each decision that does not follow from its
    votes. It is asked only if the chain holds: from broken history nothing follows.
    """
    report = _chain(org, {checkpoint.seq: checkpoint.hash for checkpoint in checkpoints})
    if replay is None or not report.holds:
        return report
    with tx.reading(org):
        differences = tuple(replay(org))
    return Report(org, report.entries, report.end, report.first_broken_seq, report.why, differences)


def _chain(org: int, seen: dict[int, bytes]) -> Report:
    end, entries, head = End(), 0, End()
    with tx.reading(org):
        for link, head in _rows():  # noqa: B007 - the last head is compared below
            if link is None:
                continue
            entries += 1
            why = fault(link, end)
            if why is None and seen.get(link.seq, link.hash) != link.hash:
                why = "a signed checkpoint of this chain names another hash: history was rewritten"
            if why is not None:
                broken = end.seq + 1
                return Report(org, entries, end, broken, f"Entry {broken}: {why}.")
            end = End(link.seq, link.hash)
    return _compare_end(org, entries, end, head, seen)


def _compare_end(org: int, entries: int, end: End, head: End, seen: dict[int, bytes]) -> Report:
    last_seen = max(seen, default=0)
    if last_seen > end.seq:
        why = f"Entry {end.seq + 1}: it is missing; a signed checkpoint saw {last_seen} entries."
    elif head.seq > end.seq:
        why = f"Entry {end.seq + 1}: it is missing; the chain's head knows of {head.seq} entries."
    elif head != end:
        return Report(org, entries, end, end.seq, f"Entry {end.seq}: the chain's head does not know it as the last.")
    else:
        return Report(org, entries, end)
    return Report(org, entries, end, end.seq + 1, why)


def _rows() -> Iterator[tuple[Link | None, End]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(CHAIN)
        while batch := cursor.fetchmany(BATCH):
            yield from map(_row, batch)


def _row(row: tuple[Any, ...]) -> tuple[Link | None, End]:
    seq, at, kind, actor, subject, body, prev_hash, own_hash, head_seq, head_hash = row
    head = End(head_seq, bytes(head_hash)) if head_seq is not None else End()
    if seq is None:
        return None, head
    return Link(seq, at, kind, actor, subject, bytes(body), bytes(prev_hash), bytes(own_hash)), head
