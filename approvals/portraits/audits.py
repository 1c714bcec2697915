"""Audits as pages show them."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import datetime

from django.core.signing import BadSignature, Signer

from accounts.viewer import Viewer
from agents.policy import amount_of
from approvals.audits.judges import judges, proposal, settlers
from approvals.audits.opening import ADJUDICATION
from approvals.audits.present import public, waiting
from approvals.faces.action import AgentFace
from approvals.faces.audits import AuditFace, AuditRow, AuditsFace, JudgedFace
from approvals.faces.glyphs import glyph_of
from approvals.models import Audit
from approvals.portraits import content
from approvals.portraits.sight import Sight, see
from approvals.schemas.auditing import Judgement
from approvals.titles import title_of
from core import ids

WHY = {
    "sampled": "It went through alone, and the lot had it looked at.",
    "double": "Others had approved it, and the lot had it looked at once more.",
    "adjudication": "It had been found wrong, and somebody else was to settle that.",
}
SAID = {"right": "{who} found it right.", "wrong": "{who} found it wrong ({severity})."}


def audits_face(person: uuid.UUID, *, most: int) -> AuditsFace | None:
    """Return what waits for somebody, the oldest first, in the scope that is open; None if nothing does."""
    found = list(waiting(person)[:most])
    count = len(found) if len(found) < most else waiting(person).count()
    return AuditsFace(tuple(_row(one) for one in found), count) if found else None


def audit_face(audit: Audit, viewer: Viewer, *, error: str = "", typed: Judgement | None = None) -> AuditFace:
    """Return the page of an audit as this reader sees it, in the scope that is open."""
    whole = see(audit.action_id, viewer)
    sight = _blind(whole)
    action, url = sight.action, f"/audits/{public(audit)}"
    amount = amount_of(sight.kind, sight.arguments, None)
    args = replace(content.args(sight), title="What it wanted to send", diff=(), diff_title="")
    may, why_not = _may(audit, whole, viewer)
    return AuditFace(
        id=public(audit),
        url=url,
        title=title_of(sight.kind, sight.arguments, amount) if sight.kind.known else action.title,
        type=action.type,
        agent=AgentFace(sight.story.agent.name, sight.story.agent.slug, glyph_of(action.type)),
        risk=action.risk,
        digest=sight.story.revision.digest,
        since=audit.created_at,
        outcome=content.outcome(sight),
        args=args,
        odd=action.oddity,
        form=url if may else "",
        seen=_seal(audit, sight.now) if may else "",
        why_not=why_not,
        error=error,
        note=typed.note if typed else "",
        severity=typed.severity if typed else "",
        judged=_judged(audit, sight, viewer),
    )


def seen_seconds(audit: Audit, sealed: str, now: datetime) -> float | None:
    """Return how long ago the page with this seal was shown, in seconds; None if it is no seal of this audit."""
    try:
        at = float(_signer(audit).unsign(sealed))
    except (BadSignature, ValueError):
        return None
    return max(0.0, now.timestamp() - at)


def _row(audit: Audit) -> AuditRow:
    action = audit.action
    return AuditRow(
        url=f"/audits/{public(audit)}",
        title=action.title,
        agent=action.agent.name,
        glyph=glyph_of(action.type),
        risk=action.risk,
        since=audit.created_at,
    )


def _blind(sight: Sight) -> Sight:
    """Return the sight of what the agent wanted, whatever became of it."""
    revision = proposal(sight.story)
    story = replace(sight.story, revisions=[revision])
    return replace(sight, story=story, arguments=json.loads(bytes(revision.arguments)), past=None)


def _may(audit: Audit, sight: Sight, viewer: Viewer) -> tuple[bool, str]:
    """Return whether the reader may answer, and why not, as a sentence."""
    if audit.answered_at is not None:
        return False, ""
    may = (settlers if audit.kind == ADJUDICATION else judges)(sight.story, sight.ground, but=audit.first)
    if viewer.email.lower() in may:
        return True, ""
    return False, "This waits for others: whoever runs, started or judged it before does not judge it again."


def _judged(audit: Audit, sight: Sight, viewer: Viewer) -> JudgedFace | None:
    by = audit.answered_by
    if audit.answered_at is None or by is None:
        return None
    who = "You" if by.pk == viewer.person_id else by.name
    return JudgedFace(
        text=SAID[audit.verdict].format(who=who, severity=audit.severity),
        at=audit.answered_at,
        why=WHY[audit.kind],
        note=audit.note,
        say=content.say(sight),
        action_url=f"/actions/{ids.public('act', audit.action_id)}",
        tone="ok" if audit.verdict == "right" else "bad",
    )


def _signer(audit: Audit) -> Signer:
    return Signer(salt=f"audit {audit.pk}")


def _seal(audit: Audit, now: datetime) -> str:
    return _signer(audit).sign(f"{now.timestamp():.0f}")
