"""An operator puts every action that waits on the road of today's configuration, each in a transaction of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import Organization
from approvals.flow.reapply import apply_to
from approvals.flow.todays_road import preview_json, road_of_today
from approvals.ground import look
from approvals.models import Action
from approvals.story import load
from core import ids, tx
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action: `text` says what changes, "route, people", `refusal` why it stays as it is."""

    id: str
    title: str
    text: str
    refusal: str = ""


def reapply_all(org: int, *, chain: str = "", is_rehearsal: bool = False, who: str = "operator") -> Iterator[Outcome]:
    """Go through the actions that wait (on `chain`, if it is named), oldest first; yield those that differ.

    With `is_rehearsal` nothing is changed.
    """
    with tx.reading(org):
        rows = Action.objects.filter(status="pending").order_by("id")
        if chain:
            rows = rows.filter(plan__chain__slug=chain)
        waiting = list(rows.values_list("id", flat=True))
        version = Organization.objects.values_list("config_version", flat=True).get(pk=org)
    for identifier in waiting:
        outcome = _look(org, identifier)
        if outcome is None:
            continue
        if not outcome.refusal and not is_rehearsal:
            answer = apply_to(org, identifier, who=who, config_version=version)
            if isinstance(answer, DomainError):
                outcome = Outcome(outcome.id, outcome.title, outcome.text, answer.detail)
        yield outcome


def _look(org: int, identifier: uuid.UUID) -> Outcome | None:
    """Return what would change, or None if nothing would or it is closed by now."""
    with tx.reading(org):
        story = load(identifier)
        if story.action.status != "pending":
            return None
        ground = look(story.action.agent_id)
        told = preview_json(story, ground, road_of_today(story, ground))
    if not told["changes"] and not told["would_be_rejected"]:
        return None
    text = "rejected by a rule" if told["would_be_rejected"] else ", ".join(told["changes"])
    return Outcome(ids.public("act", identifier), story.action.title, text, told["would_weaken"] or "")
