"""Who may decide an action now: asked or eligible by the route, not barred, with authority. Live at every vote."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from agents.terms import Money
from approvals.flow.refusals import NotAsked, NotAuthorized, SelfApproval
from approvals.ground import Ground
from approvals.models import Asked, Vote
from approvals.quorum import Eligible, Plan
from approvals.routing import eligible, resolve
from approvals.story import Story
from core.errors import DomainError


class Own(Enum):
    """In place of an amount: the one that the action has. None is an amount that cannot be read, as of an edit."""

    AMOUNT = "own"


Judged = Money | None | Own


def electors(story: Story, ground: Ground, *, amount: Judged = Own.AMOUNT) -> Eligible:
    """Return the e-mails that may fill each requirement of each stage now.

    Those who were asked and have not been relieved, and those the route's targets name today: definition from the
    plan, people live. `amount` is that of an edit; without it the action's own is judged.
    """
    action = story.action
    plan = Plan.from_json(action.plan or {})
    asked = _asked(story.asked)
    stages = []
    for number, stage in enumerate(plan.stages, start=1):
        needs = []
        for place, requirement in enumerate(stage.requirements):
            people = set(resolve(requirement.target, ground.directory)) | asked.get((number, place), set())
            if (action.plan or {}).get("fallback_used") and plan.fallback:
                people |= set(resolve(plan.fallback, ground.directory))
            needs.append(frozenset(able(sorted(people - _relieved(story.asked)), story, ground, amount=amount)))
        stages.append(tuple(needs))
    return tuple(stages)


def check_may_decide(story: Story, ground: Ground, email: str, *, amount: Judged = Own.AMOUNT) -> None:
    """Raise SelfApproval, NotAsked or NotAuthorized if this person may not vote on the action now."""
    refusal = why_not(story, ground, email, amount=amount)
    if refusal is not None:
        raise refusal


def why_not(story: Story, ground: Ground, email: str, *, amount: Judged = Own.AMOUNT) -> DomainError | None:
    """Return why this person may not vote on the action now, or None if they may."""
    action, email = story.action, email.lower()
    if email in ground.barred(action.requested_by, author_of(story)):
        return SelfApproval("Whoever started, owns or edited this cannot decide it. Somebody else has to.")
    stage = electors(story, ground, amount=amount)[action.stage - 1]
    if any(email in people for people in stage):
        return None
    relieved = _relieved(story.asked)
    targeted = set().union(
        *(
            resolve(one.target, ground.directory)
            for one in Plan.from_json(action.plan or {}).stages[action.stage - 1].requirements
        )
    )
    if email in relieved or email not in targeted | _all_asked(one for one in story.asked if one.left_why != "changed"):
        return NotAsked("You are not asked about this action. Those who are can hand it to you.")
    return NotAuthorized("This is beyond what you may decide. Hand it to somebody who may, or ask an admin.")


def was_asked(story: Story, email: str) -> bool:
    """Whether this person was ever asked about the action."""
    return email.lower() in _all_asked(story.asked)


def author_of(story: Story) -> str:
    """Return who may not decide for having written what is there now; whoever approved with changes has decided."""
    author = story.revision.author
    for vote in story.votes:
        if vote.edited and vote.revision == story.revision.number and vote.standing == Vote.Standing.COUNTED:
            return ""
    return author


def able(people: Iterable[str], story: Story, ground: Ground, *, amount: Judged = Own.AMOUNT) -> tuple[str, ...]:
    """Return those of `people` who may decide the action now; `amount` is that of an edit."""
    action = story.action
    own = Money(action.amount, action.currency) if action.amount is not None else None
    return eligible(
        people,
        barred=ground.barred(action.requested_by, author_of(story)),
        amount=own if amount is Own.AMOUNT else amount,
        risk=action.risk,  # type: ignore[arg-type]
        action_type=action.type,
        directory=ground.directory,
        amount_expected=ground.terms.type_named(action.type).amount is not None,
    )


def _asked(asked: list[Asked]) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    for one in asked:
        if one.left_at is None or one.left_why in ("voted", "closed"):
            found.setdefault((one.stage, one.requirement), set()).add(one.person.email.lower())
    return found


def _all_asked(asked: Iterable[Asked]) -> set[str]:
    return {one.person.email.lower() for one in asked}


def _relieved(asked: list[Asked]) -> set[str]:
    """Return those who handed the action on and were not asked again."""
    latest: dict[str, Asked] = {}
    for one in asked:
        latest[one.person.email.lower()] = one
    return {email for email, one in latest.items() if one.left_why == "reassigned"}
