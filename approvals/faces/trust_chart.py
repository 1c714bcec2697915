"""The drawings of trust, made by the server: agreement over time with its band, and confidence against agreement.

Places are in units of the drawing; what a drawing shows stands beside it in words and as a table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One day of the chart as a row of its table."""

    day: str
    level: str
    agreed: str
    low: str
    high: str
    reviewed: int
    wrong: int
    required: str


@dataclass(frozen=True, slots=True)
class ChartFace:
    """The chart of a lane, 760 by 392 units. `bands` and `estimates` are paths, one for each stretch of evidence.

    `grid` and `levels` are (line, where its words stand, words), `months` (place, words), `marks` the events (x, words,
    where the words end); `agreed` and `wrong` are the dots, each a path; `names` words on the level line (x, y, words).
    """

    title: str
    desc: str
    grid: tuple[tuple[float, float, str], ...]
    months: tuple[tuple[float, str], ...]
    bands: tuple[str, ...]
    estimates: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    raise_line: str
    lower_line: str
    raise_words: tuple[float, float, str] | None
    lower_words: tuple[float, float, str] | None
    marks: tuple[tuple[float, str, str], ...]
    agreed: str
    wrong: str
    levels: tuple[tuple[float, float, int], ...]
    level_line: str
    names: tuple[tuple[float, float, str], ...]
    rows: tuple[ChartRow, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bin: where its dot stands, how big it is, and the ends of its whisker; the texts are for the table."""

    x: float
    y: float
    radius: float
    top: float
    bottom: float
    stated: str
    agreed: str
    count: int


@dataclass(frozen=True, slots=True)
class ReliabilityFace:
    """How sure the agent says it is against how often people agree, 280 by 150 units, with two figures in words."""

    bins: tuple[ReliabilityBin, ...]
    label: str
    gap: str
    score: str
    too_early: str = ""
