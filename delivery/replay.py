"""Sending again, by hand, what was given up or already sent."""

from __future__ import annotations

from uuid import UUID

from audit.record import record
from core import ids, tx
from core.errors import Conflict, NotFound
from delivery import jobs, registry
from delivery.models import Parcel


class NotReplayable(Conflict):
    """The delivery is still being tried, or was taken back."""

    code, title = "not_replayable", "Not replayable"


@tx.use_case
def replay(org: int, parcel: UUID, *, by: str) -> None:
    """Send a dead or delivered parcel again: same body, same id, a new window. `by` is the actor, `person:…`.

    Raises NotFound, or NotReplayable for one that is waiting or was superseded.
    """
    row = Parcel.objects.select_for_update().filter(org_id=org, pk=parcel).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    if row.status not in {Parcel.Status.DEAD, Parcel.Status.SENT}:
        raise NotReplayable(f"This delivery is {row.status}: only dead and sent ones can be sent again.")
    at = tx.now()
    row.status = Parcel.Status.WAITING
    row.due_at, row.attempts, row.settled_at = at, 0, None
    row.give_up_at = at + registry.transport(row.channel).abilities.lasts
    row.save(update_fields=["status", "due_at", "attempts", "settled_at", "give_up_at"])
    facts = {"kind": row.kind, "channel": row.channel, "action": ids.public("act", row.action) if row.action else None}
    record("delivery.replayed", actor=by, subject=ids.public("dlv", row.pk), facts=facts, at=at)
    tx.after_commit(f"nudge {row.channel}", lambda: jobs.nudge(row.channel))
