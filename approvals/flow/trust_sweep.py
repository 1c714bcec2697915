"""What time does to lanes: labels that waited count, silence and overrides end. The engine runs it.

A lane is one transaction: all that is due of it counts, or nothing. So a killed engine leaves what is due, due.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from django.db.models import Exists, OuterRef

from agents.keeping import Given, append, lane_of
from agents.ledger import Label, NewTerms, Tick
from agents.models import LabelRow, LaneRow
from agents.terms import Risk
from agents.trust import Trust, trust_of
from approvals.ground import Ground, stand
from approvals.models import Action
from approvals.ratchet import telling
from approvals.ratchet.drawn import follow, is_outdated
from approvals.ratchet.said import RIGHT
from approvals.ratchet.silent import SILENT_AFTER, unanswered
from approvals.story import Story
from core import clock, ids, tx

ALL = 1_000_000
TOGETHER = 100  # labels of one lane in one transaction
_MOMENT = "coalesce(%s::timestamptz, clock_timestamp() + make_interval(secs => %s))"
_OF = " where org_id = %s or %s::bigint is null limit %s"
LANES = f"select org_id, lane_id from due_lanes({_MOMENT}, %s){_OF}"  # noqa: S608 - our own words
LABELS = f"select org_id, label_id from due_labels({_MOMENT}, %s){_OF}"  # noqa: S608 - our own words
log = structlog.get_logger(__name__)


def sweep(limit: int = 500, *, at: datetime | None = None, org: int | None = None) -> int:
    """Let time do to lanes what has come, in every organization (or in `org`), by turns. Returns how many moved.

    Due is what the database's clock says, or what is due at `at`. A lane that cannot be moved stands in nobody's way:
    it is logged, and tried again. Raises what a database that is away raises.
    """
    told: list[Any] = [at, clock.shift().total_seconds(), limit if org is None else ALL, org, org, limit]
    with connection.cursor() as cursor:
        cursor.execute(LANES, told)
        lanes: list[tuple[int, uuid.UUID]] = cursor.fetchall()
        cursor.execute(LABELS, told)
        labels: list[tuple[int, uuid.UUID]] = cursor.fetchall()
    due = dict.fromkeys(lanes)
    waiting: dict[int, list[uuid.UUID]] = {}
    for owner, label in labels:
        waiting.setdefault(owner, []).append(label)
    for owner, found in waiting.items():
        due |= dict.fromkeys((owner, lane) for lane in _lanes(owner, found))
    return sum(_try(*one) for one in due)


def _lanes(org: int, labels: list[uuid.UUID]) -> list[uuid.UUID]:
    """Return the lanes of these labels."""
    with tx.reading(org):
        return list(LabelRow.objects.filter(pk__in=labels).order_by("lane_id").values_list("lane_id", flat=True))


def _try(org: int, lane: uuid.UUID) -> bool:
    try:
        return pass_time(org, lane)
    except Exception as raised:
        if tx.is_away(raised):
            raise
        log.exception("lane_failed", org=org, lane=ids.public("lan", lane))
        return False


@tx.use_case
def pass_time(org: int, lane: uuid.UUID) -> bool:
    """Let time do to one lane what has come; False if nothing has, or if somebody else has the lane just now."""
    row = LaneRow.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(pk=lane).first()
    if row is None:
        return False
    ground = stand(row.agent_id)
    labels = _labels(row, ground)
    if labels:
        follow(row, _trust(row, ground), ground)
    given = [Given(_counted(one), one.pk) for one in labels]
    if not given:
        if row.due_at is None or row.due_at > ground.now:
            return False
        given = [Given(Tick())]
    if not row.entries:
        given.insert(0, Given(NewTerms(lane_of(row)[1])))  # its ledger begins with what it is judged by
    kept = append(row, given, now=ground.now, by="engine")
    for number, one in enumerate(labels, start=kept.row.entries - len(labels) + 1):
        one.entry, one.due_at = number, None
    LabelRow.objects.bulk_update(labels, ["entry", "due_at"])
    telling.tell(kept, ground)
    return True


def _labels(row: LaneRow, ground: Ground) -> list[LabelRow]:
    """Return the labels of a lane that are to count now, and drop the good ones of a version that is gone."""
    waiting = LabelRow.objects.filter(lane_id=row.pk, due_at__lte=ground.now).order_by("due_at", "id")
    trust = _trust(row, ground)
    found, gone = list[LabelRow](), list[LabelRow]()
    for one in waiting[:TOGETHER]:
        (gone if one.loss == RIGHT and is_outdated(row, one.agent_version, trust) else found).append(one)
    LabelRow.objects.filter(pk__in=[one.pk for one in gone]).update(dropped=True, due_at=None)
    return found


def _trust(row: LaneRow, ground: Ground) -> Trust:
    risk: Risk = row.risk  # type: ignore[assignment]  # rows have one of RISKS
    return trust_of(ground.terms.type_named(row.type), risk)


def _counted(row: LabelRow) -> Label:
    return Label(row.loss, row.weight, row.catch, row.severe, row.answered)


def note_waiting(org: int) -> int:
    """Note what people were to look at and have not for so long that it counts, though it still waits.

    Returns of how many. What somebody has locked just now is decided just now.
    """
    count, last = 0, None
    while page := _note_waiting(org, last):
        count, last = count + len(page), page[-1]
    return count


@tx.use_case
def _note_waiting(org: int, after: uuid.UUID | None) -> list[uuid.UUID]:
    """Do it for the next ones after an action, in their order; return which."""
    late = Action.objects.filter(status="pending", created_at__lte=tx.now() - SILENT_AFTER)
    if after is not None:
        late = late.filter(pk__gt=after)
    said = LabelRow.objects.filter(action=OuterRef("pk"))
    mine = late.filter(~Exists(said), verdict__review__reviewed=True).order_by("id")
    found = list(mine.select_for_update(skip_locked=True, of=("self",))[:TOGETHER])
    grounds = {agent: stand(agent) for agent in {one.agent_id for one in found}}
    for action in found:
        ground = grounds[action.agent_id]
        unanswered(Story(action=action, agent=ground.agent, org=ground.org), ground)
    return [one.pk for one in found]
