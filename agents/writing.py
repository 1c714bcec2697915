"""A lane that moved, written in one statement: its row, its ledger, its day, and what was said that moved it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.db import connection

from agents.lane import Attempt, cells_as_json
from agents.models import LabelRow, LaneRow
from core import ids, tx

_WRITE = """
with kept as (
    insert into agents_ledger (id, org_id, lane_id, number, at, body, label, by)
    select e.id, %(org)s, %(lane)s, e.number, %(at)s, e.body, e.label, %(by)s
    from jsonb_to_recordset(%(entries)s::jsonb) as e (id uuid, number integer, body jsonb, label uuid)
), today as (
    insert into agents_laneday as d (id, org_id, lane_id, day, labels, wrong, level, tightened, target, alpha, cells)
    values (%(fresh)s, %(org)s, %(lane)s, %(day)s, %(labels)s, %(wrong)s, %(level)s, %(tightened)s, %(target)s,
            %(alpha)s, %(cells)s::jsonb)
    on conflict (org_id, lane_id, day) do update set labels = d.labels + excluded.labels,
        wrong = d.wrong + excluded.wrong, level = excluded.level, tightened = excluded.tightened,
        target = excluded.target, alpha = excluded.alpha, cells = excluded.cells
), said as (
    insert into agents_label (id, org_id, lane_id, action, once, source, loss, weight, catch, severe, answered,
            reviewer, agent_version, note, said_at, due_at, entry, dropped, replaced_by)
    select s.id, %(org)s, %(lane)s, s.action, s.once, s.source, s.loss, s.weight, s.catch, s.severe, s.answered,
            s.reviewer, s.agent_version, s.note, %(at)s, s.due_at, s.entry, s.dropped, s.replaced_by
    from jsonb_populate_recordset(null::agents_label, %(said)s::jsonb) as s
)
update agents_lane set level = %(level)s, earned = %(earned)s, tightened = %(tightened)s, frozen = %(frozen)s,
    proposed = %(proposed)s, version = %(version)s, entries = %(count)s, state = %(state)s::jsonb,
    terms = %(terms)s::jsonb, changed_at = %(changed)s, due_at = %(due)s
where org_id = %(org)s and id = %(lane)s
"""


@tx.inside_use_case
def write(
    row: LaneRow,
    entries: Sequence[dict[str, Any]],
    said: Sequence[LabelRow],
    *,
    by: str,
    labels: int,
    wrong: float,
    target: int,
    attempt: Attempt,
) -> None:
    """Write a locked lane as its row is now. `entries` are `{"id", "number", "body", "label"}`.

    `labels` and `wrong` are what the day gains by it; `attempt` is the one at the level `target`.
    """
    at = row.changed_at
    values: dict[str, Any] = {
        "fresh": ids.new(),
        "org": row.org_id,
        "lane": row.pk,
        "at": at,
        "by": by[:300],
        "entries": json.dumps(entries),
        "said": json.dumps([_label_json(one) for one in said]),
        "day": at.astimezone(UTC).date(),
        "labels": labels,
        "wrong": wrong,
        "level": row.level,
        "earned": row.earned,
        "tightened": row.tightened,
        "frozen": row.frozen,
        "proposed": row.proposed,
        "version": row.version,
        "count": row.entries,
        "target": target,
        "alpha": attempt.alpha,
        "cells": json.dumps(cells_as_json(attempt.cells)),
        "state": json.dumps(row.state),
        "terms": json.dumps(row.terms),
        "changed": at,
        "due": row.due_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def _label_json(label: LabelRow) -> dict[str, Any]:
    return {
        "id": str(label.pk),
        "action": str(label.action),
        "once": label.once,
        "source": label.source,
        "loss": label.loss,
        "weight": label.weight,
        "catch": label.catch,
        "severe": label.severe,
        "answered": label.answered,
        "reviewer": label.reviewer,
        "agent_version": label.agent_version,
        "note": label.note,
        "due_at": label.due_at and label.due_at.isoformat(),
        "entry": label.entry,
        "dropped": label.dropped,
        "replaced_by": label.replaced_by and str(label.replaced_by),
    }
