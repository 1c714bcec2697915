"""A practice request as its page shows it: the action of then, as if it had been posted when it was given out."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from accounts.models import Person
from accounts.organizations import organization
from accounts.viewer import Viewer
from agents.calibration import percent
from approvals.audits.judges import proposal
from approvals.faces.action import ActionFace
from approvals.faces.audits import FeedbackFace
from approvals.faces.decide import DecideFace
from approvals.faces.glyphs import glyph_of
from approvals.faces.inbox import RowFace
from approvals.models import Action, Asked, Audit, Vote
from approvals.policies import policy_of
from approvals.portraits.action import action_face
from approvals.portraits.sight import Past, Sight, look_at, read
from approvals.practice.planting import OPEN_FOR, PRACTICE
from approvals.story import Story
from core import ids, tx

TOLD_FOR = 60  # seconds that what the team is told is kept


def practice_for(viewer: Viewer, public_id: str) -> Audit | None:
    """Return the practice request of this reader that goes by this id, open or answered; None if there is none."""
    identifier = ids.parse("act", public_id)
    return _mine(viewer).filter(pk=identifier).first() if identifier else None


def practice_rows(viewer: Viewer, now: datetime) -> tuple[RowFace, ...]:
    """Return the practice requests that are open for this reader, as rows of their inbox."""
    found = _mine(viewer).filter(answered_at=None, created_at__gt=tx.now() - OPEN_FOR).order_by("created_at")
    return tuple(practice_row(one, now) for one in found)


def practice_row(audit: Audit, now: datetime) -> RowFace:
    """Return the row of a practice request."""
    action, public_id = audit.action, ids.public("act", audit.pk)
    due = audit.created_at + OPEN_FOR
    return RowFace(
        id=public_id,
        url=f"/actions/{public_id}",
        title=action.title,
        agent=action.agent.name,
        glyph=glyph_of(action.type),
        risk=action.risk,
        odd=action.oddity or "nothing unusual",
        due_at=due,
        share_left=max(0.0, min(1.0, (due - now) / OPEN_FOR)),
        waiting=audit.answered_at is None,
        gone="This was practice." if audit.answered_at is not None else "",
    )


def practice_sight(audit: Audit, viewer: Viewer) -> Sight:
    """Return a practice request as its reader sees it, in the scope that is open: like any other."""
    was, ground = read(audit.action_id)
    sight = look_at(_as_new(was, audit, viewer), ground, viewer)
    return replace(sight, past=_without(sight.past, audit.action_id))


def plain(bar: DecideFace | None) -> DecideFace | None:
    """Return the bar with what a practice request can answer: nobody can be asked, nothing is handed on or undone."""
    if bar is None:
        return None
    return replace(
        bar,
        may_ask=False,
        may_abstain=False,
        may_claim=False,
        hand_off_to=(),
        snooze=(),
        fields=(),
        undo_seconds=0,
        epoch=None,
        onward="",
    )


def is_open(audit: Audit) -> bool:
    """Whether a practice request can be answered still."""
    return audit.answered_at is None and audit.created_at > tx.now() - OPEN_FOR


def _mine(viewer: Viewer) -> QuerySet[Audit]:
    rows = Audit.objects.filter(kind=PRACTICE, person_id=viewer.person_id)
    return rows.select_related("action", "action__agent")


def _as_new(was: Story, audit: Audit, viewer: Viewer) -> Story:
    """Return the story of then, told as if it began when it was given out."""
    action, at = copy.copy(was.action), audit.created_at
    action.pk = audit.pk
    action.status, action.created_at, action.closed_at, action.execute_by = "pending", at, None, None
    action.decide_by = action.lapse_at = at + OPEN_FOR
    action.stage, action.step, action.approvals, action.revision, action.version = 1, 0, 0, 1, 1
    action.held_at = action.paused_at = action.claimed_until = action.claimed_by = action.decide_cap = None
    revision = copy.copy(proposal(was))
    revision.number, revision.created_at = 1, at
    action.digest = revision.digest
    action.plan = _anew(was.action, at)
    mine = Asked(
        id=uuid.uuid4(),
        org=was.org,
        action=action,
        person_id=viewer.person_id,
        via="you are among those who decide this",
        since=at,
        due_at=action.decide_by,
        requirement=-1,
    )
    mine.person = Person(id=viewer.person_id, org=was.org, email=viewer.email, name=viewer.name)
    return Story(action=action, agent=was.agent, org=was.org, revisions=[revision], asked=[mine])


def _anew(action: Action, at: datetime) -> dict[str, Any] | None:
    """Return the plan of then without what was done by it: one chain, no steps, from now."""
    if not action.plan:
        return None
    plan: dict[str, Any] = action.plan
    chain = plan["chain"] | {"steps": [], "ran": [], "empty": [], "extended": False, "clock": "wall"}
    chain |= {"decide_within": OPEN_FOR.total_seconds(), "anchor": {"at": at.isoformat(), "elapsed": 0.0}}
    return plan | {"added": [], "fallback_used": False, "chain": chain}


def _without(past: Past | None, source: uuid.UUID) -> Past | None:
    """Return what is compared with, but for the action itself as it was then."""
    if past is None:
        return None
    others = {key: one for key, one in past.earlier.items() if key != source.hex}
    return replace(past, alike=tuple(one for one in past.alike if one.key != source.hex), earlier=others)


def practice_face(audit: Audit, viewer: Viewer, **told: Any) -> ActionFace:
    """Return the page of an open practice request; `told` as approvals.portraits.action.action_face takes it."""
    face = action_face(practice_sight(audit, viewer), **told)
    return replace(face, decide=plain(face.decide), may_claim=False)


def feedback(audit: Audit) -> FeedbackFace:
    """Return what is said after the answer, at once: what it was, what was pressed, and what people said of it then."""
    was, _ = read(audit.action_id)
    said = [vote for vote in was.votes if vote.vote == "reject" and vote.standing == Vote.Standing.COUNTED]
    return FeedbackFace(
        title=was.action.title,
        caught=audit.verdict == "reject",
        missed=audit.verdict == "approve",
        who=said[-1].person.name if said else "",
        comment=said[-1].comment if said else "",
        url=f"/actions/{ids.public('act', audit.action_id)}",
    )


def in_order(rows: Sequence[RowFace]) -> tuple[RowFace, ...]:
    """Return rows by their deadlines, those without one last."""
    return tuple(sorted(rows, key=lambda row: (row.due_at is None, row.due_at.timestamp() if row.due_at else 0.0)))


def said_of_practice() -> str:
    """Return what the team is told of practice, always; "" where there is none."""
    said: str | None = cache.get(key := f"practice:{tx.current().org}")
    if said is None:
        org = organization()
        said = _told(policy_of(org.pk, org.config_version).organization.practice) if org.config_version else ""
        cache.set(key, said, TOLD_FOR)
    return said


def _told(share: float) -> str:
    if share <= 0.0:
        return ""
    return (
        f"About {percent(share)} of what you review here is practice, at the beginning more: requests that were "
        "rejected once. Nothing can come of them, and you hear at once what they were."
    )
