"""The lanes an action was drawn in: which, under what terms, and how much the action's label weighs in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.db.models import QuerySet

from agents.keeping import Given, append, brought_to, hold_or_open, open_lane
from agents.ledger import Follow
from agents.models import LaneRow
from agents.terms import Risk
from agents.trust import AUTONOMOUS, SUPERVISED, Trust, trust_of
from approvals.ground import Ground
from approvals.models import Action
from core import tx


def drawn(action: Action) -> dict[str, Any] | None:
    """Return how the action's lane treated it; None if it had no say."""
    found: dict[str, Any] | None = action.verdict.get("review")
    return found


def is_audited_after(action: Action) -> bool:
    """Whether people are to look at the action after it went through alone."""
    found = drawn(action)
    return found is not None and found["reviewed"] and not found["held"]


def lane_risk(action: Action) -> Risk:
    """Return the risk of the lane an action was drawn in; an edit may have raised the action's own since."""
    return cast(Risk, (drawn(action) or {}).get("risk", action.risk))


def terms_of(ground: Ground, action: Action) -> Trust:
    """Return the terms of the lane an action was drawn in; made once in a transaction."""
    made: dict[Any, Trust] = tx.current().kept.setdefault("lane terms", [{}])[0]
    risk = lane_risk(action)
    key = (ground.org.config_version, action.agent_id, action.type, risk)
    if key not in made:
        made[key] = trust_of(ground.terms.type_named(action.type), risk)
    return made[key]


def floors_of(action: Action) -> tuple[float, ...]:
    """Return which lanes an action was drawn in, by their floors, the highest first; 0 is the lane of all."""
    weights = (drawn(action) or {}).get("weights", {"0": 1.0})
    return tuple(sorted(map(float, weights), reverse=True))


@tx.inside_use_case
def lanes_of(action: Action, ground: Ground) -> Iterator[LaneRow]:
    """Lock the lanes an action was drawn in and give them, the one of the surest first and that of all last.

    Each is let follow the one before it (agents.ledger.Follow) as that stands when it is given. None if it had no say,
    or if nobody gave the agent such a type and it has no lane of it.
    """
    if drawn(action) is None:
        return
    trust = terms_of(ground, action)
    held = _hold(action, ground, trust)
    for row in sorted(held, key=_floor, reverse=True):
        follow(row, trust, ground, held)
        yield row


def _floor(row: LaneRow) -> float:
    return row.floor


@tx.inside_use_case
def _hold(action: Action, ground: Ground, trust: Trust) -> list[LaneRow]:
    """Lock every lane an action was drawn in, opened if it was not there."""
    risk, floors, version = lane_risk(action), floors_of(action), ground.org.config_version
    if not ground.terms.type_named(action.type).known:
        return list(_rows(action, risk, floors))
    if floors == (0.0,):
        rows = [hold_or_open(action.agent_id, action.type, risk, trust, now=ground.now, config_version=version)]
    else:
        there = {one.floor for one in ground.lanes.get((action.type, risk), ())}
        for floor in set(floors) - there:
            open_lane(action.agent_id, action.type, risk, trust, now=ground.now, floor=floor)
        found = list(_rows(action, risk, floors))
        rows = [brought_to(row, trust, now=ground.now, config_version=version) for row in found]
    for row in rows:
        if action.agent_version and not row.agent_version:
            row.agent_version = action.agent_version
            LaneRow.objects.filter(pk=row.pk).update(agent_version=action.agent_version)
    return rows


def _rows(action: Action, risk: Risk, floors: tuple[float, ...]) -> QuerySet[LaneRow]:
    rows = LaneRow.objects.filter(agent_id=action.agent_id, type=action.type, risk=risk, floor__in=floors)
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


@tx.inside_use_case
def follow(row: LaneRow, trust: Trust, ground: Ground, held: Sequence[LaneRow] = ()) -> None:
    """Let a locked lane rise as far as the one that comes before it in the sequence of confidences stands by now.

    So each is tested only where all before it have passed, and the chance that any passes wrongly is that of one test.
    """
    order = (*trust.selective, 0.0)
    if not row.entries or row.floor not in order:
        return
    reach, place = AUTONOMOUS, order.index(row.floor)
    if place:
        before = next((one.earned for one in held if one.floor == order[place - 1]), None)
        reach = _earned(row, order[place - 1]) if before is None else before
    if row.state.get("reach", AUTONOMOUS) != reach:
        append(row, [Given(Follow(reach))], now=ground.now, by="engine")


def _earned(row: LaneRow, floor: float) -> int:
    """Return the level that the lane of another floor has earned; supervised if there is none."""
    rows = LaneRow.objects.filter(agent_id=row.agent_id, type=row.type, risk=row.risk, floor=floor)
    return rows.values_list("earned", flat=True).first() or SUPERVISED


def is_outdated(row: LaneRow, version: str, trust: Trust) -> bool:
    """Whether an action of this version of its agent tells nothing good of the version that the lane is of."""
    return version not in ("", row.agent_version) and row.agent_version != "" and trust.versions != "ignore"


def weight_of(action: Action, floor: float = 0.0) -> float:
    """Return what the label of an action weighs in the lane of a floor; 0 where it was not drawn."""
    found = drawn(action) or {}
    if not found.get("reviewed"):
        return 0.0
    return float(found.get("weights", {"0": found["w"]}).get(f"{floor:g}", 0.0))
