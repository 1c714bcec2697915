"""Silence: what happens when a moment of an action's clock has come. The engine runs it, and whoever comes late."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

import structlog
from django.db import connection

from approvals import plans, tell
from approvals.flow import steps
from approvals.flow.chain import telling
from approvals.flow.chain.advance import advance
from approvals.flow.chain.end import end, gave_up
from approvals.flow.chain.grace import extension
from approvals.gathering import gathering
from approvals.ground import Ground, stand
from approvals.models import Action
from approvals.states import Execution
from approvals.story import Story, stories_of, story_of
from core import clock, ids, tx

log = structlog.get_logger(__name__)

ALL = 1_000_000
TOGETHER = 250  # actions of one organization in one transaction
DUE = (
    "select org_id, action_id from due_actions("
    "coalesce(%s::timestamptz, clock_timestamp() + make_interval(secs => %s)), %s)"
    " where org_id = %s or %s::bigint is null limit %s"
)


def sweep(limit: int = 500, *, at: datetime | None = None, org: int | None = None) -> int:
    """Run what is due in every organization (or in `org`), by turns, oldest first. Returns how many moved.

    Due is what the database's clock says, or what is due at `at`. Many of one organization are run in one transaction.
    If that fails each is run by itself, so that one that cannot be run (or that collides with others again and again)
    stands in nobody's way: it is logged, and tried again. Raises what a database that is away raises.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, [at, clock.shift().total_seconds(), limit if org is None else ALL, org, org, limit])
        rows: list[tuple[int, uuid.UUID]] = cursor.fetchall()
    due: dict[int, list[uuid.UUID]] = {}
    for owner, identifier in rows:
        due.setdefault(owner, []).append(identifier)
    return sum(_of_one(owner, some) for owner, found in due.items() for some in batched(found, TOGETHER))


def batched(found: Sequence[uuid.UUID], size: int) -> Iterator[tuple[uuid.UUID, ...]]:
    """Yield `found` in parts of `size`."""
    rest = iter(found)
    while part := tuple(islice(rest, size)):
        yield part


def _of_one(org: int, identifiers: Sequence[uuid.UUID]) -> int:
    if len(identifiers) > 1:
        try:
            return lapse_together(org, identifiers)
        except Exception as raised:
            if tx.is_away(raised):
                raise
            log.exception("lapse_together_failed", org=org, actions=len(identifiers))
    return sum(_try(org, one) for one in identifiers)


def _try(org: int, identifier: uuid.UUID) -> bool:
    try:
        return lapse(org, identifier)
    except Exception as raised:
        if tx.is_away(raised):
            raise
        log.exception("lapse_failed", org=org, action=ids.public("act", identifier))
        return False


@tx.use_case
def lapse(org: int, identifier: uuid.UUID) -> bool:
    """Run the moment that has come for one action, if it still has; False if somebody else does or did."""
    action = Action.objects.select_for_update(skip_locked=True).filter(pk=identifier, lapse_at__isnull=False).first()
    if action is None:
        return False
    ground = stand(action.agent_id)
    if action.lapse_at is None or action.lapse_at > ground.now:
        return False
    run(story_of(action, agent=ground.agent, org=ground.org), ground)
    return True


@tx.use_case
def lapse_together(org: int, identifiers: Sequence[uuid.UUID]) -> int:
    """Run the moments that have come for these actions, but for those that somebody else has; return for how many.

    All or nothing. Of an organization with much to catch up on, engines take different actions.
    """
    mine = Action.objects.select_for_update(skip_locked=True).filter(pk__in=identifiers, lapse_at__isnull=False)
    with gathering() as together:
        actions = list(mine.order_by("lapse_at", "id"))
        grounds = {agent: stand(agent) for agent in {action.agent_id for action in actions}}
        due = [one for one in actions if one.lapse_at is not None and one.lapse_at <= grounds[one.agent_id].now]
        together.about = tuple(one.pk for one in due)
        if due:
            agents = {agent: ground.agent for agent, ground in grounds.items()}
            for story in stories_of(due, agents, grounds[due[0].agent_id].org):
                run(story, grounds[story.action.agent_id])
        telling.send_late()
    return len(due)


@tx.inside_use_case
def run(story: Story, ground: Ground) -> None:
    """Do what the clock of this loaded and locked action says now; nothing if it says nothing.

    An approval that was not used lapses. Of an action that waits: a pause that is over ends, the steps that are due
    are run in order, and if its time is over it ends.
    """
    action = story.action
    if action.lapse_at is not None and action.lapse_at > ground.now:
        ground = ground.at(tx.now())  # it became due since the flow began
    if action.lapse_at is None or action.lapse_at > ground.now:
        return
    if action.status == "approved":
        _not_started(story, ground)
    elif gave_up(story, ground) and (action.paused_at is not None or action.held_at is not None):
        end(story, ground)
    elif action.held_at is None:
        if action.paused_at is not None:
            resume(story, ground)
        advance(story, ground)


@tx.inside_use_case
def catch_up(story: Story, ground: Ground) -> bool:
    """Do what the engine should have done by now, if it has not come by yet. Returns whether the action still waits."""
    action = story.action
    if action.status == "pending" and action.lapse_at is not None and action.lapse_at <= ground.now:
        run(story, ground)
    return action.status == "pending"


def is_late(story: Story, ground: Ground) -> bool:
    """Whether the deadline of a pending action is over for good, though no engine has come by yet."""
    action = story.action
    if action.status != "pending":
        return False
    if gave_up(story, ground):
        return True
    if action.held_at is not None:
        return False
    ends = _deadline(action)
    return ends is not None and ends <= ground.now and extension(story, ground) is None


def _deadline(action: Action) -> datetime | None:
    """Return when a waiting action ends; with a pause that lasts as long as it may."""
    if action.paused_at is None or action.lapse_at is None or action.decide_by is None:
        return action.decide_by
    if plans.is_anchored(action.plan):
        return plans.deadline(plans.started(action.plan or {}, action.lapse_at), cap=action.decide_cap)
    return max(action.lapse_at, action.decide_by + (action.lapse_at - action.paused_at))


@tx.inside_use_case
def stop(story: Story, ground: Ground, *, until: datetime) -> None:
    """Let the clock of an action stand still while the agent owes an answer, `until` at the longest."""
    action = story.action
    if plans.is_anchored(action.plan):
        action.plan = plans.stopped(action.plan or {}, ground.now)
    action.paused_at, action.lapse_at = ground.now, until
    if action.decide_cap is not None:
        action.lapse_at = min(until, action.decide_cap)
    steps.save(story, "plan", "paused_at", "lapse_at")


@tx.inside_use_case
def resume(story: Story, ground: Ground) -> None:
    """Let the clock go on after a question: what was left when it stopped is left now.

    The pause ended at its limit at the latest, also if nobody came by to end it.
    """
    action = story.action
    if action.paused_at is None or action.decide_by is None:
        return
    at = min(ground.now, action.lapse_at or ground.now)
    waited = at - action.paused_at
    action.pause_spent = (action.pause_spent or waited * 0) + waited
    if plans.is_anchored(action.plan):
        action.plan = plans.started(action.plan or {}, at)
    else:
        action.decide_by = action.decide_by + waited
        if action.decide_cap is not None:
            action.decide_by = min(action.decide_by, action.decide_cap)
    action.paused_at = None
    plans.wind(action)
    steps.due(story)
    steps.save(story, "plan", "pause_spent", "decide_by", "lapse_at", "paused_at")


def _not_started(story: Story, ground: Ground) -> None:
    action = story.action
    action.execution, action.execution_at, action.lapse_at = Execution.LAPSED, ground.now, None
    steps.save(story, "execution", "execution_at", "lapse_at")
    steps.note(story, "action.lapsed", actor="engine", at=ground.now)
    tell.send(tell.callback(story, "action.lapsed", ground.now))
