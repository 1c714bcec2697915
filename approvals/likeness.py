"""Earlier actions like this one, and how people decided them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from agents.terms import Money
from approvals.habits import Habits, Leaf, flatten
from core.strict_json import JsonValue

FURTHEST = 1.0
UNLIKE_AMOUNT = 2.0


@dataclass(frozen=True, slots=True)
class Similar:
    """One earlier action, decided by people: `key` finds it, `distance` is 0 for the same amount and categories."""

    key: str
    decision: str
    amount: Money | None
    distance: float


def similar(habits: Habits, arguments: JsonValue, amount: Money | None, *, most: int = 4) -> tuple[Similar, ...]:
    """Return the nearest decided actions of the lane, nearest first, newest first among equals.

    The distance is the natural logarithm of the ratio of the amounts plus the share of categories that differ, e.g.
    twice the amount and all categories alike is 0.69. What is further than 1 is not like it at all.
    """
    flat = flatten(arguments)
    telling = [habit.pointer for habit in habits.fields.values() if habit.kind in ("category", "flag")]
    found = []
    for past, seen in habits.flat:
        distance = _apart(past.amount, amount) + _unlike(seen, flat, telling)
        if distance <= FURTHEST:
            found.append(Similar(past.key, past.decision, past.amount, round(distance, 3)))
    return tuple(sorted(found, key=lambda one: one.distance)[:most])


def told_of(alike: tuple[Similar, ...]) -> str:
    """Return what similar decisions warn of: "2 of the 4 most similar were rejected", or "" if they do not."""
    rejected = sum(one.decision == "rejected" for one in alike)
    if len(alike) < 3 or rejected < 2 or rejected * 5 < len(alike) * 2:
        return ""
    return f"{rejected} of the {len(alike)} most similar were rejected"


def _apart(one: Money | None, other: Money | None) -> float:
    if one is None and other is None:
        return 0.0
    if one is None or other is None or one.currency != other.currency:
        return UNLIKE_AMOUNT
    if not (one.value > 0 and other.value > 0):
        return 0.0 if one.value == other.value else UNLIKE_AMOUNT
    return abs(log(one.value / other.value))


def _unlike(seen: Mapping[str, Leaf], flat: Mapping[str, Leaf], telling: list[str]) -> float:
    if not telling:
        return 0.0
    return sum(seen.get(pointer) != flat.get(pointer) for pointer in telling) / len(telling)
