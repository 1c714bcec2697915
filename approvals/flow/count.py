"""Counting the votes of an action under its lock, and doing what they come to."""

from __future__ import annotations

from typing import Any

from approvals.asking import is_frozen, resolve_stage
from approvals.assignment import ALL, Need
from approvals.audits.opening import look_twice
from approvals.electorate import around, counted, electors, is_replaced, road_of
from approvals.flow import stage, steps
from approvals.flow.chain.onward import next_people
from approvals.ground import Ground
from approvals.invitations import invited
from approvals.models import Vote
from approvals.practice.planting import after_review
from approvals.present import moment
from approvals.quorum import Tally
from approvals.ratchet import evidence
from approvals.story import Story
from approvals.tallies import tally
from approvals.turns import picker
from core import tx


@tx.inside_use_case
def settle(story: Story, ground: Ground, *, actor: str, last: Vote | None = None) -> bool:
    """Close the action if its votes decide it, look for more people if they no longer can, else note the count.

    Returns False if the deadline, by the database's clock, passed meanwhile: nothing was decided.
    """
    action, found = story.action, _count(story, ground)
    action.approvals, action.needed = found.approvals, found.needed
    if found.state == "approved":
        kind = "answered" if action.kind == "question" else "approved"
        return _close(story, "approved", kind, ground, actor, last)
    if found.state == "rejected":
        return _close(story, "rejected", "rejected", ground, actor, last)
    if found.state == "unreachable":
        _unreachable(story, ground)
    steps.save(story, "approvals", "needed")
    return True


def _count(story: Story, ground: Ground) -> Tally:
    """Return what the votes come to in the stage that is open then, which may be another one.

    A vote of somebody who may no longer decide is void for good. They may vote again if they get a seat, or have one of
    their own: so it is counted anew without it.
    """
    while True:
        found = tally(story, ground)
        if void(story, ground, found):
            continue
        if found.state != "stage_closed" and found.stage >= story.action.stage:
            return found
        stage.enter(story, ground, found.stage)


@tx.inside_use_case
def void(story: Story, ground: Ground, found: Tally) -> bool:
    """Mark the votes of those who may no longer decide, and ask those of them anew who have a seat; False if none."""
    lost = {*found.voided_before, *((found.stage, person) for person in found.voided)}
    votes = [vote for vote in counted(story) if (vote.stage, vote.person.email.lower()) in lost]
    for vote in votes:
        vote.standing = Vote.Standing.VOID
        vote.save(update_fields=["standing"])
    people = {vote.person.email.lower() for vote in votes if vote.stage == story.action.stage}
    for place, seats in enumerate(electors(story, ground)[story.action.stage - 1] if people else ()):
        again = sorted(people & seats)
        steps.ask(story, ground, invited(again, "your vote no longer counts", story, ground, requirement=place))
    return bool(votes)


def _close(story: Story, status: str, word: str, ground: Ground, actor: str, last: Vote | None) -> bool:
    stands = counted(story)
    deciding = last or stands[-1]
    done = steps.close(
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
        edited=status == "approved" and story.revision.author != f"agent:{story.agent.slug}",
        choice=deciding.choice,
        answer=deciding.answer,
        reject_option=deciding.reject_option,
    )
    if done:
        evidence.decided(story, ground)
        look_twice(story, ground)
        after_review(story, ground, [vote.person_id for vote in counted(story)])
    return done


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
    """Find more people, or hold: those who are left can no longer be enough. The quorum is never lowered.

    First the others whom an assigning route could have asked, then the fallback, then the chain's next people.
    """
    for ask_more in (_others, _fallback, _next_people):
        while ask_more(story, ground):
            found = tally(story, ground)
            if found.state != "unreachable":
                story.action.approvals, story.action.needed = found.approvals, found.needed
                return
    if story.action.held_at is None:
        steps.hold(story, ground, "unreachable_quorum: too few eligible people are left")


def _others(story: Story, ground: Ground) -> bool:
    """Ask whoever has the turn next of those whom the stage's targets name, where the route asked only some of them."""
    road, number = road_of(story), story.action.stage
    if road.assign == ALL or is_replaced(story, number):  # whoever was replaced is not asked again
        return False
    wanted = road.plan.stages[number - 1]
    named = resolve_stage(wanted, ground.directory, around(story, ground))
    for place, people in enumerate(named):
        target = wanted.requirements[place].target
        able = tuple(one for one in people if invited([one], "", story, ground, requirement=place))
        if is_frozen(target) or not able:
            continue
        (picked,) = picker(story, ground)(road.name, road.assign, number, [Need(place, target, 1, able)])
        for one in picked:
            via = one.via or ground.directory.why(target)
            steps.ask(story, ground, invited([one.email], via, story, ground, requirement=place))
        return True
    return False


def _fallback(story: Story, ground: Ground) -> bool:
    action, plan = story.action, road_of(story).plan
    if plan.fallback is None or (action.plan or {}).get("fallback_used"):
        return False
    action.plan = (action.plan or {}) | {"fallback_used": True}
    action.save(update_fields=["plan"])
    people = ground.directory.members(plan.fallback, around(story, ground))
    steps.ask(story, ground, invited(people, "fallback: too few people were left to decide", story, ground))
    return True


def _next_people(story: Story, ground: Ground) -> bool:
    return next_people(story, ground) is not None
