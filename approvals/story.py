"""An action with everything that belongs to it, loaded once for whoever tells its story."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from accounts.models import Organization
from agents.models import Agent
from approvals.models import Action, Asked, Decision, Question, Report, Revision, Vote


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


def load(identifier: uuid.UUID) -> Story:
    """Return the story of an action, in the scope that is open. Raises Action.DoesNotExist."""
    return story_of(Action.objects.get(pk=identifier))


def story_of(action: Action, *, agent: Agent | None = None, org: Organization | None = None) -> Story:
    """Return the story of an action whose row is already at hand (locked, in a flow), as may be `agent` and `org`.

    What only a closed action can have is not looked for while it is pending.
    """
    key = {"action_id": action.pk}
    is_closed = action.status != "pending"
    return Story(
        action=action,
        agent=agent or Agent.objects.get(pk=action.agent_id),
        org=org or Organization.objects.get(pk=action.org_id),
        revisions=list(Revision.objects.filter(**key).order_by("number")),
        asked=list(Asked.objects.filter(**key).select_related("person").order_by("since", "id")),
        votes=list(Vote.objects.filter(**key).select_related("person", "on_behalf_of").order_by("cast_at", "id")),
        questions=list(Question.objects.filter(**key).select_related("person").order_by("asked_at")),
        reports=list(Report.objects.filter(**key).order_by("at")) if is_closed else [],
        decision=Decision.objects.filter(**key).first() if is_closed else None,
    )
