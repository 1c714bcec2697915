"""Telling people what the steps of one transaction came to: one message each, whatever was missed."""

from __future__ import annotations

from approvals import rooms, tell
from approvals.flow import steps
from approvals.flow.chain.effect import Told
from approvals.flow.chain.people import waiting
from approvals.flow.chain.remind import hearing
from approvals.gathering import gathered
from approvals.ground import Ground
from approvals.models import Asked
from approvals.notices import Notice, promises_of
from approvals.story import Story
from approvals.tell import Missed
from core import tx
from delivery.post import Promise

_LATE = "late notices"


@tx.inside_use_case
def send(story: Story, ground: Ground, told: Told, missed: Missed | None = None, *, is_late: bool = False) -> None:
    """Tell those who were asked by the steps, and the others who are asked; unsent mail to them is taken back.

    What `is_late`, among many actions that are caught up with, is told with the others: `send_late`.
    """
    if not told.step:
        return
    there = waiting(story, ground)
    new = {one.person_id for one in told.fresh}
    fresh = [one for one in there if one.person_id in new]
    others = [one for one in there if one.person_id not in new] if told.word else []
    if told.word != tell.WARNED:
        others = hearing(others, ground)
    steps.supersede(story, tell.TO_PEOPLE, people=[one.person_id for one in (*fresh, *others)])
    tell.send(_to_rooms(story, ground, told, fresh, others))
    notices = [Notice(one, story, ground, tell.ASKED, told.step, missed) for one in fresh]
    notices += [Notice(one, story, ground, told.word, told.step, missed) for one in others]
    if is_late and gathered() is not None:
        tx.current().kept.setdefault(_LATE, []).extend(notices)
    else:
        tell.send([promise for notice in notices for promise in notice.promises()])


def _to_rooms(story: Story, ground: Ground, told: Told, fresh: list[Asked], others: list[Asked]) -> list[Promise]:
    """Return what the channels of the teams that are asked hear, each once."""
    kind = steps.kind_of(story, ground)
    new = rooms.promises(story, fresh, ground, kind, word=tell.ASKED, step=told.step)
    known = {one.address for one in new}
    rest = [one for one in others if rooms.room_of(story, one, ground) not in known]
    return new + (rooms.promises(story, rest, ground, kind, word=told.word, step=told.step) if rest else [])


@tx.inside_use_case
def send_late() -> None:
    """Tell of everything that came late in this transaction: each person once."""
    tell.send(promises_of(tx.current().kept.pop(_LATE, [])))
