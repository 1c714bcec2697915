"""Counting the votes of an action under its lock, and doing what they come to."""

from __future__ import annotations

from typing import Any

from approvals.electors import able, electors
from approvals.flow import steps
from approvals.ground import Ground
from approvals.models import Vote
from approvals.present import moment
from approvals.quorum import Ballot, Plan, Tally, outcome
from approvals.routing import resolve
from approvals.story import Story
from core import tx


def tally(story: Story, ground: Ground) -> Tally:
    """Return what the counted votes come to now."""
    action = story.action
    ballots = [
        Ballot(
            person=vote.person.email.lower(),
            vote=vote.vote,  # type: ignore[arg-type]
            at=vote.cast_at,
            on_behalf_of=vote.on_behalf_of.email.lower() if vote.on_behalf_of else None,
            stage=vote.stage,
        )
        for vote in counted(story)
    ]
    return outcome(Plan.from_json(action.plan or {}), ballots, electors(story, ground), now=ground.now, decide_by=None)


def counted(story: Story) -> list[Vote]:
    """Return the votes that stand, on the revision there is now."""
    return [
        vote
        for vote in story.votes
        if vote.standing == Vote.Standing.COUNTED and vote.revision == story.action.revision
    ]


@tx.inside_use_case
def settle(story: Story, ground: Ground, *, actor: str, last: Vote | None = None) -> bool:
    """Close the action if its votes decide it, look for more people if they no longer can, else note the count.

    Returns False if the deadline, by the database's clock, passed meanwhile: nothing was decided.
    """
    found = tally(story, ground)
    action = story.action
    action.approvals, action.needed = found.approvals, found.needed
    void(story, found)
    if found.state == "approved":
        kind = "answered" if action.kind == "question" else "approved"
        return _close(story, "approved", kind, ground, actor, last)
    if found.state == "rejected":
        return _close(story, "rejected", "rejected", ground, actor, last)
    if found.state == "unreachable":
        _unreachable(story, ground)
    steps.save(story, "approvals", "needed")
    return True


@tx.inside_use_case
def void(story: Story, found: Tally) -> None:
    """Mark the votes of those who may no longer decide."""
    lost = set(found.voided)
    for vote in counted(story):
        if vote.person.email.lower() in lost and vote.stage == found.stage:
            vote.standing = Vote.Standing.VOID
            vote.save(update_fields=["standing"])


def _close(story: Story, status: str, word: str, ground: Ground, actor: str, last: Vote | None) -> bool:
    stands = counted(story)
    deciding = last or stands[-1]
    return steps.close(
        story,
        status=status,
        outcome=word,
        by="people",
        at=ground.now,
        actor=actor,
        in_time=True,
        eligible=electors(story, ground),
        people=[person_json(vote) for vote in stands],
        comment=deciding.comment,
        edited=any(vote.edited for vote in stands),
        choice=deciding.choice,
        answer=deciding.answer,
        reject_option=deciding.reject_option,
    )


def person_json(vote: Vote) -> dict[str, Any]:
    """Return one counted vote as the decision tells it."""
    return {
        "name": vote.person.name,
        "email": vote.person.email,
        "on_behalf_of": vote.on_behalf_of.email if vote.on_behalf_of else None,
        "channel": vote.channel,
        "vote": vote.vote,
        "comment": vote.comment or None,
        "at": moment(vote.cast_at),
    }


def _unreachable(story: Story, ground: Ground) -> None:
    """Ask the fallback, or hold: those who are left can no longer be enough. The quorum is never lowered."""
    action = story.action
    plan = Plan.from_json(action.plan or {})
    if plan.fallback and not (action.plan or {}).get("fallback_used"):
        action.plan = (action.plan or {}) | {"fallback_used": True}
        action.save(update_fields=["plan"])
        people = able(resolve(plan.fallback, ground.directory), story, ground)
        steps.ask(story, ground, [(email, "fallback: too few people were left to decide") for email in people])
        if tally(story, ground).state != "unreachable":
            return
    if action.held_at is None:
        steps.hold(story, ground, "unreachable_quorum: too few eligible people are left")
