"""What the votes of an action come to now, by the people of today."""

from __future__ import annotations

from approvals.electorate import counted, electors, hands_of, matter_of
from approvals.ground import Ground
from approvals.lending import has_authority
from approvals.models import Vote
from approvals.quorum import Ballot, Plan, Tally, outcome
from approvals.story import Story


def tally(story: Story, ground: Ground) -> Tally:
    """Return what the counted votes come to now."""
    seats = electors(story, ground)
    everybody = frozenset[str]().union(*(people for stage in seats for people in stage))
    return outcome(
        Plan.from_json(story.action.plan or {}),
        [_ballot(vote, story, ground) for vote in counted(story)],
        seats,
        now=ground.now,
        decide_by=None,
        absent=ground.directory.away,
        hands=hands_of(story, ground, everybody),
    )


def _ballot(vote: Vote, story: Story, ground: Ground) -> Ballot:
    """Return a vote as the quorum takes it.

    One cast for somebody else stands as long as who cast it may decide such things by themselves; that the delegation
    has ended since does not undo it.
    """
    person = vote.person.email.lower()
    owner = vote.on_behalf_of.email.lower() if vote.on_behalf_of else None
    return Ballot(
        person=person,
        vote=vote.vote,  # type: ignore[arg-type]
        at=vote.cast_at,
        on_behalf_of=owner,
        stage=vote.stage,
        eligible=owner is None or has_authority(person, matter_of(story, ground), ground.directory),
    )


def spent(story: Story, ground: Ground) -> frozenset[str]:
    """Return who sits in an earlier stage than the open one, or has somebody sitting for them, and so cannot again."""
    return tally(story, ground).spent if story.action.stage > 1 else frozenset()
