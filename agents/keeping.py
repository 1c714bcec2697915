"""A lane in the database: locked, moved by entries of its ledger, and written back whole, all or nothing.

Whoever moves a lane holds its row, and takes it after the action's and the agent's. A post looks at the row's
`version` under a share of that lock, so what tightens a lane wins against every post that began before.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf, nextafter
from typing import Any

from django.db import connection

from accounts.models import Organization
from agents.accuracy import error_bound
from agents.lane import Lane, lane_from_json, opened
from agents.ledger import Entry, Happening, Label, NewTerms
from agents.models import LabelRow, LaneRow, MoveRow
from agents.moves import Move
from agents.promotion import blockers
from agents.ratchet import step
from agents.terms import LEVELS
from agents.trust import AUTONOMOUS, Trust, trust_as_json, trust_from_json
from agents.writing import write
from audit.record import record
from core import ids, tx

DAY = timedelta(days=1)
A_MOMENT = timedelta(milliseconds=1)  # more than a float of days rounds away
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = tuple(str(field.column) for field in LaneRow._meta.concrete_fields)  # noqa: SLF001 - documented
_NAMES = tuple(field.attname for field in LaneRow._meta.concrete_fields)  # noqa: SLF001 - documented
_HOLD = (
    f"select {', '.join(_COLUMNS)} from agents_lane where org_id = %s and agent_id = %s"  # noqa: S608 - our own names
    " and type = %s and risk = %s and floor = %s for no key update"
)


@dataclass(frozen=True, slots=True)
class Given:
    """One thing to happen to a lane; `label` is the row of the label it counts."""

    what: Happening
    label: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A lane as its row has it after its ledger grew, with the moves that made, as rows."""

    row: LaneRow
    lane: Lane
    trust: Trust
    moves: tuple[MoveRow, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether an action is treated otherwise than before."""
        return any((one.level_before, one.before) != (one.level_after, one.after) for one in self.moves) or any(
            one.code in ("tighten", "eased") for one in self.moves
        )


def days(moment: datetime) -> float:
    """Return a moment as lanes count it: days since 1970 in UTC."""
    return (moment - BEGINNING) / DAY


def moment_of(day: float) -> datetime:
    """Return the moment of a lane's day count."""
    return BEGINNING + day * DAY


def named(day: float) -> str:
    """Return how sentences name a moment: "3 May 2026"."""
    at = moment_of(day)
    return f"{at.day} {at:%b %Y}"


@tx.inside_use_case
def hold(agent: uuid.UUID, kind: str, risk: str, floor: float = 0.0) -> LaneRow | None:
    """Lock a lane and return its row, or None if the lane has not been opened yet."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [tx.current().org, agent, kind, risk, floor])
        found = cursor.fetchone()
    if found is None:
        return None
    row: LaneRow = LaneRow.from_db("default", _NAMES, found)
    row.state, row.terms = tx.from_json(row.state), tx.from_json(row.terms)
    return row


@tx.inside_use_case
def hold_or_open(
    agent: uuid.UUID, kind: str, risk: str, trust: Trust, *, now: datetime, floor: float = 0.0, config_version: int = 0
) -> LaneRow:
    """Lock a lane, opened at `now` under `trust` if it was not there.

    Other terms than it has are brought to it if they are of the configuration in force, whose `config_version` that is:
    what is applied meanwhile brings its own to every lane that is there, and must not be undone by who began before.
    """
    row = hold(agent, kind, risk, floor)
    if row is None:
        open_lane(agent, kind, risk, trust, now=now, floor=floor)
        row = hold(agent, kind, risk, floor)  # ours, or that of whoever opened it at this moment
        assert row is not None
    return brought_to(row, trust, now=now, config_version=config_version)


@tx.inside_use_case
def brought_to(row: LaneRow, trust: Trust, *, now: datetime, config_version: int) -> LaneRow:
    """Return a locked lane under these terms, as `hold_or_open` does."""
    if not row.entries or (row.terms != trust_as_json(trust) and _is_in_force(config_version)):
        row = append(row, [Given(NewTerms(trust))], now=now, by="policy").row
    return row


def _is_in_force(config_version: int) -> bool:
    return Organization.objects.filter(pk=tx.current().org, config_version=config_version).exists()


@tx.inside_use_case
def open_lane(agent: uuid.UUID, kind: str, risk: str, trust: Trust, *, now: datetime, floor: float = 0.0) -> None:
    """Make the row of a lane if there is none; its ledger begins with the first entry."""
    at = days(now)
    lane, terms = opened(trust, now=at), trust_as_json(trust)
    row = LaneRow(
        id=ids.new(),
        org_id=tx.current().org,
        agent_id=agent,
        type=kind,
        risk=risk,
        floor=floor,
        state=lane.as_json(),
        terms=terms,
        opened_at=now,
        changed_at=now,
    )
    LaneRow.objects.bulk_create([row], ignore_conflicts=True)


@tx.inside_use_case
def append(row: LaneRow, given: Sequence[Given], *, now: datetime, by: str, said: Sequence[LabelRow] = ()) -> Kept:
    """Let things happen to a lane whose row is locked, in order, and write it all. Returns it as it is then.

    `by` is who: `person:ana@acme.test`, `engine`, `policy`. `said` are labels of the lane that are new, written with
    it. Raises what agents.ratchet.step raises; then nothing is
    written.
    """
    lane, trust = lane_from_json(row.state), trust_from_json(row.terms)
    if not row.entries and not isinstance(given[0].what, NewTerms):
        given = [Given(NewTerms(trust)), *given]  # a ledger begins with what it is judged by
    before, bodies = lane.level(trust), list[dict[str, Any]]()
    made: list[MoveRow] = []
    treated = _treatment(lane, trust)
    for one in given:
        entry = Entry(max(days(now), nextafter(lane.now, inf)), one.what)  # each has a moment of its own
        moved = step(lane, trust, entry, naming=named)
        row.entries += 1
        bodies.append(
            {
                "id": str(ids.new()),
                "number": row.entries,
                "body": entry.as_json(),
                "label": one.label and str(one.label),
            }
        )
        after = moved.lane.level(moved.trust)
        levels = in_force(moved.moves, before, after)
        for part, (move, (was, is_now)) in enumerate(zip(moved.moves, levels, strict=True)):
            made.append(_move_row(row, part, move, moved.lane, moved.trust, was, is_now, by, now))
        lane, trust, before = moved.lane, moved.trust, after
    row.version += _treatment(lane, trust) != treated
    _write(row, lane, trust, bodies, given, now=now, by=by, said=said)
    MoveRow.objects.bulk_create(made)
    for one_move in made:
        _record(row, one_move, now)
    return Kept(row, lane, trust, tuple(made))


def in_force(moves: Sequence[Move], before: int, after: int) -> list[tuple[int, int]]:
    """Return the level in force before and after each move of one entry, told where it is earned, lost or set.

    Of "lowered by drift" and "tightened" it is the first that takes the level from `before` to `after`.
    """
    changes = [part for part, move in enumerate(moves) if move.before != move.after]
    where = changes[-1] if changes else len(moves) - 1
    return [(before if part <= where else after, before if part < where else after) for part in range(len(moves))]


def lane_of(row: LaneRow) -> tuple[Lane, Trust]:
    """Return the lane and its terms as its row has them."""
    return lane_from_json(row.state), trust_from_json(row.terms)


def evidence_of(lane: Lane, trust: Trust) -> dict[str, Any]:
    """Return what is known at this moment, for showing a move later.

    `{"target": "monitored", "reviewed": 216, "wrong": 2, "accuracy": 0.954, "required": 0.95, "alpha": 0.02, "attempt":
    1, "since": days, "blockers": […]}`; `accuracy` is the bound that holds however often one looks.
    """
    target = min(lane.earned + 1, AUTONOMOUS)
    attempt, terms = lane.attempt(target), trust.at(target)
    return {
        "target": LEVELS[target],
        "reviewed": sum(attempt.cells.values()),
        "wrong": sum(count for (_, _, loss), count in attempt.cells.items() if loss > 0),
        "accuracy": round(1.0 - error_bound(attempt.cells, attempt.alpha), 6),
        "required": round(1.0 - terms.tolerance, 6),
        "alpha": attempt.alpha,
        "attempt": attempt.number,
        "since": attempt.start,
        "blockers": list(blockers(lane, trust)),
    }


def due_at(lane: Lane, trust: Trust) -> datetime | None:
    """Return when time alone changes the lane: an override ends, or silence has lasted too long."""
    moments = [lane.override.until] if lane.override else []
    if lane.earned:
        first = lane.last_label + trust.stale_days
        waits = lane.tightened is None and lane.now < first
        moments.append(first if waits else lane.last_label + 2 * trust.stale_days)
    return moment_of(min(moments)) + A_MOMENT if moments else None


def _treatment(lane: Lane, trust: Trust) -> tuple[Any, ...]:
    """Return what of a lane decides how an action is treated."""
    return lane.level(trust), lane.tightened is not None, lane.frozen, trust.levels, trust.ceiling


def _move_row(
    row: LaneRow, part: int, move: Move, lane: Lane, trust: Trust, before: int, after: int, by: str, now: datetime
) -> MoveRow:
    return MoveRow(
        org_id=row.org_id,
        lane_id=row.pk,
        entry=row.entries,
        part=part,
        at=now,
        code=move.code,
        before=move.before,
        after=move.after,
        level_before=before,
        level_after=after,
        sentence=move.sentence,
        evidence=evidence_of(lane, trust),
        by=by[:300],
    )


def _write(
    row: LaneRow,
    lane: Lane,
    trust: Trust,
    bodies: list[dict[str, Any]],
    given: Sequence[Given],
    *,
    now: datetime,
    by: str,
    said: Sequence[LabelRow],
) -> None:
    labels = [one.what for one in given if isinstance(one.what, Label) and one.what.answered]
    row.level, row.earned, row.tightened = lane.level(trust), lane.earned, lane.tightened is not None
    row.frozen, row.proposed = lane.frozen is not None, lane.proposed
    row.state, row.changed_at, row.due_at = lane.as_json(), now, due_at(lane, trust)
    if any(isinstance(one.what, NewTerms) for one in given):
        row.terms = trust_as_json(trust)
    target = min(lane.earned + 1, AUTONOMOUS)
    wrong = sum(one.loss for one in labels)
    write(row, bodies, said, by=by, labels=len(labels), wrong=wrong, target=target, attempt=lane.attempt(target))


def _record(row: LaneRow, move: MoveRow, now: datetime) -> None:
    facts = {
        "lane": row.spoken,
        "code": move.code,
        "before": LEVELS[move.level_before],
        "after": LEVELS[move.level_after],
        "sentence": move.sentence,
        "evidence": move.evidence,
        "entry": move.entry,
    }
    record("lane.moved", actor=move.by, subject=ids.public("lan", row.pk), facts=facts, at=now)
