"""A value beside what is usual: a strip of 132 by 18 units with the usual band, the median and this value."""

from __future__ import annotations

from dataclasses import dataclass

LEFT, WIDTH = 5.0, 120.0


@dataclass(frozen=True, slots=True)
class StripFace:
    """Where to draw, in units of the strip. `label` says the finding in words, for whoever cannot see it."""

    band_x: float
    band_width: float
    median_x: float
    point_x: float
    out: bool
    label: str


def strip(value: float, low: float, median: float, high: float, label: str) -> StripFace:
    """Return the strip of `value` against the 5 % (`low`) to 95 % (`high`) band of earlier values.

    The line begins at zero, or at the least value where that is below zero, and ends at the greatest.
    strip(1840, 12, 190, 620, "…").point_x is 125.0.
    """
    least, most = min(0.0, value, low), max(value, high, 0.0)
    span = (most - least) or 1.0

    def place(at: float) -> float:
        return round(LEFT + (min(max(at, least), most) - least) / span * WIDTH, 1)

    start, end = place(low), place(high)
    return StripFace(
        band_x=start,
        band_width=max(round(end - start, 1), 2.0),
        median_x=place(median),
        point_x=place(value),
        out=not low <= value <= high,
        label=label,
    )
