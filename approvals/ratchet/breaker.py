"""The circuit breaker: executions that fail one after the other stop the lane they are of, whatever it has earned.

What fails was approved, so no label says that anything is wrong: the agent, or what it works on, is broken. Frozen,
everything in the lane waits for people until an admin has looked.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from agents.keeping import Given, append, lane_of, open_lane
from agents.ledger import Freeze, NewTerms
from agents.models import LaneRow
from approvals.ground import Ground
from approvals.models import Action
from approvals.ratchet import telling
from approvals.ratchet.drawn import lane_risk, terms_of
from audit.record import record
from core import tx

# An agent that fails one time in ten by chance is stopped for nothing once in a million executions; one that is broken
# does at most so many things in vain.
IN_A_ROW = 6


@tx.inside_use_case
def count(action: Action, ground: Ground, *, has_failed: bool) -> None:
    """Count how an execution went; freeze its lane, with those of its confident actions, if it is one failure too many.

    The action is locked. One that succeeds only takes the lane's row where something had failed before.
    """
    risk = lane_risk(action)
    known = [one for one in ground.lanes.get((action.type, risk), ()) if one.floor == 0]
    if not has_failed:
        if any(one.failures for one in known):
            _rows(action, risk).filter(floor=0).update(failures=0)
        return
    if not known and ground.terms.type_named(action.type).known:
        open_lane(action.agent_id, action.type, risk, terms_of(ground, action), now=ground.now)
    rows = list(_rows(action, risk).select_for_update(of=("self",), no_key=True))
    row = next((one for one in rows if one.floor == 0), None)
    if row is None or row.frozen:
        return  # nobody gave it such a type, or somebody is looking already
    in_a_row = row.failures + 1
    _rows(action, risk).filter(floor=0).update(failures=in_a_row % IN_A_ROW)
    if in_a_row >= IN_A_ROW:
        _freeze([one for one in rows if not one.frozen], action, ground)


def _rows(action: Action, risk: str) -> QuerySet[LaneRow]:
    return LaneRow.objects.filter(agent_id=action.agent_id, type=action.type, risk=risk).order_by("pk")


def _freeze(rows: list[LaneRow], action: Action, ground: Ground) -> None:
    why = f"{IN_A_ROW} actions in a row failed after they were approved"
    for row in rows:
        begin = [] if row.entries else [Given(NewTerms(lane_of(row)[1]))]  # what its ledger is judged by
        telling.tell(append(row, [*begin, Given(Freeze(why))], now=ground.now, by="engine"), ground)
    facts: dict[str, Any] = {
        "agent": ground.agent.slug,
        "lanes": [f"{action.type} at {rows[0].risk} risk"],
        "reason": f"{why}.",
    }
    record("agent.lanes_frozen", actor="engine", subject=f"agent:{ground.agent.slug}", facts=facts, at=ground.now)
