"""What the end of an action says about its agent: a loss, and how much whoever looked would have caught."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.trust import Trust
from approvals.electorate import counted
from approvals.models import Vote
from approvals.ratchet.reviewers import catch_of
from approvals.story import Story
from core import ids

DECISION, AUDIT, OUTCOME, ADJUDICATION, SILENCE = "decision", "audit", "outcome", "adjudication", "silence"
RIGHT, UNDECIDED, WRONG = 0.0, 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says one action was.

    `source` is one of DECISION, AUDIT, OUTCOME, ADJUDICATION, SILENCE; `once`, "audit:act_…", makes it count once in a
    lane. `loss`, `catch`, `severe` and `answered` as agents.ledger.Label has them. `reviewer` is an e-mail, or who else
    said it; `by` is who history says moved the lane, the reviewer unless told otherwise.
    """

    source: str
    once: str
    loss: float
    catch: float | None = None
    severe: bool = False
    answered: bool = True
    reviewer: str = ""
    note: str = ""
    by: str = ""

    @property
    def mover(self) -> str:
        """Who moves the lane by this, as history names them."""
        return self.by or (f"person:{self.reviewer}" if "@" in self.reviewer else self.reviewer) or "engine"

    @property
    def is_worthless(self) -> bool:
        """Whether it is good news from nobody who looked: it is kept, and counts for nothing."""
        return self.loss == RIGHT and self.catch == 0.0 and self.answered


def of_decision(story: Story, trust: Trust) -> Said | None:
    """Return what the votes that decided an action say of it; None if they say nothing.

    Rejected for reasons outside the agent's knowledge it says nothing. What the agent changed itself after it was
    posted, and was then approved, was never judged as it was drawn: it is as silent as what was withdrawn.
    """
    name = f"{DECISION}:{ids.public('act', story.action.pk)}"
    votes = counted(story)
    if story.action.status == "rejected":
        against = [vote for vote in votes if vote.vote == "reject"]
        if against and all(vote.no_fault for vote in against):
            return None
        return Said(DECISION, name, WRONG, reviewer=_names(against), note=_comment(against), by=_movers(against))
    if is_redone(story):
        return of_silence(story)
    deciding = [vote for vote in votes if vote.vote == "approve"]
    loss, edits = _of_edits(story)
    catch = best_catch(story, deciding, trust)
    return Said(
        DECISION,
        name,
        loss,
        catch=catch,
        reviewer=_names(deciding),
        note=_comment(edits or deciding),
        by=_movers(deciding),
    )


def of_silence(story: Story) -> Said:
    """Return what it says that an action was to be looked at and nobody judged it: it counts against promotions."""
    name = f"{SILENCE}:{ids.public('act', story.action.pk)}"
    return Said(SILENCE, name, WRONG, catch=0.0, answered=False, by="engine")


def is_redone(story: Story) -> bool:
    """Whether the agent changed what it wanted after its lane had drawn it."""
    own = {one.digest for one in story.revisions if one.author.startswith("agent:")}
    return len(own) > 1


def _of_edits(story: Story) -> tuple[float, list[Vote]]:
    """Return the loss that people's changes say, 0 if there were none, with the votes that made them."""
    edits = [vote for vote in story.votes if vote.edited and vote.standing != Vote.Standing.LATE]
    if story.revision.author.startswith("agent:"):
        return RIGHT, []
    said = {True: RIGHT, False: WRONG, None: UNDECIDED}
    return max((said[vote.fine_as_proposed] for vote in edits), default=UNDECIDED), edits


def best_catch(story: Story, votes: list[Vote], trust: Trust) -> float | None:
    """Return the best catch rate of those who really looked; None where it is the assumed one, 0 if nobody did."""
    best, is_assumed = 0.0, False
    for vote in votes:
        if not looked(story, vote, trust):
            continue
        known = catch_of(vote.person_id)
        rate = trust.assumed_catch if known is None else known
        if rate > best:
            best, is_assumed = rate, known is None
    return None if is_assumed else best


def looked(story: Story, vote: Vote, trust: Trust) -> bool:
    """Whether a vote was one of somebody who looked at this action by itself, for as long as reading it takes."""
    if (vote.card or {}).get("bulk"):
        return False
    floor = trust.unmeasured_floor if vote.review_seconds is None else trust.reading_floor
    return reading_seconds(story, vote) >= floor


def reading_seconds(story: Story, vote: Vote) -> float:
    """Return for how long somebody looked before they voted, in seconds.

    As their page measured it, but never longer than since they could first see it, which is the answer without a page.
    """
    since = (vote.cast_at - _seen(story, vote)).total_seconds()
    return since if vote.review_seconds is None else min(vote.review_seconds, since)


def _seen(story: Story, vote: Vote) -> datetime:
    """Return from when on somebody could look at what they judged, their own changes left out."""
    theirs = f"person:{vote.person.email}"
    there = [one.created_at for one in story.revisions if one.author != theirs and one.number <= vote.revision]
    asked = [one.since for one in story.asked if one.person_id == vote.person_id and one.stage == vote.stage]
    return max([max(there, default=story.action.created_at), *asked[-1:]])


def _names(votes: list[Vote]) -> str:
    return ", ".join(dict.fromkeys(vote.person.email for vote in votes))[:254]


def _movers(votes: list[Vote]) -> str:
    return f"person:{votes[-1].person.email}" if votes else ""


def _comment(votes: list[Vote]) -> str:
    return "\n".join(vote.comment for vote in votes if vote.comment)
