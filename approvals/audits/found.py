"""What people have found of an action."""

from __future__ import annotations

import uuid

from agents.models import LabelRow
from approvals.ratchet.said import AUDIT, DECISION, RIGHT


def found_wrong(action: uuid.UUID) -> LabelRow | None:
    """Return what people found of an action, if that stands and is an error; in the scope that is open."""
    said = LabelRow.objects.filter(action=action, dropped=False, replaced_by=None, answered=True)
    return said.filter(source__in=[DECISION, AUDIT], loss__gt=RIGHT).order_by("said_at", "id").last()
