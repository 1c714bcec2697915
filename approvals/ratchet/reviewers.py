"""What a reviewer is known to catch, as far as practice items have shown."""

from __future__ import annotations

import uuid


def catch_of(person: uuid.UUID) -> float | None:
    """Return the share of wrong actions this person is proven to catch, in [0, 1]; None while nobody has measured it.

    Read in the scope that is open. Where it is None the lane's assumed rate holds (agents.accuracy.ASSUMED_CATCH).
    """
    return None
