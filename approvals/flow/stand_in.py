"""Who lends has changed: an action that waits is asked of those who stand in now, and of those who came back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from approvals import tell
from approvals.asking import AskedPerson
from approvals.electorate import counted, electors, matter_of, owners, seat_of
from approvals.flow import count, lapse, steps
from approvals.ground import Ground
from approvals.lending import stand_ins
from approvals.models import ANY, Asked
from approvals.story import Story
from core import tx
from delivery import post

ENDED = "delegation_ended"


@tx.use_case
def stand_in(org: int, identifier: uuid.UUID, *, hands_over: bool = True, is_silent: bool = False) -> bool:
    """Ask those who stand in for the owners of open seats, and take the action from those who no longer do.

    Whoever lent it is asked again if nobody decides for them any more. Votes stay. Without `hands_over` nobody new is
    asked for others; with `is_silent` whoever calls tells those who are. Returns False if nothing changed, also because
    the action was closed, or only waits for the engine to close it.
    """
    story, ground = steps.lock(identifier)
    if story.action.status != "pending" or lapse.is_late(story, ground):
        return False
    back = _take_back(story, ground)
    fresh = list(_returning(story, ground, back))
    if hands_over:
        fresh += _standing_in(story, ground)
    asked = steps.ask(story, ground, fresh, is_silent=is_silent)
    if is_silent and asked:
        people = [one.person.email for one in asked]
        steps.note(story, "action.asked", actor="engine", at=ground.now, people=people)
    if not back and not asked:
        return False
    count.settle(story, ground, actor="engine")
    return True


def _take_back(story: Story, ground: Ground) -> set[str]:
    """Take the action from those who stood in and no longer may; return whose seats those were, by e-mail.

    Who may decide it by themselves by now keeps it, for themselves.
    """
    matter, own = matter_of(story, ground), owners(story, ground)
    back = set()
    for asked in _open(story):
        owner = seat_of(asked, ground)
        who = asked.person.email.lower()
        if asked.on_behalf_of_id is None or (
            owner in own and any(one.email == who for one in stand_ins(owner, matter, ground.directory))
        ):
            continue
        back.add(owner)
        if who in own:
            asked.on_behalf_of_id = asked.delegation_id = None
            asked.via = "may decide it without standing in for anybody"
            asked.save(update_fields=["on_behalf_of", "delegation", "via"])
        else:
            steps.leave(story, ground.now, ENDED, people=[asked.person_id])
            post.supersede(story.action.pk, tell.TO_PEOPLE, people=[asked.person_id])
    return back


def _returning(story: Story, ground: Ground, back: Iterable[str]) -> Iterable[AskedPerson]:
    """Yield those whose seat came back to them and who are not asked: they were away when it was."""
    there, own, voted = _there(story), owners(story, ground), _voted(story)
    for owner in sorted(back):
        if owner in own and owner not in there | voted and ground.directory.presence(owner) == "here":
            yield AskedPerson(owner, "nobody stands in any more", _requirement(story, ground, owner))


def _standing_in(story: Story, ground: Ground) -> Iterable[AskedPerson]:
    """Yield for each open seat that was lent the first who stands in, unless they are asked, or have had their say."""
    if not ground.directory.lending:
        return
    matter, voted, taken = matter_of(story, ground), _voted(story), _there(story)
    asked_for = {(one.person.email.lower(), seat_of(one, ground)) for one in _open(story)}
    for owner in sorted(owners(story, ground) - voted):
        for one in stand_ins(owner, matter, ground.directory):
            if (one.email, owner) in asked_for:
                break
            if one.email in taken | voted:
                continue
            taken.add(one.email)
            via = f"stands in for {ground.people[owner].name}"
            yield AskedPerson(one.email, via, _requirement(story, ground, owner), owner, one.delegations[0])
            break


def _open(story: Story) -> list[Asked]:
    return [one for one in story.asked if one.left_at is None and one.stage == story.action.stage]


def _there(story: Story) -> set[str]:
    return {one.person.email.lower() for one in _open(story)}


def _voted(story: Story) -> set[str]:
    """Return who has had their say in this stage, and whose seat was voted for."""
    votes = [vote for vote in counted(story) if vote.stage == story.action.stage]
    lent = {vote.on_behalf_of.email.lower() for vote in votes if vote.on_behalf_of and vote.vote != "abstain"}
    return {vote.person.email.lower() for vote in votes} | lent


def _requirement(story: Story, ground: Ground, owner: str) -> int:
    """Return which of the stage's requirements somebody's seat is for; ANY if several could be."""
    for one in _open(story):
        if one.on_behalf_of_id is None and one.person.email.lower() == owner:
            return one.requirement
    places = [place for place, people in enumerate(electors(story, ground)[story.action.stage - 1]) if owner in people]
    return places[0] if len(places) == 1 else ANY
