"""A person approves several twins by one press: each is authorised, voted on and written down by itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approvals.actors import PersonActor
from approvals.flow import vote
from approvals.models import Action
from approvals.posted import CastVote
from approvals.twins import check_twins
from core import tx
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class TwinVote:
    """What became of one: the action's JSON after the vote, or why there was none."""

    action: Action
    answer: dict[str, Any] | None = None
    refusal: DomainError | None = None


def approve_twins(org: int, chosen: Mapping[uuid.UUID, str], *, actor: PersonActor) -> tuple[TwinVote, ...]:
    """Approve each of `chosen` (id to the digest that was seen), in that order; one refused does not stop the others.

    What is checked before (approvals.twins) is bound to the digests: what changed since is refused as stale. Raises
    NotTwins, and then nothing was recorded.
    """
    with tx.reading(org):
        rows = {action.pk: action for action in Action.objects.filter(pk__in=list(chosen))}
    actions = [rows[identifier] for identifier in chosen if identifier in rows]
    check_twins(actions)
    return tuple(_one(org, action, chosen[action.pk], actor) for action in actions)


def _one(org: int, action: Action, digest: str, actor: PersonActor) -> TwinVote:
    try:
        answer = vote.vote(org, action.pk, actor=actor, cast=CastVote("approve", digest, bulk=True))
    except DomainError as refusal:
        return TwinVote(action, refusal=refusal)
    return TwinVote(action, answer=answer)
