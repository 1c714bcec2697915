"""An action as the outside sees it: the JSON of CONTRACT.md section 3.1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from agents.terms import Money
from approvals.models import Action, Asked, Decision, Question, Report
from approvals.story import Story
from core import ids


def moment(at: datetime | None) -> str | None:
    """Return a moment in UTC with milliseconds, "2026-11-20T10:13:00.123Z"."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def action_url(action: Action) -> str:
    """Return the address of the action's page."""
    return f"{settings.BASE_URL}/actions/{ids.public('act', action.pk)}"


def action_json(story: Story) -> dict[str, Any]:
    """Return the action of CONTRACT.md 3.1."""
    action, revision = story.action, story.revision
    body: dict[str, Any] = {
        "id": ids.public("act", action.pk),
        "status": action.status,
        "kind": action.kind,
        "agent": story.agent.slug,
        "action": action.type,
        "title": action.title,
        "arguments": json.loads(bytes(revision.arguments)),
        "digest": action.digest,
        "revision": action.revision,
        "epoch": action.epoch,
        "created_at": moment(action.created_at),
        "decide_by": moment(action.decide_by),
        "execute_by": moment(action.execute_by),
        "url": action_url(action),
        "verdict": verdict_json(action),
        "asked": [asked_json(asked) for asked in sorted(story.asked, key=_place) if asked.left_at is None],
        "votes": {"approvals": action.approvals, "needed": action.needed},
        "step": step_json(action),
        "held": action.held_at is not None and action.status == "pending",
        "info_requested": question_json(story.open_question) if action.status == "pending" else None,
        "decision": decision_json(story.decision) if story.decision else None,
        "execution": execution_json(action),
        "outcome": report_json(story.reports[-1]) if story.reports else None,
        "state": json.loads(bytes(action.state)) if action.state is not None else None,
        "summary": revision.summary,
        "reason": revision.reason,
        "amount": amount_json(action),
        "confidence": action.confidence,
        "environment": action.environment or None,
        "agent_version": action.agent_version or None,
        "run_id": action.run_id or None,
        "requested_by": action.requested_by or None,
        "replies": [reply_json(question) for question in story.questions if question.replied_at],
    }
    if (story.decision and story.decision.edited) or revision.author != f"agent:{story.agent.slug}":
        body["original_arguments"] = json.loads(bytes(original(story).arguments))
    return body


def original(story: Story) -> Any:
    """Return the last revision that the agent itself wrote."""
    author = f"agent:{story.agent.slug}"
    return next(revision for revision in reversed(story.revisions) if revision.author == author)


def verdict_json(action: Action) -> dict[str, Any]:
    """Return what policy said, with the version of the configuration it said it by."""
    verdict = action.verdict
    return {
        "by": verdict["by"],
        "reason": verdict["reason"],
        "level": action.level,
        "risk": action.risk,
        "route": verdict.get("route"),
        "config_version": action.config_version,
    }


def _place(asked: Asked) -> tuple[datetime, str]:
    """Return where somebody stands among those who are asked: the same in every answer."""
    return asked.since, asked.person.email


def asked_json(asked: Asked) -> dict[str, Any]:
    """Return one person who is asked now; with `on_behalf_of` (an e-mail) it is that person's seat."""
    return {
        "name": asked.person.name,
        "email": asked.person.email,
        "since": moment(asked.since),
        "on_behalf_of": asked.on_behalf_of.email if asked.on_behalf_of else None,
    }


def step_json(action: Action) -> dict[str, Any]:
    """Return where the action is in its chain; the end counts as the last step."""
    steps = len((action.plan or {}).get("chain", {}).get("steps", ()))
    waiting = action.status == "pending" and action.held_at is None and action.paused_at is None
    return {"number": action.step + 1, "of": steps + 1, "next_at": moment(action.lapse_at) if waiting else None}


def question_json(question: Question | None) -> dict[str, Any] | None:
    """Return what the agent has been asked, `{"text", "by", "at"}`."""
    if question is None:
        return None
    return {"text": question.text, "by": question.person.email, "at": moment(question.asked_at)}


def reply_json(question: Question) -> dict[str, Any]:
    """Return a question with the agent's answer."""
    return {"question": question.text, "text": question.reply, "at": moment(question.replied_at)}


def decision_json(decision: Decision) -> dict[str, Any]:
    """Return how it ended, as in CONTRACT.md 3.1."""
    return {
        "id": ids.public("dec", decision.pk),
        "outcome": decision.outcome,
        "by": decision.by,
        "people": decision.people,
        "comment": decision.comment or None,
        "edited": decision.edited,
        "choice": decision.choice or None,
        "answer": decision.answer or None,
        "reject_option": decision.reject_option or None,
        "decided_at": moment(decision.decided_at),
        "receipt": decision.receipt or None,
    }


def execution_json(action: Action) -> dict[str, Any] | None:
    """Return what became of an approval, or None while nothing has."""
    if not action.execution:
        return None
    return {"status": action.execution, "at": moment(action.execution_at), "detail": action.execution_detail or None}


def report_json(report: Report) -> dict[str, Any]:
    """Return what happened afterwards."""
    return {
        "verdict": report.verdict,
        "severity": report.severity or None,
        "note": report.note or None,
        "by": report.reporter,
        "at": moment(report.at),
    }


def amount_json(action: Action) -> dict[str, Any] | None:
    """Return the amount, `{"value": "120.00", "currency": "EUR"}`."""
    if action.amount is None:
        return None
    return {
        "value": action.verdict.get("amount") or format(action.amount.normalize(), "f"),
        "currency": action.currency,
    }


def money(action: Action) -> Money | None:
    """Return the amount with the digits it was given with; the column holds twelve places."""
    told = amount_json(action)
    return Money(Decimal(told["value"]), told["currency"]) if told else None
