"""An action with everything that belongs to it, loaded once for whoever tells its story."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.models import Organization
from agents.models import Agent
from approvals.models import Action, Asked, Decision, Question, Report, Revision, Vote
from core import rows


@dataclass(slots=True)
class Story:
    """One action and its relatives. `revisions` by number; `asked` and `votes` in order of time."""

    action: Action
    agent: Agent
    org: Organization
    revisions: list[Revision] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    decision: Decision | None = None

    @property
    def revision(self) -> Revision:
        """The content as it is now."""
        return self.revisions[-1]

    @property
    def open_question(self) -> Question | None:
        """What the agent has been asked and not answered yet."""
        return next((question for question in reversed(self.questions) if question.replied_at is None), None)

    def owner_named(self, email: str | None) -> str:
        """Return the name of whose seat was filled by a vote, by their e-mail; "" for none."""
        owners = [vote.on_behalf_of for vote in self.votes if vote.on_behalf_of is not None]
        wanted = (email or "").lower()
        return next((one.name for one in owners if one.email.lower() == wanted), email or "")


def load(identifier: uuid.UUID) -> Story:
    """Return the story of an action, in the scope that is open. Raises Action.DoesNotExist."""
    return story_of(Action.objects.get(pk=identifier))


def story_of(action: Action, *, agent: Agent | None = None, org: Organization | None = None) -> Story:
    """Return the story of an action whose row is already at hand (locked, in a flow), as may be `agent` and `org`.

    What only a closed action can have is not looked for while it is pending.
    """
    is_closed = action.status != "pending"
    found = rows.ask(_OF_ANY + _OF_CLOSED if is_closed else _OF_ANY, [action.org_id, action.pk])
    revisions, asked, votes, questions = found[:4]
    reports, decisions = found[4:] if is_closed else ([], [])
    return Story(
        action=action,
        agent=agent or Agent.objects.get(pk=action.agent_id),
        org=org or Organization.objects.get(pk=action.org_id),
        revisions=revisions,
        asked=asked,
        votes=votes,
        questions=questions,
        reports=reports,
        decision=decisions[0] if decisions else None,
    )


def stories_of(actions: Sequence[Action], agents: Mapping[uuid.UUID, Agent], org: Organization) -> list[Story]:
    """Return the stories of many actions of one organization, whose rows are at hand, in one round trip."""
    found = rows.ask(_OF_MANY, [org.pk, [action.pk for action in actions]])
    stories = {action.pk: Story(action=action, agent=agents[action.agent_id], org=org) for action in actions}
    for name, relatives in zip(("revisions", "asked", "votes", "questions", "reports", "decision"), found, strict=True):
        for one in relatives:
            story = stories[one.action_id]
            if name == "decision":
                story.decision = one
            else:
                getattr(story, name).append(one)
    return [stories[action.pk] for action in actions]


_MINE = "t.org_id = %s and t.action_id = %s"
_OF_ANY: tuple[rows.Question[Any], ...] = (
    rows.Question(Revision, _MINE, "t.number"),
    rows.Question(Asked, _MINE, "t.since, t.id", ("person", "on_behalf_of")),
    rows.Question(Vote, _MINE, "t.cast_at, t.id", ("person", "on_behalf_of")),
    rows.Question(Question, _MINE, "t.asked_at", ("person",)),
)
_OF_CLOSED: tuple[rows.Question[Any], ...] = (
    rows.Question(Report, _MINE, "t.at"),
    rows.Question(Decision, _MINE),
)
_OF_MANY: tuple[rows.Question[Any], ...] = tuple(
    replace(question, where="t.org_id = %s and t.action_id = any(%s)") for question in _OF_ANY + _OF_CLOSED
)
