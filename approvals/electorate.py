"""Whose seats an action has, stage by stage, and who could fill them: definition from the plan, people of today.

A seat is owned by whoever was asked for it and has not been relieved, and by whoever the plan's targets name today; but
where a target means those it named when the stage began (whoever was on call, the managers of those asked), or where
the route asks only as many as it needs, by those who were asked alone. Who is away owns a seat as before: absence is no
lack of authority.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from agents.terms import Money
from approvals.asking import Road, is_frozen
from approvals.assignment import ALL
from approvals.authority import Matter
from approvals.directory import Around
from approvals.ground import Ground
from approvals.lending import hands, has_authority
from approvals.models import Asked, Vote
from approvals.quorum import Eligible, Hands, Plan
from approvals.stages import ANY, read_target
from approvals.story import Story
from approvals.terms import Target

KEPT = ("voted", "abstained", "closed", "stage_closed")  # they left, and their seat is still theirs
RELIEVED = ("reassigned", "replaced")


class Own(Enum):
    """In place of an amount: the one that the action has. None is an amount that cannot be read, as of an edit."""

    AMOUNT = "own"


Judged = Money | None | Own


def electors(story: Story, ground: Ground, *, amount: Judged = Own.AMOUNT) -> Eligible:
    """Return the e-mails of those who own a seat of each requirement, of the stages up to the action's.

    `amount` is that of an edit; without it the action's own is judged.
    """
    road, matter = road_of(story), matter_of(story, ground, amount=amount)
    stages = []
    for number, stage in enumerate(road.plan.stages[: story.action.stage], start=1):
        rows = [one for one in story.asked if one.stage == number]
        relieved = _relieved(one for one in rows if one.on_behalf_of_id is None)
        there = joined(story, ground, number)
        replaced = is_replaced(story, number)
        voters = {seat_of_vote(vote) for vote in counted(story) if vote.stage == number}
        needs = []
        for place, requirement in enumerate(stage.requirements):
            people = _asked_for(rows, place, story, ground) | there
            if road.assign == ALL and not is_frozen(requirement.target):
                named = set(ground.directory.members(requirement.target))
                people |= named & voters if replaced else named
            able = (one for one in people - relieved if has_authority(one, matter, ground.directory))
            needs.append(frozenset(able))
        stages.append(tuple(needs))
    return tuple(stages)


def owners(story: Story, ground: Ground, *, amount: Judged = Own.AMOUNT) -> frozenset[str]:
    """Return the e-mails of those who own a seat of the stage that is open."""
    return frozenset[str]().union(*electors(story, ground, amount=amount)[story.action.stage - 1])


def hands_of(story: Story, ground: Ground, people: Iterable[str], *, amount: Judged = Own.AMOUNT) -> Hands:
    """Return who could fill the seat of each of `people` now; empty, where nobody lends, for everybody themselves."""
    if not ground.directory.lending:
        return {}
    matter = matter_of(story, ground, amount=amount)
    return {owner: hands(owner, matter, ground.directory) for owner in people}


def road_of(story: Story) -> Road:
    """Return the road that the action is on."""
    plan = story.action.plan or {}
    return Road(plan.get("route") or "", plan.get("assign") or ALL, Plan.from_json(plan))


def matter_of(story: Story, ground: Ground, *, amount: Judged = Own.AMOUNT) -> Matter:
    """Return what is to be decided, as authority looks at it."""
    action = story.action
    own = Money(action.amount, action.currency) if action.amount is not None else None
    return Matter(
        agent=ground.agent.slug,
        action=action.type,
        risk=action.risk,  # type: ignore[arg-type]
        amount=own if isinstance(amount, Own) else amount,
        amount_expected=ground.terms.type_named(action.type).amount is not None,
        barred=ground.barred(action.requested_by, author_of(story)),
    )


def around(story: Story, ground: Ground, *, stage: int = 0) -> Around:
    """Return what a target of the action is resolved around: of a stage (from 1; the open one if 0)."""
    number = stage or story.action.stage
    rows = [one for one in story.asked if one.stage == number and _is_kept(one, story)]
    return ground.around(story.action.requested_by, tuple(dict.fromkeys(seat_of(one, ground) for one in rows)))


def seat_of(asked: Asked, ground: Ground) -> str:
    """Return the e-mail of whose seat somebody is asked to fill: their own, or that of who lent it."""
    if asked.on_behalf_of_id is None:
        return asked.person.email.lower()
    return next((email for email, known in ground.people.items() if known.id == asked.on_behalf_of_id), "")


def seat_of_vote(vote: Vote) -> str:
    """Return the e-mail of whose seat a vote fills: the voter's, or that of who lent it."""
    return (vote.on_behalf_of or vote.person).email.lower()


def author_of(story: Story) -> str:
    """Return who may not decide for having written what is there now; whoever approved with changes has decided."""
    author = story.revision.author
    for vote in story.votes:
        if vote.edited and vote.revision == story.revision.number and vote.standing == Vote.Standing.COUNTED:
            return ""
    return author


def able(people: Iterable[str], story: Story, ground: Ground, *, amount: Judged = Own.AMOUNT) -> tuple[str, ...]:
    """Return those of `people` who may decide the action by themselves and are here; `amount` is that of an edit."""
    matter = matter_of(story, ground, amount=amount)
    return tuple(
        email
        for email in dict.fromkeys(one.lower() for one in people)
        if ground.directory.presence(email) == "here" and has_authority(email, matter, ground.directory)
    )


def spoken(story: Story) -> set[str]:
    """Return who has had their say in the open stage: those who voted, and those for whom somebody did."""
    votes = [vote for vote in counted(story) if vote.stage == story.action.stage]
    lent = {vote.on_behalf_of.email.lower() for vote in votes if vote.on_behalf_of and vote.vote != "abstain"}
    return {vote.person.email.lower() for vote in votes} | lent


def counted(story: Story) -> list[Vote]:
    """Return the votes that stand, on the revision there is now."""
    return [
        vote
        for vote in story.votes
        if vote.standing == Vote.Standing.COUNTED and vote.revision == story.action.revision
    ]


def is_replaced(story: Story, number: int) -> bool:
    """Whether a step of the chain put others in the place of those whom a stage names."""
    return any(one["replace"] for one in _added(story, number))


def joined(story: Story, ground: Ground, number: int) -> set[str]:
    """Return who may fill any seat of a stage today: the fallback, once it was asked, and whom steps added."""
    targets: list[Target] = []
    plan = story.action.plan or {}
    if plan.get("fallback_used") and plan.get("fallback"):
        targets.append(read_target(plan["fallback"]))
    for one in _added(story, number):
        if one["replace"]:
            targets.clear()
        targets.append(read_target(one["to"]))
    return {email for target in targets if not is_frozen(target) for email in ground.directory.members(target)}


def _added(story: Story, number: int) -> list[dict[str, Any]]:
    """Return what steps of the chain added to a stage: `{"to": {"role": "admin"}, "replace": false, …}`."""
    added = (story.action.plan or {}).get("added", ())
    return [one | {"replace": one.get("replace", False)} for one in added if one["stage"] == number]


def _asked_for(rows: Iterable[Asked], place: int, story: Story, ground: Ground) -> set[str]:
    """Return whose seats of a requirement were asked for: their owners', also where only a stand-in was asked."""
    return {seat_of(one, ground) for one in rows if one.requirement in (place, ANY) and _is_kept(one, story)}


def _is_kept(one: Asked, story: Story) -> bool:
    """Whether somebody who was asked still owns the seat; not, if they had left when the content changed."""
    if one.left_at is None:
        return True
    is_older = story.revision.number > 1 and one.left_at < story.revision.created_at
    return one.left_why in KEPT and not is_older


def _relieved(rows: Iterable[Asked]) -> set[str]:
    """Return those who handed the action on, or were replaced, and were not asked again."""
    latest = {one.person.email.lower(): one for one in rows}
    return {email for email, one in latest.items() if one.left_why in RELIEVED}
