"""What people were to look at and nobody judged: it counts against promotions some days after its post."""

from __future__ import annotations

import uuid
from datetime import timedelta

from agents.keeping import open_lane
from approvals.gathering import gathered
from approvals.ground import Ground
from approvals.ratchet.drawn import drawn, floors_of, lane_risk, terms_of, weight_of
from approvals.ratchet.said import of_silence
from approvals.silences import Silence, keep_silences
from approvals.story import Story
from core import tx

SILENT_AFTER = timedelta(days=7)  # from the post of what was to be looked at


@tx.inside_use_case
def unanswered(story: Story, ground: Ground) -> None:
    """Note that an action which people were to look at ended without their judgement.

    It counts some days after its post, so the lane is not even locked; with many it is written with theirs.
    """
    action, found = story.action, drawn(story.action)
    kind = ground.terms.type_named(action.type)
    if found is None or not found["reviewed"] or not kind.known:
        return
    risk, together = lane_risk(action), gathered()
    opened: set[tuple[uuid.UUID, str, str, float]] = tx.current().kept.setdefault("lanes opened", [set()])[0]
    there = {(action.agent_id, action.type, risk, one.floor) for one in ground.lanes.get((action.type, risk), ())}
    for floor in floors_of(action):
        lane = (action.agent_id, action.type, risk, floor)
        if lane not in there and lane not in opened:
            open_lane(*lane[:3], terms_of(ground, action), now=ground.now, floor=floor)
            opened.add(lane)
        silence = Silence(
            action=action.pk,
            once=of_silence(story).once,
            agent=action.agent_id,
            type=action.type,
            risk=risk,
            floor=floor,
            weight=weight_of(action, floor),
            agent_version=action.agent_version,
            said_at=ground.now,
            due_at=action.created_at + SILENT_AFTER,
        )
        if together is not None:
            together.silences.append(silence)
        else:
            keep_silences([silence])
