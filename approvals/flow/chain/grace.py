"""A deadline that fell into an outage, when nobody could have been asked: it is moved once, and not far."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from approvals import plans, rooms, tell
from approvals.flow import steps
from approvals.gathering import gathered
from approvals.ground import Ground
from approvals.outages import Outage, outage_before
from approvals.story import Story
from core import tx
from delivery.models import Note, Parcel

GRACE = timedelta(hours=1)


@tx.inside_use_case
def extend(story: Story, ground: Ground) -> bool:
    """Move the deadline and ask everybody again, if an outage kept all of them from being asked. Returns whether.

    Fail closed: until then nothing is approved, and the agent's own limit stands.
    """
    found = extension(story, ground)
    if found is None:
        return False
    by, outage = found
    action = story.action
    plan = plans.with_chain(action.plan or {}, extended=by.total_seconds())
    action.plan = plans.anchored(plan, at=ground.now, elapsed=plans.decide_within(plan) - by)
    action.epoch += 1
    plans.wind(action)
    steps.due(story)
    steps.save(story, "plan", "epoch", "decide_by", "lapse_at", "step")
    steps.note(
        story,
        "action.extended",
        actor="engine",
        at=ground.now,
        seconds=by.total_seconds(),
        decide_by=_text(action.decide_by),
        outage=[outage.began.isoformat(), outage.ended.isoformat()],
    )
    steps.supersede(story, tell.TO_PEOPLE)
    people = [one for one in story.asked if one.left_at is None]
    tell.send(tell.asked(story, people, ground, steps.kind_of(story, ground)))
    return True


def extension(story: Story, ground: Ground) -> tuple[timedelta, Outage] | None:
    """Return by how much the deadline of an action that is over may be moved, and what for; None if it may not."""
    action, now = story.action, ground.now
    plan = action.plan or {}
    if not plans.is_anchored(plan) or plan["chain"]["extended"] or action.decide_by is None:
        return None
    if action.decide_cap is not None and action.decide_cap <= now:
        return None
    outage = _outage_before(now)
    if outage is None or not outage.holds(action.decide_by) or _was_asked(story, outage.began):
        return None
    left = action.decide_cap - now if action.decide_cap is not None else GRACE
    return min(outage.lasted, GRACE, left), outage


def _outage_before(now: datetime) -> Outage | None:
    """Return the last outage; of many actions in one transaction it is looked up once."""
    if gathered() is None:
        return outage_before(now)
    kept = tx.current().kept.setdefault("outage", [])
    if not kept:
        kept.append(outage_before(now))
    known: Outage | None = kept[0]
    return known


def _was_asked(story: Story, before: datetime) -> bool:
    """Whether anybody can have known of the action before the outage: a message arrived, or they did something."""
    if any(vote.cast_at <= before for vote in story.votes) or story.questions or story.action.claimed_until:
        return True
    if any(one.snoozed_until for one in story.asked):
        return True
    together = gathered()
    if together is None:
        return story.action.pk in _told([story.action.pk], before)
    kept = tx.current().kept.setdefault("told", [])
    if not kept:  # one look for all actions of the transaction; they end by the same outage
        kept.append(_told(together.about, before))
    return story.action.pk in kept[0]


def _told(actions: Iterable[uuid.UUID], before: datetime) -> frozenset[uuid.UUID | None]:
    """Return those of `actions` of which somebody was told by `before`: a message has arrived.

    A parcel for a chat is sent when it is filed; its message has arrived when the chat has posted it, or its digest.
    """
    wanted = list(actions)
    sent = Parcel.objects.filter(action__in=wanted, kind__in=tell.TO_PEOPLE, status=Parcel.Status.SENT)
    arrived = sent.filter(settled_at__lte=before).exclude(channel=rooms.CHANNEL)
    posted = Q(posted_at__lte=before) | Q(digest__posted_at__lte=before)
    notes = Note.objects.filter(posted, action__in=wanted)
    return frozenset([*arrived.values_list("action", flat=True), *notes.values_list("action", flat=True)])


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
