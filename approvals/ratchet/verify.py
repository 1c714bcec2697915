"""Whether every lane is the fold of its ledger: replayed entry by entry, and compared with what stands in its rows.

Ledgers only grow, so a lane is read first and its ledger after it, up to the entry the lane had, in parts: however long
it is, no transaction is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.keeping import days, due_at, in_force, named
from agents.lane import Lane, opened
from agents.ledger import NewTerms, NotAnEntry, entry_from_json
from agents.models import LabelRow, LaneRow, LedgerRow, MoveRow
from agents.ratchet import step
from agents.trust import Trust, trust_as_json, trust_from_json
from core import tx
from core.errors import DomainError

AT_ONCE = 2000  # entries in one transaction
Made = tuple[int, int, str, int, int, int, int, str]  # a move: entry, part, code, before, after, levels, sentence


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a lane is not what its ledger says."""

    lane: UUID
    agent: str
    name: str
    what: str

    @property
    def line(self) -> str:
        """The difference as one line for people."""
        return f"{self.agent} {self.name}: {self.what}"


@dataclass(slots=True)
class _Replayed:
    lane: Lane
    trust: Trust
    moves: list[Made]


def lanes_of(org: int) -> list[UUID]:
    """Return every lane of an organization."""
    with tx.reading(org):
        return list(LaneRow.objects.order_by("id").values_list("id", flat=True))


def differences(org: int, lane: UUID) -> list[Difference]:
    """Replay one lane and return where its rows differ from its ledger."""
    with tx.reading(org):
        row = LaneRow.objects.select_related("agent").get(pk=lane)
        name = row.spoken
        stored = _moves(row)
    try:
        found = list(_compare(row, stored, org))
    except (NotAnEntry, DomainError, KeyError, TypeError, ValueError) as problem:
        found = [f"its ledger cannot be replayed: {problem}"]
    return [Difference(row.pk, row.agent.slug, name, what) for what in found]


def _compare(row: LaneRow, stored: list[Made], org: int) -> Iterator[str]:
    trust = trust_from_json(row.terms)
    replayed = _Replayed(opened(trust, now=days(row.opened_at)), trust, [])
    count = 0
    while count < row.entries:
        part = _entries(org, row, count)
        if [number for number, _, _ in part] != list(range(count + 1, count + 1 + len(part))) or not part:
            yield f"its ledger has a gap after entry {count}"
            return
        for number, body, label in part:
            _replay(replayed, row, number, body)
            yield from _label_differs(org, row, number, label)
        count += len(part)
    lane, trust = replayed.lane, replayed.trust
    told = {
        "state": (row.state, lane.as_json()),
        "terms": (row.terms, trust_as_json(trust)),
        "level": (row.level, lane.level(trust)),
        "earned": (row.earned, lane.earned),
        "tightened": (row.tightened, lane.tightened is not None),
        "frozen": (row.frozen, lane.frozen is not None),
        "proposed": (row.proposed, lane.proposed),
        "due_at": (row.due_at, due_at(lane, trust)),
    }
    for name, (stands, should) in told.items():
        if stands != should:
            yield f"{name} is {_short(stands)}, its ledger gives {_short(should)}"
    for one in sorted(set(stored) ^ set(replayed.moves)):
        where = "is told and" if one in stored else "is missing and"
        yield f"a move of entry {one[0]} {where} its ledger says otherwise: {one[2]}, {one[-1]}"


def _replay(replayed: _Replayed, row: LaneRow, number: int, body: dict[str, Any]) -> None:
    """Let one entry happen, as agents.keeping.append does."""
    entry = entry_from_json(body)
    if number == 1 and isinstance(entry.what, NewTerms):
        replayed.trust = entry.what.trust
        replayed.lane = opened(entry.what.trust, now=days(row.opened_at))
    before = replayed.lane.level(replayed.trust)
    moved = step(replayed.lane, replayed.trust, entry, naming=named)
    replayed.lane, replayed.trust = moved.lane, moved.trust
    after = moved.lane.level(moved.trust)
    levels = in_force(moved.moves, before, after)
    for part, (move, (was, is_now)) in enumerate(zip(moved.moves, levels, strict=True)):
        replayed.moves.append((number, part, move.code, move.before, move.after, was, is_now, move.sentence))


def _entries(org: int, row: LaneRow, after: int) -> list[tuple[int, dict[str, Any], LabelRow | None]]:
    """Return the next entries of a ledger, each with the label it counts, if that is a row."""
    with tx.reading(org):
        rows = LedgerRow.objects.filter(lane_id=row.pk, number__gt=after, number__lte=row.entries).order_by("number")
        part = list(rows[:AT_ONCE].values_list("number", "body", "label"))
        labels = LabelRow.objects.in_bulk([label for _, _, label in part if label is not None])
        return [(number, body, labels.get(label)) for number, body, label in part]


def _label_differs(org: int, row: LaneRow, number: int, label: LabelRow | None) -> Iterator[str]:
    if label is not None and (label.lane_id != row.pk or label.entry is None or label.entry > number):
        yield f"entry {number} counts a label that says otherwise: {label.once}"


def _moves(row: LaneRow) -> list[Made]:
    rows = MoveRow.objects.filter(lane_id=row.pk, entry__lte=row.entries)
    names = ("entry", "part", "code", "before", "after", "level_before", "level_after", "sentence")
    return list(rows.order_by("entry", "part").values_list(*names))


def _short(value: object) -> str:
    told = str(value)
    return told if len(told) <= 200 else f"{told[:199]}…"
