"""The lane an action was drawn in: which, under what terms, and how much the action's label weighs there."""

from __future__ import annotations

from typing import Any, cast

from agents.keeping import hold, hold_or_open
from agents.models import LaneRow
from agents.terms import Risk
from agents.trust import Trust, trust_of
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


@tx.inside_use_case
def hold_of(action: Action, ground: Ground) -> LaneRow | None:
    """Lock the lane an action was drawn in; None if it had no say, or if nobody gave the agent such a type."""
    if drawn(action) is None:
        return None
    risk = lane_risk(action)
    if not ground.terms.type_named(action.type).known:
        return hold(action.agent_id, action.type, risk)
    trust, version = terms_of(ground, action), ground.org.config_version
    row = hold_or_open(action.agent_id, action.type, risk, trust, now=ground.now, config_version=version)
    if action.agent_version and not row.agent_version:
        row.agent_version = action.agent_version
        LaneRow.objects.filter(pk=row.pk).update(agent_version=action.agent_version)
    return row


def is_outdated(row: LaneRow, version: str, trust: Trust) -> bool:
    """Whether an action of this version of its agent tells nothing good of the version that the lane is of."""
    return version not in ("", row.agent_version) and row.agent_version != "" and trust.versions != "ignore"


def weight_of(action: Action) -> float:
    """Return what the label of an action weighs; 0 where it was not drawn."""
    found = drawn(action) or {}
    return float(found["w"]) if found.get("reviewed") else 0.0
