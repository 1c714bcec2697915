"""How sure an agent says it is against how often people agree, bin by bin and in two figures: no evidence of any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from agents.band import band
from agents.calibration import EDGES, FEW, Stated

BIN_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Bin:
    """What was stated between `low` and `high`: its mean, the share agreed with, and between what and what that is."""

    low: float
    high: float
    count: int
    stated: float
    agreed: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins that hold anything, from least to most sure.

    `gap` is the expected calibration error (Naeini et al. 2015): how far stated and agreed are apart on average, in
    [0, 1]. `score` is the Brier score (1950): the mean squared distance of what was stated from what came of it.
    """

    bins: tuple[Bin, ...]
    count: int
    gap: float
    score: float

    @property
    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        return self.count >= FEW


def reliability(history: Iterable[Stated]) -> Reliability:
    """Return how far an agent's confidence can be believed; actions that state none are left out.

    Ten stated at 0.9 of which eight were agreed with: a gap of 0.1, a score of 0.17.
    """
    told = [(one.confidence, one.agreed) for one in history if _is_stated(one.confidence)]
    pairs = [(confidence, agreed) for confidence, agreed in told if confidence is not None]
    if not pairs:
        return Reliability((), 0, 0.0, 0.0)
    places: dict[int, list[tuple[float, bool]]] = {}
    for pair in pairs:
        places.setdefault(max(i for i, low in enumerate(EDGES[:-1]) if pair[0] >= low), []).append(pair)
    bins = tuple(_bin(place, found) for place, found in sorted(places.items()))
    return Reliability(
        bins,
        len(pairs),
        gap=sum(one.count * abs(one.stated - one.agreed) for one in bins) / len(pairs),
        score=sum((confidence - agreed) ** 2 for confidence, agreed in pairs) / len(pairs),
    )


def _bin(place: int, pairs: list[tuple[float, bool]]) -> Bin:
    right = sum(agreed for _, agreed in pairs)
    likely = band({(1.0, 1.0, 0.0): right, (1.0, 1.0, 1.0): len(pairs) - right}, BIN_ALPHA)
    return Bin(
        low=EDGES[place],
        high=EDGES[place + 1],
        count=len(pairs),
        stated=sum(confidence for confidence, _ in pairs) / len(pairs),
        agreed=right / len(pairs),
        least=likely.low,
        most=likely.high,
    )


def _is_stated(confidence: float | None) -> bool:
    return confidence is not None and isfinite(confidence) and 0.0 <= confidence <= 1.0
