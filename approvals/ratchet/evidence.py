"""What is said of an action moves the lanes it was drawn in: one label an action in each, in the same transaction.

Bad news counts at once; good news of a type with a `maturity` waits for bad news until that is over. What a lane has
counted of an action is only ever moved by a correction. The lane's row is the last that is locked (agents.keeping).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from agents.keeping import Given, Kept, append
from agents.ledger import Correction, Label, Signal
from agents.models import LabelRow, LaneRow, LedgerRow
from agents.trust import SUPERVISED
from approvals.ground import Ground
from approvals.models import Action
from approvals.ratchet import telling
from approvals.ratchet.drawn import drawn, is_outdated, lanes_of, terms_of, weight_of
from approvals.ratchet.said import DECISION, OUTCOME, RIGHT, SILENCE, WRONG, Said, of_decision
from approvals.ratchet.silent import SILENT_AFTER
from approvals.story import Story
from core import ids, tx

_SAID = "select exists (select 1 from agents_label where org_id = %s and action = %s and lane_id = %s)"


@tx.inside_use_case
def decided(story: Story, ground: Ground) -> None:
    """Let what people decided count, if the action was its lane's to decide."""
    action = story.action
    if drawn(action) is None:
        return
    said = of_decision(story, terms_of(ground, action))
    if said is not None and action.created_at + SILENT_AFTER <= ground.now:
        say(action, ground, said)  # it may have been noted that nobody answered (trust_sweep.note_waiting)
        return
    if said is not None:
        for row in lanes_of(action, ground):
            _first(row, action, ground, said)  # it was pending until now: nothing was said of it before


@tx.inside_use_case
def say(action: Action, ground: Ground, said: Said) -> LabelRow | None:
    """Write what an action turned out to be, and let it count now or when it is due; said again it does nothing.

    It counts in every lane whose floor the agent's confidence reached. Returns its row in the lane of all; None where
    lanes had no say in it (rules, limits, pauses, questions), or if it was said before. If something else was said of
    the action before, the worse of both stands, and any answer is better than none. The action is locked.
    """
    told = None
    for row in lanes_of(action, ground):
        told = _say(row, action, ground, said)
    return told


def _say(row: LaneRow, action: Action, ground: Ground, said: Said) -> LabelRow | None:
    there = _labels(row, action)
    if any(one.once == said.once for one in there):
        return None
    standing = _standing(there)
    if standing is None:
        return _first(row, action, ground, said)
    if not said.answered:
        return None
    if standing.answered and said.loss <= standing.loss and not _is_worthless(standing):
        return _keep(row, action, ground, said, dropped=True)
    return _instead(row, action, ground, said, standing)


@tx.inside_use_case
def correct(action: Action, ground: Ground, said: Said) -> LabelRow | None:
    """Let what counts of an action be another than was said before, better or worse; said again it does nothing.

    Returns its row, or None as `say` does. Where nothing was said of the action yet, this is said. A severe error that
    was not known as one puts the lane back to supervised. The action is locked.
    """
    told = None
    for row in lanes_of(action, ground):
        told = _correct(row, action, ground, said)
    return told


def _correct(row: LaneRow, action: Action, ground: Ground, said: Said) -> LabelRow | None:
    there = _labels(row, action)
    if any(one.once == said.once for one in there):
        return None
    standing = _standing(there)
    if standing is None:
        return _first(row, action, ground, said)
    if standing.entry is None and standing.due_at is not None and (said.loss, said.answered) == (standing.loss, True):
        return _keep(row, action, ground, said, dropped=True)  # it waits already
    return _instead(row, action, ground, said, standing)


@tx.inside_use_case
def keep_unweighed(action: Action, ground: Ground, said: Said) -> None:
    """Keep what is said of an action that was not drawn, beside its lane: it counts for nothing. Once, as `say`."""
    for row in lanes_of(action, ground):
        if not any(one.once == said.once for one in _labels(row, action)):
            _keep(row, action, ground, said, dropped=True)


@tx.inside_use_case
def take_back(action: Action, ground: Ground, *, by: str) -> None:
    """Let an approval that somebody takes back be worth nothing: what it said in the agent's favour no longer counts.

    That it was an error nobody said. Once; what was found wrong stays so.
    """
    said = Said(DECISION, f"revoked:{ids.public('act', action.pk)}", RIGHT, catch=0.0, by=by)
    for row in lanes_of(action, ground):
        there = _labels(row, action)
        standing = _standing(there)
        if standing is None or (standing.source, standing.loss) != (DECISION, RIGHT):
            continue
        fresh = (
            _keep(row, action, ground, said) if standing.entry is None else _move(row, action, ground, said, standing)
        )
        standing.replaced_by, standing.dropped, standing.due_at = fresh.pk, standing.entry is None, None
        standing.save(update_fields=["replaced_by", "dropped", "due_at"])


@tx.inside_use_case
def signal(agent: uuid.UUID, kind: str, risk: str, ground: Ground, reason: str, *, by: str = "engine") -> list[Kept]:
    """Hold everything in these lanes until the error rate is shown not to be gross: something looks wrong.

    Does nothing where all is held already. Returns the lanes it tightened.
    """
    found = LaneRow.objects.filter(agent_id=agent, type=kind, risk=risk).order_by("pk")
    tightened = []
    for row in found.select_for_update(of=("self",), no_key=True):
        if max(row.level, row.earned) > SUPERVISED and not row.tightened:  # frozen or lowered for a time it comes back
            kept = append(row, [Given(Signal(reason))], now=ground.now, by=by)
            telling.tell(kept, ground)
            tightened.append(kept)
    return tightened


def _labels(row: LaneRow, action: Action) -> list[LabelRow]:
    """Return what was said of an action, in order. Mostly nothing was, and to ask just that is a third of the cost."""
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [row.org_id, action.pk, row.pk])
        if not cursor.fetchone()[0]:
            return []
    return list(LabelRow.objects.filter(org_id=row.org_id, action=action.pk, lane_id=row.pk).order_by("said_at", "id"))


def _standing(there: Sequence[LabelRow]) -> LabelRow | None:
    """Return what stands of what was said of an action."""
    return next((one for one in reversed(there) if not one.dropped and one.replaced_by is None), None)


def _is_worthless(label: LabelRow) -> bool:
    """Whether it was good news from nobody who looked."""
    return label.entry is None and label.due_at is None and label.loss == RIGHT


def _first(row: LaneRow, action: Action, ground: Ground, said: Said) -> LabelRow:
    """Write what is said of an action for the first time, and let it count when it is due."""
    if said.loss == RIGHT and is_outdated(row, action.agent_version, terms_of(ground, action)):
        return _keep(row, action, ground, said, dropped=True)
    due = _due(action, ground, said)
    if due is not None and due > ground.now:
        return _keep(row, action, ground, said, due_at=due)
    if said.is_worthless:
        return _keep(row, action, ground, said)
    return _count(row, action, ground, said)


def _due(action: Action, ground: Ground, said: Said) -> datetime | None:
    """Return when it counts, if not at once."""
    if said.source == SILENCE:
        return action.created_at + SILENT_AFTER
    if said.loss == RIGHT and said.answered and said.source != OUTCOME:
        return ground.now + timedelta(days=terms_of(ground, action).maturity_days)
    return None


def _instead(row: LaneRow, action: Action, ground: Ground, said: Said, standing: LabelRow) -> LabelRow:
    """Let what is said stand instead of what stood: that is moved if it was counted, else dropped."""
    if standing.entry is None:
        fresh = _first(row, action, ground, said)
    elif said.loss == standing.loss and said.answered == standing.answered:
        fresh = _again(row, action, ground, said, standing)
    else:
        fresh = _move(row, action, ground, said, standing)
    standing.replaced_by, standing.dropped, standing.due_at = fresh.pk, standing.entry is None, None
    standing.save(update_fields=["replaced_by", "dropped", "due_at"])
    return fresh


def _again(row: LaneRow, action: Action, ground: Ground, said: Said, standing: LabelRow) -> LabelRow:
    """Keep that it was said once more. Nothing moves, unless it was a severe error and nobody knew."""
    if said.severe and not standing.severe:
        kept = append(row, [Given(_severe())], now=ground.now, by=said.mover)
        telling.tell(kept, ground)
    same = replace(said, catch=standing.catch, severe=said.severe or standing.severe)
    return _keep(row, action, ground, same, entry=standing.entry, weight=standing.weight)


def _move(row: LaneRow, action: Action, ground: Ground, said: Said, standing: LabelRow) -> LabelRow:
    """Move a count to another cell. Bad news in place of silence is news to the brakes too."""
    assumed = float(row.terms["assumed_catch"])
    catch = standing.catch if standing.answered and said.catch is None else said.catch
    old = Label(standing.loss, standing.weight, standing.catch).cell(assumed)
    new = Label(said.loss, standing.weight, catch).cell(assumed)
    at, fresh = _counted_at(row, standing), ids.new()
    given = [Given(Correction(old, new, at), fresh)]
    if not standing.answered and said.loss > RIGHT:
        clean = (new[0], new[1], RIGHT)
        given = [Given(Correction(old, clean, at), fresh), Given(Correction(clean, new, at), fresh)]
    entry = row.entries + 1
    if said.severe:
        given.append(Given(_severe()))
    kept = append(row, given, now=ground.now, by=said.mover)
    moved = replace(said, catch=new[1])
    label = _keep(row, action, ground, moved, entry=entry, weight=standing.weight, identifier=fresh)
    telling.tell(kept, ground)
    return label


def _counted_at(row: LaneRow, label: LabelRow) -> float:
    """Return when a label was counted, in days, as its lane's ledger has it."""
    assert label.entry is not None
    body = LedgerRow.objects.only("body").get(lane_id=row.pk, number=label.entry).body
    return float(body["labelled_at"] if body["type"] == "relabel" else body["t"])


def _count(row: LaneRow, action: Action, ground: Ground, said: Said) -> LabelRow:
    """Count what is said, now; both in one statement."""
    fresh = _label(row, action, ground, said, entry=row.entries + 1)
    label = Label(said.loss, fresh.weight, said.catch, said.severe, said.answered)
    kept = append(row, [Given(label, fresh.pk)], now=ground.now, by=said.mover, said=[fresh])
    telling.tell(kept, ground)
    return fresh


def _severe() -> Label:
    """Return the label of a severe error that is counted elsewhere already."""
    return Label(WRONG, weight=0.0, severe=True)


def _label(
    row: LaneRow,
    action: Action,
    ground: Ground,
    said: Said,
    *,
    entry: int | None = None,
    due_at: datetime | None = None,
    dropped: bool = False,
    weight: float | None = None,
    identifier: uuid.UUID | None = None,
) -> LabelRow:
    return LabelRow(
        id=identifier or ids.new(),
        org_id=row.org_id,
        lane_id=row.pk,
        action=action.pk,
        once=said.once,
        source=said.source,
        loss=said.loss,
        weight=weight_of(action, row.floor) if weight is None else weight,
        catch=said.catch,
        severe=said.severe,
        answered=said.answered,
        reviewer=said.reviewer[:254],
        agent_version=action.agent_version,
        note=said.note,
        said_at=ground.now,
        due_at=due_at,
        entry=entry,
        dropped=dropped,
    )


def _keep(row: LaneRow, action: Action, ground: Ground, said: Said, **more: Any) -> LabelRow:
    """Write what is said beside the lane; `more` as `_label` takes it."""
    fresh = _label(row, action, ground, said, **more)
    fresh.save(force_insert=True)
    return fresh
