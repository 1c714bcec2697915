"""What history keeps of a new action, composed in memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.policy import Verdict
from agents.terms import ActionType
from approvals.actors import AgentActor
from approvals.story import Story
from audit.record import entry
from core import ids

Entry = tuple[datetime, str, str, str, bytes]


def entries_of(
    story: Story,
    actor: AgentActor,
    verdict: Verdict,
    kind: ActionType,
    *,
    doubts: tuple[str, ...],
    barred: frozenset[str],
) -> tuple[Entry, ...]:
    """Return the entries of a new action, with every rule that hit and every doubt there was."""
    action, now = story.action, story.action.created_at
    subject = ids.public("act", action.pk)
    facts: dict[str, Any] = {
        "action": action.type,
        "title": action.title,
        "digest": action.digest,
        "status": action.status,
        "risk": action.risk,
        "level": action.level,
        "by": verdict.by,
        "reason": action.verdict["reason"],
        "rules": list(verdict.rules_hit),
        "limits": [hit.sentence for hit in verdict.limits_hit],
        "indeterminate": list(verdict.indeterminate),
        "route": action.verdict["route"],
        "config_version": action.config_version,
        "asked": [asked.person.email for asked in story.asked],
        "needed": action.needed,
        "plan": action.plan,
        "decide_by": action.decide_by.isoformat() if action.decide_by else None,
        "requested_by": action.requested_by or None,
        "barred": sorted(barred),
    }
    if "shadow" in action.verdict:
        facts["shadow"] = action.verdict["shadow"]
    if story.decision:
        facts["decision"] = ids.public("dec", story.decision.pk)
    made = [entry("action.posted", actor=actor.who, subject=subject, facts=facts, at=now)]
    if action.held_at:
        made.append(entry("action.held", actor="engine", subject=subject, facts={"reason": action.held_reason}, at=now))
    if not kind.known:
        unknown = {"agent": story.agent.slug, "action": action.type}
        made.append(entry("agent.unknown_type", actor="engine", subject=subject, facts=unknown, at=now))
    for doubt in doubts:
        unsure = {"what": f"policy for {action.type}", "reason": doubt}
        made.append(entry("routing.indeterminate", actor="engine", subject=subject, facts=unsure, at=now))
    return tuple(made)
