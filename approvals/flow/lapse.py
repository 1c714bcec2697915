"""Silence: what happens when a moment of an action's clock has come. The engine runs it, and whoever comes late."""

from __future__ import annotations

import uuid
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, connection

from approvals import tell
from approvals.flow import steps
from approvals.ground import Ground, stand
from approvals.models import Action
from approvals.states import Execution
from approvals.story import Story, story_of
from core import ids, tx

log = structlog.get_logger(__name__)


def sweep(limit: int = 500, *, at: datetime, org: int | None = None) -> int:
    """Run what is due at `at` in every organization (or in `org`), by turns, oldest first. Returns how many moved.

    An action that cannot be run stands in nobody's way: it is logged, and tried again. Raises what a database that is
    away raises.
    """
    with connection.cursor() as cursor:
        cursor.execute("select org_id, action_id from due_actions(%s, %s)", [at, limit])
        due: list[tuple[int, uuid.UUID]] = cursor.fetchall()
    return sum(_try(owner, identifier) for owner, identifier in due if org is None or owner == org)


def _try(org: int, identifier: uuid.UUID) -> bool:
    try:
        return lapse(org, identifier)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
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


@tx.inside_use_case
def run(story: Story, ground: Ground) -> None:
    """Do what the clock of this locked action says now."""
    action = story.action
    if action.status == "approved":
        _not_started(story, ground)
    elif action.paused_at is not None and not is_late(story, ground):
        resume(story, ground)
    elif (action.plan or {}).get("chain", {}).get("finally") == "hold" and not _agent_gave_up(story, ground):
        steps.hold(story, ground, "the chain ended without an answer")
    else:
        steps.close(story, status="expired", outcome="rejected", by="deadline", at=ground.now, actor="engine")


@tx.inside_use_case
def catch_up(story: Story, ground: Ground) -> bool:
    """Do what the engine should have done by now, if it has not come by yet. Returns whether the action still waits."""
    action = story.action
    if action.status == "pending" and action.lapse_at is not None and action.lapse_at <= ground.now:
        run(story, ground)
    return action.status == "pending"


def is_late(story: Story, ground: Ground) -> bool:
    """Whether the deadline of a pending action is over, though no engine has come by yet."""
    action = story.action
    if action.status != "pending" or action.held_at is not None:
        return False
    if action.decide_cap is not None and action.decide_cap <= ground.now:
        return True
    if action.paused_at is None or action.lapse_at is None:
        return action.lapse_at is not None and action.lapse_at <= ground.now
    pause = action.lapse_at - action.paused_at  # the longest it may still be, whether an engine is there to end it
    return action.decide_by is not None and max(action.lapse_at, action.decide_by + pause) <= ground.now


@tx.inside_use_case
def resume(story: Story, ground: Ground) -> None:
    """Let the clock go on after a question: what was left when it stopped is left now.

    The pause ended at its limit at the latest, also if nobody came by to end it.
    """
    action = story.action
    if action.paused_at is None or action.decide_by is None:
        return
    waited = min(ground.now, action.lapse_at or ground.now) - action.paused_at
    action.pause_spent = (action.pause_spent or waited * 0) + waited
    action.decide_by = action.decide_by + waited
    if action.decide_cap is not None:
        action.decide_by = min(action.decide_by, action.decide_cap)
    action.lapse_at, action.paused_at = action.decide_by, None
    steps.due(story)
    steps.save(story, "pause_spent", "decide_by", "lapse_at", "paused_at")


def _agent_gave_up(story: Story, ground: Ground) -> bool:
    """Whether the agent's own `decide_within`, which no chain prolongs, is over."""
    return story.action.decide_cap is not None and story.action.decide_cap <= ground.now


def _not_started(story: Story, ground: Ground) -> None:
    action = story.action
    action.execution, action.execution_at, action.lapse_at = Execution.LAPSED, ground.now, None
    steps.save(story, "execution", "execution_at", "lapse_at")
    steps.note(story, "action.lapsed", actor="engine", at=ground.now)
    tell.send(tell.callback(story, "action.lapsed", ground.now))
