"""Every refusal in words: what happened, whether anything was recorded, what now."""

from __future__ import annotations

from uuid import UUID

from approvals.flow.refusals import AlreadyClosed, Stale
from approvals.models import Decision
from approvals.present import action_url
from approvals.slack.words import escaped, link, when
from approvals.story import load
from core import clock, tx
from core.errors import DomainError

_WORDS = {"approved": "approved", "rejected": "rejected", "answered": "answered"}


def sentence(refusal: DomainError | None, org: int, action: UUID) -> str:
    """Return what whoever pressed is told; without a refusal that the action is closed."""
    with tx.reading(org):
        story = load(action)
        where = link(action_url(story.action), "Open it")
        if refusal is None or isinstance(refusal, AlreadyClosed):
            return f"{_ending(story.decision, story.org.timezone)} Nothing was recorded for you. {where}."
    if isinstance(refusal, Stale):
        return (
            f"The agent changed it after this message was sent. Nothing was recorded. {where} to see it as it is now."
        )
    said = escaped(str(refusal), most=500)
    nothing = "" if "othing was recorded" in said else " Nothing was recorded."
    return f"{said}{nothing} {where}."


def _ending(decision: Decision | None, zone: str) -> str:
    if decision is None:
        return "The agent has taken this back."
    at = when(decision.decided_at, zone=zone, now=clock.now())
    names = [escaped(one["name"]) for one in decision.people if one["vote"] != "abstain"]
    if decision.by == "people" and names:
        return f"{' and '.join(names)} {_WORDS[decision.outcome]} this at {at}."
    return f"This was {_WORDS[decision.outcome]} at {at}, because nobody answered in time."
