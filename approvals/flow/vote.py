"""A person votes: under the action's lock, bound to what they saw, by the authority they have at this instant."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from approvals import tell
from approvals.actors import PersonActor
from approvals.electorate import counted
from approvals.electors import Place, check_may_decide, was_asked, why_not
from approvals.flow import count, edit, lapse, lent, steps
from approvals.flow.refusals import AlreadyClosed, CommentRequired, InvalidVote, NotAsked, Stale
from approvals.ground import Ground
from approvals.lending import StandIn
from approvals.models import Vote
from approvals.posted import CastVote
from approvals.present import action_json, decision_json
from approvals.story import Story
from approvals.twins import is_plain
from core import ids, tx
from core.errors import DomainError
from delivery import links


def vote(org: int, identifier: uuid.UUID, *, actor: PersonActor, cast: CastVote) -> dict[str, Any]:
    """Cast a vote and return the action. Repeating one's own vote changes nothing and answers the same.

    With `cast.on_behalf_of` it fills that person's seat, if they lent it; without, one's own, else that of whoever
    one is asked for.

    Raises AlreadyClosed (with the decision) to whoever is late, whose vote is kept as late; Stale if the action is no
    longer what was seen; SelfApproval, NotAsked, NotAuthorized; SeatTaken if somebody has filled the seat;
    CommentRequired, InvalidVote, InvalidArguments; LinkUsed if the mail's link has decided before; PressedBefore if
    Slack tells of a press again after something else was said.
    """
    answer = _vote(org, identifier, actor=actor, cast=cast)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@tx.use_case
def _vote(org: int, identifier: uuid.UUID, *, actor: PersonActor, cast: CastVote) -> dict[str, Any] | DomainError:
    """Decide under the lock; a refusal that must keep what was written (a late vote, an expiry) is returned."""
    story, ground = steps.lock(identifier, with_agent=cast.arguments is not None)
    if cast.link is not None:
        links.use(cast.link, action=identifier, person=actor.person_id)
    if repeats(story, ground, actor, cast):
        return action_json(story)
    if cast.press:
        links.press(cast.press, action=identifier, person=actor.person_id, revision=story.action.revision)
    if not lapse.catch_up(story, ground):
        return too_late(story, ground, actor, cast)
    if cast.digest != story.action.digest or cast.risk not in ("", story.action.risk):
        raise stale(story)
    place = check_may_decide(story, ground, actor.email, on_behalf_of=cast.on_behalf_of)
    check(story, cast)
    if cast.arguments is not None and not edit.differs(story, cast):
        cast = replace(cast, arguments=None)
    if cast.arguments is not None:
        edited = edit.prepare(story, ground, actor, cast.arguments, place=place)
        if not edited.decides:
            edit.propose(story, ground, actor, cast, edited)
            return action_json(story)
        edit.apply(story, ground, actor, cast, edited)
    mine = write(story, ground, actor, cast, place)
    if not count.settle(story, ground, actor=actor.who, last=mine):
        lapse.run(story, ground)
        return AlreadyClosed("The time was over before your vote counted.", **_decided(story))
    return action_json(story)


def repeats(story: Story, ground: Ground, actor: PersonActor, cast: CastVote) -> bool:
    """Whether this is the very vote the person has cast before: a double click, a retry, a lost answer."""
    for mine in reversed(story.votes):
        if mine.person_id == actor.person_id and mine.standing == Vote.Standing.COUNTED:
            said = (mine.vote, mine.comment, mine.choice, mine.answer, mine.reject_option, mine.digest)
            says = (cast.vote, cast.comment, cast.choice, cast.answer, cast.reject_option, cast.digest)
            theirs = mine.on_behalf_of.email.lower() if mine.on_behalf_of else actor.email.lower()
            if cast.on_behalf_of.lower() not in ("", theirs):
                return False
            if mine.stage != story.action.stage and why_not(story, ground, actor.email) is None:
                return False  # they may vote in this stage too
            return said == says and (cast.arguments is not None or not mine.edited) and not edit.differs(story, cast)
    return False


def stale(story: Story) -> Stale:
    """Return the refusal of a vote on something that is no longer there."""
    return Stale(
        "The action changed after you looked. Nothing was recorded: read it again, then decide.",
        digest=story.action.digest,
        revision=story.action.revision,
    )


@tx.inside_use_case
def too_late(story: Story, ground: Ground, actor: PersonActor, cast: CastVote) -> AlreadyClosed:
    """Keep a vote on a closed action as late, and return the refusal that tells how it ended.

    Raises NotAsked if the person never had a say in it.
    """
    if not was_asked(story, actor.email):
        raise NotAsked("You were not asked about this action, and it is closed.")
    steps.note(story, "action.vote_late", actor=actor.who, at=ground.now, vote=cast.vote, digest=cast.digest)
    write(story, ground, actor, cast, Place(actor.email.lower()), late=True)
    return AlreadyClosed(
        "This action was closed before. Your vote was not counted; it is kept as late.", **_decided(story)
    )


def check(story: Story, cast: CastVote) -> None:
    """Raise CommentRequired or InvalidVote if the vote lacks what the action asks for."""
    action = story.action
    if cast.bulk and not is_plain(action):
        raise InvalidVote("This is no longer plain and of low risk: look at it by itself, then decide.")
    if cast.vote == "reject" and not cast.comment.strip():
        raise CommentRequired("Say why you reject this: the agent learns from it. Send it as `comment`.")
    offered = {option["name"] for option in action.offer.get("reject_options", ())}
    if cast.arguments is not None and cast.vote != "approve":
        raise InvalidVote("`arguments` belong to an approval: they are what you approve instead.")
    if cast.reject_option and (cast.vote != "reject" or cast.reject_option not in offered):
        raise InvalidVote(f"`reject_option` must be one of {sorted(offered)}, with a rejection.")
    if action.kind != "question":
        if cast.choice or cast.answer:
            raise InvalidVote("`choice` and `answer` belong to questions; this is an approval.")
        return
    choices = {choice["name"] for choice in action.offer.get("choices", ())}
    if cast.vote == "approve" and choices and cast.choice not in choices:
        raise InvalidVote(f"Answer with `choice`: one of {sorted(choices)}.")
    if cast.vote == "approve" and not choices and not cast.answer.strip():
        raise InvalidVote("Answer with `answer`: this question takes free text.")
    if cast.choice and not choices:
        raise InvalidVote("This question has no choices: answer with `answer`.")


@tx.inside_use_case
def write(
    story: Story, ground: Ground, actor: PersonActor, cast: CastVote, place: Place, *, late: bool = False
) -> Vote:
    """Write the vote; an earlier one of the same person on this stage is superseded, never erased."""
    action, stand_in = story.action, place.stand_in
    owner = ground.people[place.owner] if stand_in else None
    if stand_in is not None and not late:
        lent.hold(stand_in.delegations)
    if not late:
        for earlier in counted(story):
            if earlier.person_id == actor.person_id and earlier.stage == action.stage:
                earlier.standing = Vote.Standing.SUPERSEDED
                earlier.save(update_fields=["standing"])
    mine = Vote(
        org=story.org,
        action=action,
        person_id=actor.person_id,
        on_behalf_of_id=owner.id if owner else None,
        delegation_id=stand_in.delegations[0] if stand_in else None,
        revision=action.revision,
        stage=action.stage,
        vote=cast.vote,
        standing=Vote.Standing.LATE if late else Vote.Standing.COUNTED,
        digest=cast.digest[:71],
        comment=cast.comment,
        choice=cast.choice,
        answer=cast.answer,
        reject_option=cast.reject_option,
        edited=cast.arguments is not None and not late,
        fine_as_proposed=cast.fine_as_proposed,
        no_fault=cast.no_fault and cast.vote == "reject",
        channel=actor.channel,
        card=None if late else steps.card(story, ground) | ({"bulk": True} if cast.bulk else {}),
        review_seconds=cast.review_seconds,
        cast_at=ground.now,
    )
    mine.save(force_insert=True)
    mine.person = steps.person(actor, story)
    mine.on_behalf_of = tell.person_of(owner, story.org) if owner else None
    story.votes.append(mine)
    if not late:
        facts: dict[str, Any] = {"vote": cast.vote, "digest": cast.digest, "channel": actor.channel}
        facts |= {"comment": cast.comment or None} | ({"bulk": True} if cast.bulk else {})
        facts |= {"no_fault": True} if mine.no_fault else {}
        facts |= _lent(stand_in) if stand_in else {}
        steps.note(story, "action.voted", actor=actor.who, at=ground.now, **facts, edited=mine.edited, stage=mine.stage)
        steps.leave(story, ground.now, "abstained" if cast.vote == "abstain" else "voted", people=[actor.person_id])
        if cast.vote == "abstain" and stand_in is None:
            theirs = [one.person_id for one in story.asked if one.on_behalf_of_id == actor.person_id]
            steps.leave(story, ground.now, "abstained", people=theirs)  # nobody decides for who recused
    return mine


def _lent(stand_in: StandIn) -> dict[str, Any]:
    """Return what history keeps of a vote in somebody's name: whose, by which delegations, over whom."""
    by = [ids.public("dlg", one) for one in stand_in.delegations]
    return {"on_behalf_of": stand_in.path[0], "path": list(stand_in.path), "delegations": by}


def _decided(story: Story) -> dict[str, Any]:
    return {"decision": decision_json(story.decision) if story.decision else None, "action_status": story.action.status}
