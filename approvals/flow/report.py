"""Somebody tells what happened afterwards: evidence, kept beside the action for good."""

from __future__ import annotations

import uuid
from typing import Any

from approvals.actors import Actor, AgentActor, PersonActor
from approvals.flow import steps
from approvals.flow.refusals import NoSuchAction, NotApproved
from approvals.models import Report
from approvals.present import action_json
from approvals.ratchet import outcomes
from core import tx
from core.errors import Forbidden


class AgentsCannotPraise(Forbidden):
    """An agent's good news about itself never counts."""

    code, title = "agents_cannot_report_correct", "An agent cannot call itself right"


@tx.use_case
def report(
    org: int, identifier: uuid.UUID, *, actor: Actor, verdict: str, severity: str = "", note: str = ""
) -> dict[str, Any]:
    """Store an outcome of an approved action. Raises NotApproved, AgentsCannotPraise."""
    story, ground = steps.lock(identifier)
    action = story.action
    if isinstance(actor, AgentActor):
        if story.agent.pk != actor.agent_id:
            raise NoSuchAction("There is no such action.")
        if verdict == "correct":
            raise AgentsCannotPraise("An agent may report that it was wrong, never that it was right.")
    if action.status != "approved":
        raise NotApproved("Only what was approved has an outcome.")
    kind, name = _who(actor)
    told = Report(
        org=story.org,
        action=action,
        verdict=verdict,
        severity=severity,
        note=note,
        reporter_kind=kind,
        reporter=name,
        at=ground.now,
    )
    told.save(force_insert=True)
    story.reports.append(told)
    facts = {"verdict": verdict, "severity": severity or None, "note": note or None}
    steps.note(story, "action.outcome", actor=actor.who, at=ground.now, **facts)
    steps.save(story, "step")
    outcomes.weigh(story, ground, told, by=actor.who)
    return action_json(story)


def _who(actor: Actor) -> tuple[str, str]:
    if isinstance(actor, AgentActor):
        return "agent", actor.slug
    if isinstance(actor, PersonActor):
        return "person", actor.email
    return "reporter", actor.name
