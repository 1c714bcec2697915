"""Stated confidence against what people decided: "when it says that, reviewers agreed 84 % (53 of 63)"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
FEW = 20  # below this many in a bin it is too early to say


@dataclass(frozen=True, slots=True)
class Stated:
    """One decided action: how sure the agent said it was, and whether people approved it without a change."""

    confidence: float | None
    agreed: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """How often people agreed where the agent said `low <= confidence < high` (the last bin holds 1 as well)."""

    low: float
    high: float
    agreed: int
    total: int

    @property
    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        return self.total >= FEW

    @property
    def share(self) -> float:
        """The share that people agreed with, in [0, 1]; 0 without any."""
        return self.agreed / self.total if self.total else 0.0

    @property
    def sentence(self) -> str:
        """What it comes to: "84% (53 of 63)", or that it is too early to say."""
        if not self.enough:
            return f"Too early to say, {self.total} of {FEW}"
        return f"{percent(self.share)} ({self.agreed:,} of {self.total:,})"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a stated confidence has been worth. `bin` is None if the agent states none."""

    confidence: float | None
    bin: Bin | None

    @property
    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        return self.bin is not None and self.bin.enough

    @property
    def sentence(self) -> str:
        """What to show beside the stated confidence; never a percentage without its count."""
        if self.confidence is None or self.bin is None:
            return "The agent does not say how sure it is."
        said = f"It says it is {percent(self.confidence)} sure."
        if not self.bin.enough:
            return f"{said} Too early to say what that is worth, {self.bin.total} of {FEW}."
        agreed = f"{percent(self.bin.share)} of the time ({self.bin.agreed:,} of {self.bin.total:,})"
        return f"{said} When it says that, reviewers have agreed {agreed}."


def calibrate(confidence: float | None, history: Iterable[Stated]) -> Calibration:
    """Return what people made of earlier actions for which the agent was about as sure as now."""
    place = _place(confidence)
    if confidence is None or place is None:
        return Calibration(None, None)
    return Calibration(confidence, table(history)[place])


def table(history: Iterable[Stated]) -> tuple[Bin, ...]:
    """Return the bins in order, from least to most sure; actions without a stated confidence are left out."""
    agreed, total = [0] * (len(EDGES) - 1), [0] * (len(EDGES) - 1)
    for one in history:
        place = _place(one.confidence)
        if place is not None:
            total[place] += 1
            agreed[place] += one.agreed
    return tuple(
        Bin(low, high, yes, all_) for low, high, yes, all_ in zip(EDGES, EDGES[1:], agreed, total, strict=False)
    )


def percent(share: float) -> str:
    """Return a share as people read it, 100% and 0% only where they are exact: percent(0.999) is "99.9%"."""
    rounded = f"{share * 100:.0f}"
    if (rounded == "100" and share < 1) or (rounded == "0" and share > 0):
        return "under 0.1%" if share < 0.001 else "over 99.9%" if share > 0.999 else f"{share * 100:.1f}%"
    return f"{rounded}%"


def _place(confidence: float | None) -> int | None:
    if confidence is None or not isfinite(confidence) or not 0 <= confidence <= 1:
        return None
    return max(i for i, low in enumerate(EDGES[:-1]) if confidence >= low)
