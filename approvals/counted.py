"""What the database must count, under its lock, before it writes a new action."""

from __future__ import annotations

from typing import Any

from agents.terms import ActionType, Money
from approvals.ground import Ground


def limits_json(ground: Ground, kind: ActionType, amount: Money | None) -> dict[str, Any] | None:
    """Return what the database must count before it writes, or None if nothing is limited."""
    limits: dict[str, Any] = {}
    if ground.terms.limits.per_minute is not None:
        limits["per_minute"] = ground.terms.limits.per_minute
    if ground.terms.limits.pending is not None:
        limits["pending"] = ground.terms.limits.pending
    if kind.limits.per_hour is not None:
        limits["per_hour"] = kind.limits.per_hour
    if kind.limits.amount_per_day is not None and amount is not None:
        limits["amount_per_day"] = str(kind.limits.amount_per_day.value)
        limits["currency"] = kind.limits.amount_per_day.currency
        limits["amount"] = str(amount.value)
        limits["day_began"] = ground.day_began.isoformat()
    return limits or None
