"""Whose open seats are lent: who stands in is asked, who no longer does leaves. Runs inside a use case."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import connection

from approvals.asking import AskedPerson
from approvals.electorate import counted, electors, matter_of, owners, seat_of
from approvals.flow import steps
from approvals.flow.refusals import NotAuthorized
from approvals.ground import Ground
from approvals.lending import StandIn, stand_ins
from approvals.models import ANY, Asked
from approvals.story import Story
from approvals.tallies import spent
from core import tx

ENDED = "delegation_ended"
_HOLD = (
    "select ended_at is null and app_now() < ends_at from approvals_delegation"
    " where org_id = %s and id = any(%s) order by created_at, id for share"
)


@tx.inside_use_case
def take_back(story: Story, ground: Ground) -> set[str]:
    """Take the action from those who stood in and no longer may; return whose seats those were, by e-mail.

    Who may decide it by themselves by now keeps it, for themselves.
    """
    matter, own = matter_of(story, ground), owners(story, ground)
    back = set()
    for asked in _open(story):
        owner = seat_of(asked, ground)
        who = asked.person.email.lower()
        if asked.on_behalf_of_id is None:
            continue
        them = stand_ins(owner, matter, ground.directory) if owner in own else ()
        if (still := next((one for one in them if one.email == who), None)) is not None:
            _by(asked, still)
            continue
        back.add(owner)
        if who in own:
            asked.on_behalf_of_id = asked.delegation_id = None
            asked.via = "may decide it without standing in for anybody"
            asked.save(update_fields=["on_behalf_of", "delegation", "via"])
        else:
            steps.leave(story, ground.now, ENDED, people=[asked.person_id])
    return back


@tx.inside_use_case
def hold(delegations: Sequence[uuid.UUID]) -> None:
    """Keep the delegations that a vote is cast by from being ended before it is committed.

    Whoever ends one waits for the vote, so history never shows a vote after the end. Locked after the action, in the
    order in which documents bring theirs. Raises NotAuthorized if one has ended since it was looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [tx.current().org, list(delegations)])
        in_force = [row[0] for row in cursor.fetchall()]
    if not all(in_force) or len(in_force) != len(delegations):
        raise NotAuthorized("What you were lent has ended a moment ago. Nothing was recorded.")


def returning(story: Story, ground: Ground, back: Iterable[str]) -> Iterable[AskedPerson]:
    """Yield those whose seat came back to them and who are not asked: they were away when it was."""
    there, own, voted = _there(story), owners(story, ground), _voted(story) | spent(story, ground)
    for owner in sorted(back):
        if owner in own and owner not in there | voted and ground.directory.presence(owner) == "here":
            yield AskedPerson(owner, "nobody stands in any more", _requirement(story, ground, owner))


def standing_in(story: Story, ground: Ground) -> Iterable[AskedPerson]:
    """Yield for each open seat that was lent the first who stands in, unless they are asked, or have had their say."""
    if not ground.directory.lending:
        return
    matter, taken = matter_of(story, ground), _there(story)
    voted = _voted(story) | spent(story, ground)  # who sits in an earlier stage sits for nobody in this one
    asked_for = {(one.person.email.lower(), seat_of(one, ground)) for one in _open(story)}
    for owner in sorted(owners(story, ground) - voted):
        for one in stand_ins(owner, matter, ground.directory):
            if (one.email, owner) in asked_for:
                break
            if one.email in taken | voted or not _is_new_enough(one, story, ground, owner):
                continue
            taken.add(one.email)
            via = f"stands in for {ground.people[owner].name}"
            yield AskedPerson(one.email, via, _requirement(story, ground, owner), owner, one.delegations[0])
            break


def _by(asked: Asked, still: StandIn) -> None:
    """Note by which delegation somebody stands in, of several between the same two people."""
    if asked.delegation_id != still.delegations[0]:
        asked.delegation_id = still.delegations[0]
        asked.save(update_fields=["delegation"])


def _is_new_enough(one: StandIn, story: Story, ground: Ground, owner: str) -> bool:
    """Whether somebody who stands in is to be asked: not of what waited before, where only new things are lent."""
    since = [
        asked.since for asked in _open(story) if asked.on_behalf_of_id is None and asked.person.email.lower() == owner
    ]
    waits = min(since, default=story.action.created_at)
    by = [lent for lent in ground.directory.delegations if lent.id in one.delegations]
    return all(lent.waiting_too or lent.period.starts <= waits for lent in by)


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
