"""Who may decide an action now: whose seat they fill, or why they may not. Asked again at every vote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from approvals.asking import is_frozen
from approvals.assignment import ALL
from approvals.electorate import (
    RELIEVED,
    Judged,
    Own,
    able,
    author_of,
    counted,
    electors,
    matter_of,
    owners,
    road_of,
)
from approvals.flow.refusals import NotAsked, NotAuthorized, SeatTaken, SelfApproval
from approvals.ground import Ground
from approvals.lending import StandIn, stand_ins
from approvals.models import Asked
from approvals.story import Story
from approvals.tallies import spent
from core.errors import DomainError

__all__ = [
    "Judged",
    "Own",
    "Place",
    "able",
    "author_of",
    "check_may_decide",
    "electors",
    "place_of",
    "was_asked",
    "why_not",
]


@dataclass(frozen=True, slots=True)
class Place:
    """The seat that somebody may fill: of `owner`, an e-mail; as their stand-in, if it is not their own."""

    owner: str
    stand_in: StandIn | None = None


def check_may_decide(
    story: Story, ground: Ground, email: str, *, amount: Judged = Own.AMOUNT, on_behalf_of: str = ""
) -> Place:
    """Return the seat that this person may fill now.

    Raises SelfApproval, NotAsked, NotAuthorized, SeatTaken if there is none.
    """
    found = place_of(story, ground, email, amount=amount, on_behalf_of=on_behalf_of)
    if isinstance(found, DomainError):
        raise found
    return found


def why_not(story: Story, ground: Ground, email: str, *, amount: Judged = Own.AMOUNT) -> DomainError | None:
    """Return why this person may not vote on the action now, or None if they may."""
    found = place_of(story, ground, email, amount=amount)
    return found if isinstance(found, DomainError) else None


def place_of(
    story: Story, ground: Ground, email: str, *, amount: Judged = Own.AMOUNT, on_behalf_of: str = ""
) -> Place | DomainError:
    """Return the seat this person may fill now, or why there is none.

    Without `on_behalf_of` that is their own; if they have none, that of the grantor for whom they are asked, else of
    any for whom they stand in, who has not been voted for.
    """
    email, grantor = email.lower(), on_behalf_of.strip().lower()
    barred = ground.barred(story.action.requested_by, author_of(story))
    if email in barred:
        return SelfApproval("Whoever started, owns or edited this cannot decide it. Somebody else has to.")
    if grantor in barred:
        return SelfApproval(f"{grantor} started, owns or edited this: nobody can decide it for them.")
    theirs = owners(story, ground, amount=amount)
    gone = spent(story, ground)
    if email in gone:
        return NotAuthorized("You decided an earlier stage of this: another person has to decide this one.")
    lenders = theirs - gone - _recused(story)
    if grantor and grantor != email:
        return _lent(story, ground, email, (grantor,), lenders, amount)
    if email in theirs:
        return _free(story, Place(email), email)
    if grantor or not ground.directory.lending:
        return _refusal(story, ground, email)
    asked_for = [one.on_behalf_of_id for one in story.asked if one.left_at is None and _is(one, email)]
    known = {found.id: one for one, found in ground.people.items()}
    grantors = [known[one] for one in asked_for if one in known]
    found = _lent(story, ground, email, dict.fromkeys((*grantors, *sorted(lenders))), lenders, amount)
    return _refusal(story, ground, email) if isinstance(found, NotAuthorized) else found


def _lent(
    story: Story, ground: Ground, email: str, grantors: Iterable[str], theirs: frozenset[str], amount: Judged
) -> Place | DomainError:
    """Return the first seat of `grantors` that this person may fill for them."""
    refusal: DomainError | None = None
    matter = matter_of(story, ground, amount=amount)
    for grantor in grantors:
        if grantor not in theirs:
            continue
        for one in stand_ins(grantor, matter, ground.directory):
            if one.email == email:
                found = _free(story, Place(grantor, one), email)
                if isinstance(found, Place):
                    return found
                refusal = refusal or found
    return refusal or NotAuthorized(
        "What you were lent does not reach this, or has ended. Decide for yourself, or ask whoever lent it."
    )


def _recused(story: Story) -> set[str]:
    """Return who abstained for themselves in the open stage: nobody decides for them either."""
    votes = [vote for vote in counted(story) if vote.stage == story.action.stage and vote.on_behalf_of is None]
    return {vote.person.email.lower() for vote in votes if vote.vote == "abstain"}


def _free(story: Story, place: Place, email: str) -> Place | DomainError:
    """Return the seat, unless somebody else has filled it: the owner, or another who stands in."""
    for vote in counted(story):
        owner = (vote.on_behalf_of or vote.person).email.lower()
        by = vote.person.email.lower()
        if vote.stage == story.action.stage and vote.vote != "abstain" and owner == place.owner and by != email:
            whose = "your seat" if owner == email else f"the seat of {owner}"
            return SeatTaken(f"{vote.person.name} has voted in {whose} already. One seat counts once.")
    return place


def _refusal(story: Story, ground: Ground, email: str) -> DomainError:
    """Return why somebody who has no seat here has none."""
    road = road_of(story)
    requirements = road.plan.stages[story.action.stage - 1].requirements
    live = [one.target for one in requirements if road.assign == ALL and not is_frozen(one.target)]
    targeted = {named for target in live for named in ground.directory.members(target)}
    there = [one for one in story.asked if one.stage == story.action.stage and one.on_behalf_of_id is None]
    rows = [one for one in there if one.left_why != "changed"]
    latest = {one.person.email.lower(): one for one in rows}
    if email not in latest and any(one.on_behalf_of_id is not None and _is(one, email) for one in story.asked):
        return NotAuthorized("You stood in for somebody here, and no longer do: it has ended, or does not reach this.")
    is_relieved = email in latest and latest[email].left_why in RELIEVED
    if is_relieved or email not in targeted | latest.keys():
        return NotAsked("You are not asked about this action. Those who are can hand it to you.")
    return NotAuthorized("This is beyond what you may decide. Hand it to somebody who may, or ask an admin.")


def was_asked(story: Story, email: str) -> bool:
    """Whether this person was ever asked about the action."""
    return any(_is(one, email) for one in story.asked)


def _is(asked: Asked, email: str) -> bool:
    return asked.person.email.lower() == email.lower()
