"""What ran in the shadow of an agent's present version, as its lane takes it when the new version comes.

Whoever runs a shadow chooses when it begins, and nothing else: from the first action on that was shadowed, every one
that was not counts as a difference.
"""

from __future__ import annotations

from agents.models import LaneRow
from agents.transfer import Shadowed
from approvals.models import Action, Shadow
from core import tx


@tx.inside_use_case
def shadowed_by(row: LaneRow, version: str) -> Shadowed | None:
    """Return how a version did beside the one that the lane is of; None if it did not run."""
    mine = Action.objects.filter(agent_id=row.agent_id, type=row.type, risk=row.risk, kind="approval")
    mine = mine.filter(agent_version=row.agent_version)
    if row.floor:
        mine = mine.filter(confidence__gte=row.floor)
    ran = Shadow.objects.filter(version=version, action__in=mine)
    first = ran.order_by("action__created_at").values_list("action__created_at", flat=True).first()
    if first is None:
        return None
    same = ran.filter(is_same=True).count()
    return Shadowed(same, mine.filter(created_at__gte=first).count() - same)
