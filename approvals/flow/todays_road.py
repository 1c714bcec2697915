"""The road an action that waits would be on today: what the configuration in force says of it, its waiting counted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from approvals import plans
from approvals.electorate import author_of
from approvals.flow import content
from approvals.flow.content import Judged
from approvals.ground import Ground
from approvals.models import Action, Asked
from approvals.present import moment
from approvals.quorum import Plan
from approvals.story import Story
from escalations.plan import target_json

ENDINGS = ("approve", "hold", "reject")  # from the weakest on


@dataclass(frozen=True, slots=True)
class Road:
    """What the configuration in force says of an action that waits. `weakens` is why it may not be taken, or "".

    With `is_same` the same is asked of the same people, and votes stay. `step` is how many steps of its chain are done:
    of a chain that differs none, for those that should be are run at once.
    """

    judged: Judged
    plan: dict[str, Any]
    step: int
    is_same: bool
    decide_by: datetime | None
    weakens: str


def road_of_today(story: Story, ground: Ground) -> Road:
    """Return the road that the action would be on now, the time it has waited counted."""
    action, old = story.action, story.action.plan or {}
    judged = content.judge(story, ground, json.loads(bytes(story.revision.arguments)), barring=author_of(story))
    route = judged.chosen.route
    chain = ground.policy.chain(route.chain)
    fresh = plans.plan_json(route, chain, judged.asking, at=ground.now, calendars=ground.policy.calendars)
    is_same = content.is_same_road(story, judged) and (old.get("assign") or "all") == route.assign
    plan = {**old, "route": route.name, "fallback": fresh["fallback"]} if is_same else fresh
    goes_on = _is_same_chain(old.get("chain", {}), fresh["chain"])
    going = plans.started(old, ground.now) if goes_on and action.held_at is not None else old  # its clock stood still
    plan["chain"] = going["chain"] if goes_on else _carried(action, ground, fresh["chain"])
    return Road(
        judged, plan, action.step if goes_on else 0, is_same, _decide_by(action, plan), _weakens(old, plan, judged)
    )


def _is_same_chain(old: plans.PlanJson, new: plans.PlanJson) -> bool:
    same = ("slug", "decide_within", "clock", "calendar", "finally", "steps")
    return "anchor" in old and all(old.get(name) == new.get(name) for name in same)


def _decide_by(action: Action, plan: plans.PlanJson) -> datetime | None:
    """Return when the road ends; while the agent owes an answer that is only known when it comes."""
    if action.paused_at is not None:
        return action.decide_by
    return plans.deadline(plan, cap=action.decide_cap)


def _carried(action: Action, ground: Ground, chain: dict[str, Any]) -> dict[str, Any]:
    """Return the new chain with what has passed on the old one's clock, where that stands still or now."""
    old = action.plan or {}
    stopped = action.paused_at or action.held_at
    if plans.is_anchored(old):
        elapsed = plans.elapsed_at(old, stopped or ground.now).total_seconds()
    else:
        paused = action.pause_spent or timedelta()
        elapsed = ((stopped or ground.now) - action.created_at - paused).total_seconds()
    extended = (old.get("chain") or {}).get("extended", False)
    return chain | {"anchor": {"at": ground.now.isoformat(), "elapsed": elapsed}, "extended": extended}


def _weakens(old: plans.PlanJson, new: plans.PlanJson, judged: Judged) -> str:
    """Return in what the new road would ask for less, or ""."""
    before, after = Plan.from_json(old), Plan.from_json(new)
    if judged.verdict.effect == "approve":
        return "By today's rules nobody would be asked."
    if judged.verdict.effect == "reject":
        return ""
    if after.needed < before.needed:
        return f"It would need {after.needed} instead of {before.needed} approvals."
    if max(one.deny_threshold for one in after.stages) > max(one.deny_threshold for one in before.stages):
        return "It would take more rejections to stop it."
    if any(one.allow_shared_seat for one in after.stages) and not any(one.allow_shared_seat for one in before.stages):
        return "It would let one person fill several seats."
    ends, ended = new["chain"]["finally"], old["chain"]["finally"]
    if ENDINGS.index(ends) < ENDINGS.index(ended):
        return f"Silence would end it with {ends} instead of {ended}."
    return ""


def preview_json(story: Story, ground: Ground, road: Road) -> dict[str, Any]:
    """Return what would change: the road as it is and as it would be."""
    action = story.action
    now = _told(action.plan or {}, action.config_version, action.decide_by, _emails(story.asked))
    people = _emails(story.asked) if road.is_same else sorted(one.email for one in road.judged.asking.asked)
    then = _told(road.plan, ground.org.config_version, road.decide_by, people)
    return {
        "config_version": ground.org.config_version,
        "now": now,
        "then": then,
        "changes": [name for name in now if name != "config_version" and now[name] != then[name]],
        "keeps_votes": road.is_same,
        "would_weaken": road.weakens or None,
        "would_be_rejected": road.judged.verdict.reason if road.judged.verdict.effect == "reject" else None,
        "ends_at_once": road.decide_by is not None and road.decide_by <= ground.now,
    }


def _told(plan: plans.PlanJson, version: int, decide_by: datetime | None, people: list[str]) -> dict[str, Any]:
    return {
        "config_version": version,
        "route": plan.get("route"),
        "chain": plan["chain"]["slug"],
        "finally": plan["chain"]["finally"],
        "needed": Plan.from_json(plan).needed,
        "people": people,
        "decide_by": moment(decide_by),
        "steps": [
            {"after": one.after.total_seconds(), "do": one.do, "to": target_json(one.to) if one.to else None}
            for one in plans.entries(plan)
        ],
    }


def _emails(asked: list[Asked]) -> list[str]:
    return sorted({one.person.email for one in asked if one.left_at is None})
