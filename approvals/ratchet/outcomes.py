"""What happened afterwards moves the lane: bad news at once, whoever tells it; good news never.

Of what was looked at, an error reported is one that was missed: what was counted is corrected. Of what was not drawn to
be looked at nothing may be counted, for nobody would have reported that it was right: it is a signal, which tightens.
"""

from __future__ import annotations

from datetime import timedelta

from approvals.ground import Ground
from approvals.models import Report
from approvals.ratchet import evidence
from approvals.ratchet.drawn import lane_risk, terms_of
from approvals.ratchet.said import OUTCOME, WRONG, Said
from approvals.story import Story
from core import ids, tx

CLUSTER, WITHIN = 3, timedelta(days=7)  # so many reports on a lane within this are a cluster


@tx.inside_use_case
def weigh(story: Story, ground: Ground, told: Report, *, by: str) -> None:
    """Let a report that was just written count for what it is worth."""
    action = story.action
    review = action.verdict.get("review")
    if told.verdict != "incorrect" or review is None:
        return
    severe = told.severity == "critical"
    said = Said(
        source=OUTCOME,
        once=f"{OUTCOME}:{told.pk.hex}",
        loss=WRONG,
        severe=severe,
        reviewer=told.reporter,
        note=told.note,
        by=by,
    )
    if review["reviewed"] or severe:
        evidence.correct(action, ground, said)
        return
    evidence.keep_unweighed(action, ground, said)
    if _tightens(story, ground, told):
        name = ids.public("act", action.pk)
        evidence.signal(action.agent_id, action.type, lane_risk(action), ground, f"{name} was reported wrong", by=by)


def _tightens(story: Story, ground: Ground, told: Report) -> bool:
    """Whether the lane's terms let this report tighten it."""
    trust = terms_of(ground, story.action)
    if trust.tighten_on_report == "all":
        return True
    if trust.tighten_on_report == "major":
        return told.severity == "major"
    reports = Report.objects.filter(
        verdict="incorrect",
        at__gt=ground.now - WITHIN,
        action__agent_id=story.action.agent_id,
        action__type=story.action.type,
        action__risk=story.action.risk,
    )
    return reports.values("action_id").distinct().count() >= CLUSTER
