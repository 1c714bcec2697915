"""An agent posts an action: policy gives its verdict, and everything that follows is written at once.

The hottest write of the product. Everything is composed in memory from policy kept in the process, and one call of a
database function (`submit_action`) writes it: measured, the ORM costs four times as much (docs/decisions). The
function holds the agent's row, so a hundred parallel posts are counted one after the other.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import connection

from agents.limits import Usage
from approvals import draft, hints, tell
from approvals.actors import AgentActor
from approvals.draft import Draft
from approvals.flow.refusals import IdempotencyConflict
from approvals.ground import Ground, stand, usage_from
from approvals.history import oddity
from approvals.posted import PostedAction
from approvals.present import action_json
from approvals.rows import row_json
from approvals.story import load
from core import tx
from core.errors import Unavailable

_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the database said: the action is written, was there before, or policy must look again."""

    created: bool = False
    existing: str | None = None
    same: bool = False
    usage: dict[str, Any] | None = None


def submit(actor: AgentActor, posted: PostedAction) -> tuple[dict[str, Any], bool]:
    """Take in an action. Returns its JSON, and whether it is new (a repeat of the same post is not).

    Raises IdempotencyConflict if the key was used with another body, and what `draft.compose` raises.
    """
    for _ in range(_TRIES):
        if (done := _submit(actor.org, actor, posted)) is not None:
            if isinstance(done, IdempotencyConflict):
                raise done
            return done
    raise Unavailable("The configuration is changing right now. Nothing was stored: post the action again.")


@tx.use_case
def _submit(
    org: int, actor: AgentActor, posted: PostedAction
) -> tuple[dict[str, Any], bool] | IdempotencyConflict | None:
    """Try once; None means that policy changed under our feet and nothing was written."""
    ground = stand(actor.agent_id)
    usage = _rate(ground, posted) if draft.needs_rate(ground.policy) else Usage()
    odd = partial(oddity, org, actor.agent_id)
    made = draft.compose(ground, actor, posted, usage=usage, odd=odd)
    answer = _write(ground, made)
    if answer.usage is not None:
        counted = usage_from(answer.usage, made.currency)
        made = draft.compose(ground, actor, posted, usage=counted, odd=odd, over_limit=True)
        answer = _write(ground, replace(made, limits=None))
    if answer.existing is not None:
        if not answer.same:
            return IdempotencyConflict(
                "This Idempotency-Key was used before with another body. Use a new key for a new action."
            )
        return action_json(load(uuid.UUID(answer.existing))), False
    if not answer.created:
        return None
    tell.send(made.promises)
    hints.changed(made.story)
    return action_json(made.story), True


def _write(ground: Ground, made: Draft) -> _Answer:
    story = made.story
    action, revision = story.action, story.revision
    row = row_json(action) | {"summary": revision.summary, "reason": revision.reason, "author": revision.author}
    expected = {
        "config_version": ground.org.config_version,
        "directory_version": ground.org.directory_version,
        "paused": ground.paused,
    }
    entries = [
        {"at": at.isoformat(), "kind": kind, "actor": actor, "subject": subject, "body": body.decode()}
        for at, kind, actor, subject, body in made.entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "select submit_action(%s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb)",
            [
                json.dumps(row),
                json.dumps(made.limits) if made.limits else None,
                json.dumps(expected),
                revision.pk,
                bytes(revision.body),
                bytes(revision.arguments),
                bytes(revision.context),
                json.dumps([row_json(asked) for asked in story.asked]),
                json.dumps(row_json(story.decision)) if story.decision else None,
                json.dumps(entries),
            ],
        )
        answer: dict[str, Any] = tx.from_json(cursor.fetchone()[0])
    return _Answer(
        created=bool(answer.get("created")),
        existing=answer.get("existing"),
        same=bool(answer.get("same")),
        usage=answer.get("usage"),
    )


def _rate(ground: Ground, posted: PostedAction) -> Usage:
    """Count the agent's posts of this type in the past hour, for rules that look at `rate`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select agent_usage(%s, %s, %s, %s::jsonb)",
            [ground.org.pk, ground.agent.pk, posted.action, json.dumps({"per_hour": 1_000_000})],
        )
        return usage_from(tx.from_json(cursor.fetchone()[0]), None)
