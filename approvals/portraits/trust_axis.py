"""What the chart of a lane is drawn from, and where days and shares stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agents.band import Band

LEFT, RIGHT, TOP, BOTTOM = 44.0, 746.0, 34.0, 236.0


@dataclass(frozen=True, slots=True)
class Point:
    """A lane at the end of a day: the level in force, the level its evidence counts towards, and the evidence.

    `reviewed` and `wrong` are of that day. `fresh`: the evidence began anew since the point before.
    """

    day: date
    level: int
    target: int
    band: Band
    reviewed: int
    wrong: float
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A change of the level, on a day."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Where days and shares stand."""

    first: date
    last: date
    floor: float

    def x(self, day: date) -> float:
        """Return where a day is; those outside stand at the edge."""
        place = (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)
        return round(LEFT + place * (RIGHT - LEFT), 1)

    def y(self, share: float) -> float:
        """Return where a share of agreement is, cut at the lower edge."""
        place = (min(max(share, self.floor), 1.0) - self.floor) / (1.0 - self.floor)
        return round(BOTTOM - place * (BOTTOM - TOP), 1)
