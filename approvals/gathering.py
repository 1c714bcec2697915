"""Many actions in one transaction: what they change is gathered, and written at its end in a few statements for all.

Inside `gathering` the shared verbs of `flow.steps` and `tell` write nothing at once; the stories in memory are what is
true until then, under the locks of their actions. Measured (docs/reference/performance.md): catching up after an
outage costs a fraction of a transaction an action.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from approvals.models import Action, Asked, Decision
from approvals.rows import row_json
from approvals.silences import Silence, keep_silences
from core import tx
from delivery import news
from delivery.post import Promise, promise_all

_KEPT = "gathered"


@dataclass(slots=True)
class Gathered:
    """What is to be written at the end. `about` are the actions it is about."""

    about: tuple[UUID, ...] = ()
    changed: dict[UUID, Action] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    left: dict[UUID, tuple[datetime, str]] = field(default_factory=dict)
    due: set[UUID] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)
    taken_back: dict[tuple[str, ...], list[tuple[UUID, UUID | None]]] = field(default_factory=lambda: defaultdict(list))
    promises: list[Promise] = field(default_factory=list)
    ended: list[news.Ended] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    organization: str = ""  # its name

    def save(self, action: Action, fields: Iterable[str]) -> None:
        """Write these columns of the action, as they are at the end."""
        self.changed[action.pk] = action
        self.columns.update(fields)

    def leave(self, asked: Iterable[Asked], at: datetime, why: str) -> None:
        """Close these asks."""
        self.left.update({one.pk: (at, why) for one in asked})

    def supersede(self, action: UUID, kinds: Iterable[str], people: Iterable[UUID] | None) -> None:
        """Take back what was promised about the action, before and in this transaction."""
        kinds, readers = tuple(kinds), None if people is None else set(people)
        self.taken_back[kinds] += [(action, one) for one in readers] if readers is not None else [(action, None)]
        self.promises = [
            one
            for one in self.promises
            if one.action != action or one.kind not in kinds or (readers is not None and one.person not in readers)
        ]


def gathered() -> Gathered | None:
    """Return what is being gathered in the transaction that is open, or None if each write is made at once."""
    kept = tx.current().kept.get(_KEPT)
    return kept[0] if kept else None


@contextmanager
def gathering() -> Iterator[Gathered]:
    """Gather what is changed inside the block, and write it when the block ends well."""
    kept = Gathered()
    tx.current().kept[_KEPT] = [kept]
    try:
        yield kept
    finally:
        del tx.current().kept[_KEPT]
    _write(kept)


def _write(kept: Gathered) -> None:
    _save(kept)
    fresh = {one.pk for one in kept.asked}
    _leave({identifier: told for identifier, told in kept.left.items() if identifier not in fresh})
    Asked.objects.bulk_create(kept.asked)  # after who left: the same person may be asked anew
    _carry_due(kept.due)
    Decision.objects.bulk_create(kept.decisions)
    keep_silences(kept.silences)
    for kinds, about in kept.taken_back.items():
        _take_back(kinds, about)
    promise_all(kept.promises)
    news.tell(kept.ended, kept.organization)


def _save(kept: Gathered) -> None:
    """Write the changed columns of all actions at once: their rows are locked, and in memory they are whole."""
    if not kept.changed:
        return
    fields: list[Any] = [Action._meta.get_field(name) for name in kept.columns]  # noqa: SLF001 - documented
    columns = sorted(str(one.column) for one in fields)
    rows = []
    for action in kept.changed.values():
        row = row_json(action)
        rows.append({name: row[name] for name in ("id", "org_id", *columns)})
    setting = ", ".join(f"{name} = fresh.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update approvals_action a set {setting}"  # noqa: S608 - our own column names
            " from jsonb_populate_recordset(null::approvals_action, %s::jsonb) fresh"
            " where a.org_id = fresh.org_id and a.id = fresh.id",
            [json.dumps(rows)],
        )


def _leave(left: dict[UUID, tuple[datetime, str]]) -> None:
    if not left:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update approvals_asked q set left_at = told.at, left_why = told.why"
            " from unnest(%s::uuid[], %s::timestamptz[], %s::text[]) told (id, at, why)"
            " where q.org_id = %s and q.id = told.id and q.left_at is null",
            [list(left), [at for at, _ in left.values()], [why for _, why in left.values()], tx.current().org],
        )


def _carry_due(actions: set[UUID]) -> None:
    """Carry the actions' deadlines over to those who are asked; their inbox is sorted by it."""
    if not actions:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update approvals_asked q set due_at = a.decide_by from approvals_action a"
            " where q.org_id = %s and a.org_id = q.org_id and a.id = q.action_id and q.left_at is null"
            " and q.action_id = any(%s)",
            [tx.current().org, list(actions)],
        )


def _take_back(kinds: tuple[str, ...], about: list[tuple[UUID, UUID | None]]) -> None:
    """Supersede what waits of these kinds, to one person or (None) to all."""
    org = tx.current().org
    with connection.cursor() as cursor:
        cursor.execute(
            "update delivery_parcel p set status = 'superseded', settled_at = app_now()"
            " from (select q.id from delivery_parcel q, unnest(%s::uuid[], %s::uuid[]) told (action, person)"
            " where q.org_id = %s and q.status = 'waiting' and q.kind = any(%s) and q.action = told.action"
            " and (told.person is null or q.person = told.person) order by q.id for no key update of q) mine"
            " where p.org_id = %s and p.id = mine.id",
            [[action for action, _ in about], [person for _, person in about], org, list(kinds), org],
        )
