"""Bringing the chain of a waiting action up to this moment: the steps that are due, in order, then its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from approvals import plans
from approvals.flow import count, steps
from approvals.flow.chain import telling, verbs
from approvals.flow.chain.effect import Told
from approvals.flow.chain.end import end
from approvals.flow.chain.grace import extend
from approvals.flow.chain.onward import onward
from approvals.ground import Ground
from approvals.plans import Due
from approvals.story import Story
from approvals.tell import Missed
from core import tx

LATE = timedelta(minutes=1)  # what is run later than that was missed


@tx.inside_use_case
def advance(story: Story, ground: Ground) -> None:
    """Run what is due by now, of a pending action that is neither held nor paused, and wind its clock again.

    Of several missed steps all take effect in order, each with its own entry in history; people are told once.
    """
    action = story.action
    told, ran, is_thin = Told(), list[datetime](), False
    while (due := _due(story, ground)) is not None:
        action.step = due.place + 1
        if _is_idle(action.plan or {}, due):
            action.plan = plans.emptied(action.plan or {}, due.entry.key)
            continue
        effect = verbs.run(story, ground, due.entry, planned=due.at)
        ran.append(due.at)
        told.take(effect, due.entry.key)
        if due.entry.do in plans.PEOPLE_STEPS or effect.is_empty:
            is_thin = True
        if effect.is_empty and due.entry.do in plans.PEOPLE_STEPS:
            _go_on(story, ground, told)
    if ran:
        steps.save(story, "step", "plan", "epoch", "claimed_by", "claimed_until")
    if action.decide_by is not None and action.decide_by <= ground.now:
        if not extend(story, ground):
            end(story, ground)
    else:
        plans.wind(action)
        steps.save(story, "step", "plan", "decide_by", "lapse_at")
        if is_thin:
            count.settle(story, ground, actor=verbs.ENGINE)
    if action.status == "pending":
        is_late = bool(ran) and ground.now - ran[0] > LATE
        telling.send(story, ground, told, _missed(ran, ground), is_late=is_late)


def _due(story: Story, ground: Ground) -> Due | None:
    """Return the next step if it is due, and was before the end."""
    action = story.action
    if not plans.is_anchored(action.plan):
        return None
    due = plans.next_due(action.plan or {}, action.step)
    if due is None or due.at > ground.now or (action.decide_by is not None and due.at >= action.decide_by):
        return None
    return due


def _go_on(story: Story, ground: Ground, told: Told) -> None:
    """A step found nobody: the next that finds somebody is run at once."""
    moved = onward(story, ground, only_new=False)
    if moved is not None:
        entry, effect = moved
        told.take(effect, entry.key)


def _is_idle(plan: plans.PlanJson, due: Due) -> bool:
    """Whether a step repeats a round in which every step found nobody: then the loop is over."""
    step, _, turn = due.entry.key.partition(".")
    if not turn:
        return False
    before = step if turn == "1" else f"{step}.{int(turn) - 1}"
    keys = [row["key"] for row in plan["chain"]["steps"][: due.place]]
    empty = plan["chain"].get("empty", ())
    return before in keys and all(key in empty for key in keys[keys.index(before) :])


def _missed(ran: list[datetime], ground: Ground) -> Missed | None:
    if len(ran) < 2 or ground.now - ran[0] <= LATE:
        return None
    return Missed(len(ran), ran[0], ran[-1])
