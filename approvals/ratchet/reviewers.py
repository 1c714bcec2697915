"""What a reviewer is known to catch, as far as practice items have shown."""

from __future__ import annotations

import uuid

from agents.accuracy import FEWEST_GOLDEN, catch_rate
from approvals.models import Audit

MOST = 10_000  # practice items of one person that are counted


def catch_of(person: uuid.UUID) -> float | None:
    """Return the share of wrong actions this person is proven to catch, in [0, 1]; None while nobody has measured it.

    Read in the scope that is open. Where it is None the lane's assumed rate holds (agents.accuracy.ASSUMED_CATCH).
    """
    said = list(Audit.objects.filter(answered_by_id=person, kind="practice").values_list("verdict", flat=True)[:MOST])
    return proven(said.count("reject"), said.count("approve"))


def proven(caught: int, missed: int) -> float | None:
    """Return the share of wrong actions somebody is proven to catch who caught and missed so many practice items."""
    return catch_rate(caught, missed) if caught + missed >= FEWEST_GOLDEN else None
