"""Audits as the API tells them, and which wait for somebody. What others said is told only after the answer."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from approvals.models import Audit, Revision
from approvals.present import moment
from core import ids, tx

PREFIX = "aud"


def waiting(person: uuid.UUID) -> QuerySet[Audit]:
    """Return the audits that wait for this person, the oldest first, in the scope that is open."""
    mine = [str(person)]
    found = Audit.objects.filter(org_id=tx.current().org, answered_at=None, people__contains=mine).exclude(
        passed__contains=mine
    )
    return found.exclude(kind="practice").select_related("action", "action__agent").order_by("created_at", "id")


def audits_json(audits: list[Audit]) -> list[dict[str, Any]]:
    """Return several audits."""
    return [audit_json(one) for one in audits]


def audit_json(audit: Audit) -> dict[str, Any]:
    """Return an audit: what the agent wanted to do, and nothing of what anybody said of it until it is answered."""
    action, public_id = audit.action, public(audit)
    return {
        "id": public_id,
        "status": "open" if audit.answered_at is None else "answered",
        "agent": action.agent.slug,
        "action": action.type,
        "title": action.title,
        "arguments": json.loads(bytes(_proposed(audit).arguments)),
        "risk": action.risk,
        "created_at": moment(audit.created_at),
        "url": f"{settings.BASE_URL}/audits/{public_id}",
        "answer": _answer(audit) if audit.answered_at is not None else None,
    }


def public(audit: Audit) -> str:
    """Return the id of an audit as the outside knows it."""
    return ids.public(PREFIX, audit.pk)


def _proposed(audit: Audit) -> Revision:
    """Return what the agent wanted, as approvals.audits.judges.proposal finds it in a story."""
    revisions = Revision.objects.filter(action_id=audit.action_id).order_by("-number")
    return revisions.exclude(author__startswith="person:").first() or revisions[0]


def _answer(audit: Audit) -> dict[str, Any]:
    assert audit.answered_at is not None
    by = audit.answered_by
    return {
        "verdict": audit.verdict,
        "severity": audit.severity or None,
        "note": audit.note or None,
        "by": by.email if by else None,
        "at": moment(audit.answered_at),
        "of": audit.kind,
        "action_id": ids.public("act", audit.action_id),
    }
