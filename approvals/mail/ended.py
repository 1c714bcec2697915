"""How an action ended, in half a sentence, for those who were mailed about it and did not decide."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from approvals import tell
from approvals.gathering import gathered
from approvals.models import Vote
from approvals.policies import policy_of
from approvals.present import action_url
from approvals.story import Story
from core import tx
from delivery import news
from delivery.news import Ended
from delivery.preferences import put_off, urgency_of

_WORDS = {
    "approved": "Approved",
    "rejected": "Rejected",
    "expired": "Nobody decided in time",
    "withdrawn": "Taken back by the agent",
    "superseded": "Replaced by another request",
}


@tx.inside_use_case
def spread(story: Story, at: datetime) -> None:
    """Let those know who received mail about this action, which has just been closed."""
    if tell.is_muted():
        return
    knowing = frozenset(vote.person_id for vote in story.votes if vote.standing == Vote.Standing.COUNTED)
    one = Ended(
        story.action.pk, story.action.title, said(story), action_url(story.action), at, knowing, _waits(story, at)
    )
    if (together := gathered()) is not None:
        together.ended.append(one)
        together.organization = story.org.name
    else:
        news.tell([one], story.org.name)


def _waits(story: Story, at: datetime) -> dict[UUID, datetime]:
    """Return who of those asked is not to be woken by this, each with the end of their quiet hours."""
    policy, urgency = policy_of(story.org.pk, story.org.config_version), urgency_of(story.action.risk)
    found = {}
    for person in {asked.person_id: asked.person for asked in story.asked}.values():
        terms = policy.person(person.email)
        if terms is not None and (until := put_off(terms.wish, urgency, at)) is not None:
            found[person.pk] = until
    return found


def said(story: Story) -> str:
    """Return how it ended: "Approved by Jonas Berg on behalf of Ana Ruiz"."""
    action, decision = story.action, story.decision
    word = _WORDS.get(action.status, action.status.capitalize())
    if decision is None:
        return word
    if decision.outcome == "answered":
        word = "Answered"
    elif decision.edited:
        word = "Approved with changes"
    if decision.by != "people":
        return f"{word} because nobody answered" if decision.by == "deadline" and action.status == "approved" else word
    names = [
        f"{one['name']} on behalf of {owner}"
        if (owner := story.owner_named(one.get("on_behalf_of")))
        else str(one["name"])
        for one in decision.people
        if one.get("vote") != "abstain"
    ]
    return f"{word} by {', '.join(names)}" if names else word
