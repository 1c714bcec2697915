"""How an action ended, in half a sentence, for those who were mailed about it and did not decide."""

from __future__ import annotations

from datetime import datetime

from approvals import tell
from approvals.gathering import gathered
from approvals.models import Vote
from approvals.present import action_url
from approvals.story import Story
from core import tx
from delivery import news
from delivery.news import Ended

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
    one = Ended(story.action.pk, story.action.title, said(story), action_url(story.action), at, knowing)
    if (together := gathered()) is not None:
        together.ended.append(one)
        together.organization = story.org.name
    else:
        news.tell([one], story.org.name)


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
        f"{one['name']} on behalf of {one['on_behalf_of']}" if one.get("on_behalf_of") else str(one["name"])
        for one in decision.people
        if one.get("vote") != "abstain"
    ]
    return f"{word} by {', '.join(names)}" if names else word
