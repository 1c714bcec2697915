"""Which actions people look at: drawn by a keyed hash, its probability fixed before the label is known.

The draw is HMAC-SHA256 of the action's id (RFC 2104), so it can be repeated by whoever holds the
secret and foreseen by nobody else. A label weighs the inverse of its probability (Horvitz and
Thompson 1952), scaled by the smallest one so that no weight exceeds 1.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.terms import LEVELS
from agents.trust import SUPERVISED, Trust

BYTES_DRAWN = 8


@dataclass(frozen=True, slots=True)
class Proposed:
    """What sampling looks at in one action. `flags` are novelty and policy warnings; any one flags it."""

    id: str
    amount: Decimal = Decimal(0)
    confidence: float = 1.0
    irreversible: bool = False
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """How one action is treated; stored when it arrives, before anything is known of it.

    `reviewed`: people look at it. `held`: it waits for them, instead of being audited afterwards. `probability`: the
    chance it had of being looked at. `weight`: what its label counts, the smallest probability an action had then
    divided by this one. Where confident actions have lanes of their own, `floor` is the one that treats it and
    `weights` what its label counts in each it belongs to.
    """

    reviewed: bool
    held: bool
    probability: float
    weight: float
    why: str
    level: int = SUPERVISED
    floor: float = 0.0
    weights: Mapping[float, float] | None = None

    @property
    def waits(self) -> bool:
        """Whether people decide before anything happens."""
        return self.reviewed and self.held

    @property
    def spoken(self) -> str:
        """Why it is treated so, as the end of a sentence: "at level assisted 30 % are looked at, this one not."."""
        level = LEVELS[self.level]
        if self.why == "supervised":
            return "at level supervised nothing of this kind runs alone."
        if self.why == "tightened":
            return f"an error was found or suspected, so at level {level} everything of this kind waits for now."
        if self.probability >= 1.0:
            return f"at level {level} it is looked at ({self.why})."
        drawn = "this one is" if self.reviewed else "this one is not"
        after = "" if self.held or not self.reviewed else " afterwards"
        return f"at level {level} {self.probability:.0%} of these ({self.why}) are looked at{after}, {drawn}."

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the action: `{"reviewed", "held", "p", "w", "why", "level"}`.

        Where confident actions have lanes of their own also `"floor": 0.9, "weights": {"0": 0.05, "0.9": 1}`.
        """
        of_lanes: dict[str, Any] = {}
        if self.weights is not None:
            of_lanes = {"floor": self.floor, "weights": {f"{one:g}": w for one, w in self.weights.items()}}
        return of_lanes | {
            "reviewed": self.reviewed,
            "held": self.held,
            "p": self.probability,
            "w": self.weight,
            "why": self.why,
            "level": LEVELS[self.level],
        }


def uniform(secret: bytes, action_id: str) -> float:
    """Return a number in [0, 1] drawn for this action: uniform(b"k1", "a1") is 0.7111."""
    digest = hmac.new(secret, action_id.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:BYTES_DRAWN], "big") / 2.0 ** (8 * BYTES_DRAWN)


def review(action: Proposed, trust: Trust, secret: bytes, *, level: int, tightened: bool) -> Review:
    """Return how to treat an action of a lane at `level`.

    At monitored a clear action is reviewed with 0.10 and weighs 1, a flagged one with 0.50 and weighs 0.2.
    """
    if level == SUPERVISED or tightened:
        return _held(1.0, "tightened" if level > SUPERVISED else "supervised", level)
    smallest = trust.at(level).smallest
    if _above(action.amount, trust.hard_amount):
        return _held(smallest, "amount above the hard limit", level)
    stands = level
    if action.irreversible:
        level = min(level, trust.irreversible_ceiling)
        if level == SUPERVISED:
            return _held(smallest, "irreversible", stands)
    terms = trust.at(level)
    flagged = bool(action.flags) or _above(action.amount, trust.soft_amount)
    flagged = flagged or not action.confidence >= trust.min_confidence
    probability = terms.sample_flagged if flagged else terms.sample
    return Review(
        reviewed=probability >= 1.0 or uniform(secret, action.id) < probability,  # the draw may round up to 1
        held=terms.holds or flagged,
        probability=probability,
        weight=smallest / probability,
        why="flagged" if flagged else "sampled",
        level=stands,
    )


def always(trust: Trust, *, level: int, why: str, tightened: bool = False) -> Review:
    """Return the review of an action that people are asked about whatever the level; `why` in a few words."""
    return _held(1.0 if level == SUPERVISED or tightened else trust.at(level).smallest, why, level)


def _held(weight: float, why: str, level: int) -> Review:
    return Review(reviewed=True, held=True, probability=1.0, weight=weight, why=why, level=level)


def _above(amount: Decimal, limit: Decimal | None) -> bool:
    return limit is not None and amount > limit
