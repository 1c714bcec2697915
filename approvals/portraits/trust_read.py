"""What the pages of trust read: few rows each, whatever the ledger holds, by indexes alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from agents.accuracy import Cell
from agents.band import Band, band
from agents.calibration import Stated
from agents.lane import cells_from_json
from agents.models import LabelRow, LaneDay, LaneRow, MoveRow
from approvals.models import Action
from approvals.portraits.trust_axis import Point

MOST_DAYS = 200
MOST_POINTS, FEWEST_POINTS = 80, 20
CELLS_DRAWN = 700  # of all points together: what a drawing may cost
LABELS_READ, LABELS_SHOWN = 300, 200
LABEL = ("action", "source", "loss", "weight", "answered", "note", "said_at", "entry", "replaced_by")
MOVES_READ = 100
DECIDED_READ = 1_000
LAST = 200  # requests by which shares are told
SPARK_DAYS, SPARK_MOST = 14, 2_000
KEPT_BANDS = 16_384

_SHARES = """
select a.type, a.risk, count(*), count(*) filter (where d.by in ('ratchet', 'rule') and d.outcome = 'approved') from (
    select id, org_id, type, risk from approvals_action where org_id = %(org)s and agent_id = %(agent)s
        and kind = 'approval' order by id desc limit %(last)s
) a left join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id group by a.type, a.risk
"""
_STATED = """
select a.confidence, d.outcome, d.edited from (
    select id, org_id, confidence from approvals_action
    where org_id = %(org)s and agent_id = %(agent)s and type = %(type)s order by created_at desc limit %(last)s
) a join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id and d.by = 'people'
    and d.outcome <> 'answered'
where a.confidence is not null
"""
_LEVELS = """
select g.id, a.level, count(*), count(*) filter (where d.by in ('ratchet', 'rule') and d.outcome = 'approved')
from agents_agent g cross join lateral (
    select id, org_id, level from approvals_action where org_id = g.org_id and agent_id = g.id and kind = 'approval'
    order by id desc limit %(last)s
) a left join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id
where g.org_id = %(org)s and g.archived_at is null group by g.id, a.level
"""
_ASKED = """
select g.id, n, (select count(*) from (
    select 1 from approvals_action a where a.org_id = g.org_id and a.agent_id = g.id
        and a.created_at >= %(today)s::timestamptz - make_interval(days => n)
        and a.created_at < %(today)s::timestamptz - make_interval(days => n - 1) limit %(most)s
) counted) from agents_agent g cross join generate_series(0, %(days)s - 1) n
where g.org_id = %(org)s and g.archived_at is null
"""
_CHANGED = """
select l.agent_id, m.at, m.level_before, m.level_after from agents_lane l cross join lateral (
    select at, level_before, level_after from agents_move where org_id = l.org_id and lane_id = l.id
        and level_before <> level_after order by entry desc, part desc limit 1
) m where l.org_id = %(org)s
"""
WAITING = """
select agent_id, count(*) from approvals_action where org_id = %(org)s and status = 'pending' group by agent_id
"""


@dataclass(frozen=True, slots=True)
class Past:
    """What is shown of a lane's past: points of its chart, its moves, what was said of its last actions, newest first.

    `left_out` days of the chart have no point of their own.
    """

    points: tuple[Point, ...]
    moves: tuple[MoveRow, ...]
    labels: tuple[LabelRow, ...]
    left_out: int


def past_of(row: LaneRow, first: date) -> Past:
    """Return the past of a lane for a chart that begins on `first`, in the scope that is open."""
    days = list(LaneDay.objects.filter(org_id=row.org_id, lane_id=row.pk).order_by("-day")[:MOST_DAYS])
    days.reverse()
    before = [one for one in days if one.day < first]
    inside = before[-1:] + [one for one in days if one.day >= first]
    chosen = sampled(inside)
    moves = MoveRow.objects.filter(org_id=row.org_id, lane_id=row.pk).order_by("-entry", "-part")[:MOVES_READ]
    labels = LabelRow.objects.filter(org_id=row.org_id, lane_id=row.pk).order_by("-said_at").only(*LABEL)[:LABELS_READ]
    counted = [one for one in labels if one.entry is not None and one.answered and one.replaced_by is None]
    return Past(
        points=tuple(_point(one, fresh=fresh) for one, fresh in chosen),
        moves=tuple(moves),
        labels=tuple(counted[:LABELS_SHOWN]),
        left_out=len(inside) - len(chosen),
    )


def sampled(days: Sequence[LaneDay]) -> list[tuple[LaneDay, bool]]:
    """Return the days to draw, each with whether its evidence began anew: all that change something, then even ones."""
    totals = [sum(int(cell[3]) for cell in one.cells) for one in days]
    fresh = [number > 0 and totals[number] < totals[number - 1] for number in range(len(days))]
    cells = max((len(one.cells) for one in days), default=1) or 1
    most = max(FEWEST_POINTS, min(MOST_POINTS, CELLS_DRAWN // cells))
    if len(days) <= most:
        return list(zip(days, fresh, strict=True))
    last = len(days) - 1
    kept = {0, last}
    for number in range(last, 0, -1):
        if len(kept) >= most - 2:
            break
        one, before = days[number], days[number - 1]
        if fresh[number] or (one.level, one.target) != (before.level, before.target):
            kept |= {number, number - 1}
    even = most - len(kept)
    kept |= {round(place * last / (even + 1)) for place in range(1, even + 1)}
    chosen = sorted(kept)
    return [
        (days[number], any(fresh[before + 1 : number + 1]))
        for before, number in zip([-1, *chosen], chosen, strict=False)
    ]


def _point(one: LaneDay, *, fresh: bool) -> Point:
    return Point(one.day, one.level, one.target, band_of(one.cells, one.alpha), one.labels, one.wrong, fresh)


def band_of(cells: Iterable[Sequence[float]], alpha: float) -> Band:
    """Return the band of a table as JSON, kept in the process: the days that are over never change."""
    return _band(tuple(cells_from_json(tuple(one) for one in cells).items()), alpha)  # type: ignore[misc]  # of four


@lru_cache(maxsize=KEPT_BANDS)
def _band(cells: tuple[tuple[Cell, int], ...], alpha: float) -> Band:
    return band(dict(cells), alpha)


def stated_of(org: int, agent: uuid.UUID, kind: str) -> tuple[Stated, ...]:
    """Return how sure the agent said it was of its last actions of a type, and whether people agreed."""
    rows = query(_STATED, org=org, agent=agent, type=kind, last=DECIDED_READ)
    return tuple(Stated(sure, outcome == "approved" and not edited) for sure, outcome, edited in rows)


def shares_of(org: int, agent: uuid.UUID) -> dict[tuple[str, str], tuple[int, int]]:
    """Return by type and risk how many of the agent's last requests there were, and how many went through alone."""
    rows = query(_SHARES, org=org, agent=agent, last=LAST)
    return {(kind, risk): (count, alone) for kind, risk, count, alone in rows}


def levels_of(org: int) -> dict[uuid.UUID, dict[str, tuple[int, int]]]:
    """Return for each agent by level how many of its last requests there were, and how many went through alone."""
    found: dict[uuid.UUID, dict[str, tuple[int, int]]] = {}
    for agent, level, count, alone in query(_LEVELS, org=org, last=LAST):
        found.setdefault(agent, {})[level] = (count, alone)
    return found


def asked_of(org: int, today: datetime) -> dict[uuid.UUID, list[int]]:
    """Return for each agent how often it asked on each of the last days, the oldest first; `today` is midnight."""
    found: dict[uuid.UUID, list[int]] = {}
    for agent, back, count in query(_ASKED, org=org, today=today, days=SPARK_DAYS, most=SPARK_MOST):
        found.setdefault(agent, [0] * SPARK_DAYS)[SPARK_DAYS - 1 - back] = count
    return found


def changed_of(org: int) -> dict[uuid.UUID, tuple[datetime, int, int]]:
    """Return for each agent when the level of any of its lanes last changed, from what, to what."""
    found: dict[uuid.UUID, tuple[datetime, int, int]] = {}
    for agent, at, before, after in query(_CHANGED, org=org):
        if agent not in found or at > found[agent][0]:
            found[agent] = (at, before, after)
    return found


def titles_of(labels: Iterable[LabelRow]) -> dict[uuid.UUID, str]:
    """Return the titles of the actions of labels."""
    wanted = [one.action for one in labels]
    return dict(Action.objects.filter(pk__in=wanted).values_list("pk", "title")) if wanted else {}


def query(text: str, **values: Any) -> list[Any]:
    """Return what a query reads in the scope that is open."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def first_day(now: datetime, period: int) -> date:
    """Return the day a chart of `period` days begins on."""
    return now.date() - timedelta(days=period)
