"""A new action as the one statement that writes it: `post_action` and its parameters, and what it answers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.standing import versions_json
from approvals.draft import Draft
from approvals.ground import Ground
from approvals.rows import row_json
from core import tx
from delivery import post

POST = (
    "select post_action(%s::bigint, %s::text, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s::uuid,"
    " %s::bytea, %s::bytea, %s::bytea, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb)::text"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the database said: the action is written, was there before, or policy must look again.

    `now` is the database's clock in seconds since 1970, where it was written.
    """

    created: bool = False
    changed: bool = False
    existing: str | None = None
    same: bool = False
    usage: Mapping[str, Any] | None = None
    now: float = 0.0

    @classmethod
    def of(cls, told: str) -> Answer:
        """Return the answer that `post_action` gave as text."""
        said = json.loads(told)
        return cls(
            created="created" in said,
            changed="changed" in said,
            existing=said.get("existing"),
            same=bool(said.get("same")),
            usage=said.get("usage"),
            now=float(said.get("now", 0)),
        )


def parameters(ground: Ground, made: Draft, *, key: uuid.UUID | None = None, silent: bool = False) -> Sequence[Any]:
    """Return the parameters of POST.

    With `key` the database looks itself whether that key still opens the agent's door, and whether the action's moment
    is now: for a road that asked neither before. With `silent` nothing is promised.
    """
    story = made.story
    action, revision = story.action, story.revision
    row = row_json(action)
    row["summary"], row["reason"], row["author"] = revision.summary, revision.reason, revision.author
    expected = {
        "config_version": ground.org.config_version,
        "directory_version": ground.org.directory_version,
        "paused": ground.paused,
        "lanes": versions_json(ground.lanes, action.type, action.risk),
    }
    entries = [
        {"at": at.isoformat(), "kind": kind, "actor": actor, "subject": subject, "body": body.decode()}
        for at, kind, actor, subject, body in made.entries
    ]
    parcels = [] if silent else post.rows(made.promises, at=ground.now)
    return [
        ground.org.pk,
        tx.turned(),
        json.dumps({"key": str(key)}) if key else None,
        json.dumps(expected),
        json.dumps(row),
        json.dumps(made.limits) if made.limits else None,
        revision.pk,
        bytes(revision.body),
        bytes(revision.arguments),
        bytes(revision.context),
        json.dumps([row_json(asked) for asked in story.asked]) if story.asked else None,
        json.dumps(row_json(story.decision)) if story.decision else None,
        json.dumps(parcels) if parcels else None,
        json.dumps(entries),
    ]
