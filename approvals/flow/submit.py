"""An agent posts an action: policy gives its verdict, and everything that follows is written at once.

The hottest write of the product. Everything is composed in memory from policy kept in the process, and one call of a
database function (`post_action`) writes it: measured, the ORM costs four times as much (docs/decisions). The
function holds the agent's row, so a hundred parallel posts are counted one after the other. This is the plain road,
which every post can take; most take `approvals.quick`.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import connection

from agents.limits import Usage
from approvals import draft, hints, plans, quick, tell
from approvals.actors import AgentActor
from approvals.audits.opening import audit_after
from approvals.draft import Draft
from approvals.flow.chain.release import release
from approvals.flow.refusals import IdempotencyConflict
from approvals.ground import Ground, stand, usage_from
from approvals.history import oddity
from approvals.posted import PostedAction
from approvals.present import action_json
from approvals.ratchet import versions
from approvals.ratchet.drawn import is_audited_after
from approvals.statement import POST, Answer, parameters
from approvals.story import load
from approvals.turns import Picker
from core import clock, ids, tx
from core.errors import Unavailable
from delivery import post

_TRIES = 5


def submit(
    actor: AgentActor, posted: PostedAction, *, identifier: uuid.UUID | None = None
) -> tuple[dict[str, Any], bool]:
    """Take in an action. Returns its JSON, and whether it is new (a repeat of the same post is not).

    `identifier` is what it will be called, if it was drawn by that before.

    Raises IdempotencyConflict if the key was used with another body, and what `draft.compose` raises.
    """
    identifier = identifier or ids.new()
    for _ in range(_TRIES):
        if (done := _submit(actor.org, actor, posted, identifier)) is not None:
            if isinstance(done, IdempotencyConflict):
                raise done
            return done
    raise Unavailable("The configuration is changing right now. Nothing was stored: post the action again.")


@tx.use_case
def _submit(
    org: int, actor: AgentActor, posted: PostedAction, identifier: uuid.UUID
) -> tuple[dict[str, Any], bool] | IdempotencyConflict | None:
    """Try once; None means that policy changed under our feet and nothing was written."""
    asked_at = clock.now().timestamp()
    ground = stand(actor.agent_id)
    if versions.is_news(ground, posted):  # not remembered: what is written may be undone yet
        ground = versions.take_notice(ground, posted)
    else:
        quick.remember_ground(ground, asked_at=asked_at)
    usage = _rate(ground, posted) if ground.looks.rate else Usage()
    odd = partial(oddity, org, actor.agent_id)
    turns = Picker(ground, run_id=posted.run_id, lock_agent=True)
    made = draft.compose(ground, actor, posted, usage=usage, odd=odd, pick=turns, identifier=identifier)
    answer = _write(ground, made)
    if answer.usage is not None:
        counted = usage_from(answer.usage, made.currency)
        made = draft.compose(ground, actor, posted, usage=counted, odd=odd, over_limit=True, identifier=identifier)
        answer = _write(ground, replace(made, limits=None))
    if answer.existing is not None:
        if not answer.same:
            return IdempotencyConflict(
                "This Idempotency-Key was used before with another body. Use a new key for a new action."
            )
        return action_json(load(uuid.UUID(answer.existing))), False
    if not answer.created:
        return None
    if made.story.asked:
        turns.keep()
    if is_audited_after(made.story.action):
        audit_after(made.story, ground)
    if not tell.is_muted():
        tx.after_commit("nudges", partial(post.nudge, made.promises))
    story = release(made.story.action.pk) if plans.can_go_on(made.story.action) else made.story
    hints.changed(story)
    return action_json(story), True


def _write(ground: Ground, made: Draft) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(POST, parameters(ground, made, silent=tell.is_muted()))
        return Answer.of(cursor.fetchone()[0])


def _rate(ground: Ground, posted: PostedAction) -> Usage:
    """Count the agent's posts of this type in the past hour, for rules that look at `rate`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select agent_usage(%s, %s, %s, %s::jsonb)",
            [ground.org.pk, ground.agent.pk, posted.action, json.dumps({"per_hour": 1_000_000})],
        )
        return usage_from(tx.from_json(cursor.fetchone()[0]), None)
