"""What is known of a lane: its level and its evidence, as one frozen value that JSON can carry.

Moments are days, as floats. Two lanes that are equal have the same JSON, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agents.accuracy import CALM, Cell, Cells, Scores, share_of_alpha
from agents.terms import LEVELS
from agents.trust import AUTONOMOUS, SUPERVISED, TARGETS, Trust


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at proving that a lane deserves a level: what it may spend, and the labels since it began."""

    number: int
    alpha: float
    start: float
    cells: Cells

    def with_label(self, cell: Cell) -> Attempt:
        """Return the attempt with one more label."""
        return replace(self, cells=counted(self.cells, cell))

    def moved(self, old: Cell, new: Cell) -> Attempt:
        """Return the attempt with one label moved, if it has such a label."""
        if self.cells.get(old, 0) <= 0:
            return self
        left = {cell: count - (cell == old) for cell, count in self.cells.items()}
        return replace(self, cells=counted({cell: count for cell, count in left.items() if count}, new))


@dataclass(frozen=True, slots=True)
class Tightened:
    """Everything waits for people until the error rate is shown to be below `gross`, by the labels since."""

    gross: float
    cells: Cells


@dataclass(frozen=True, slots=True)
class Override:
    """A level somebody set by hand, until a moment."""

    level: int
    until: float
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Period:
    """What has been spent of a budget period: attempts begun at each of TARGETS, and demotions."""

    start: float
    attempts: tuple[int, ...] = (0,) * len(TARGETS)
    demotions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The state of a lane: the fold of its ledger (agents.ratchet.fold).

    `attempts` and `detectors` are by TARGETS. `frozen` is the reason, or None. `proposed`: a promotion waits for people
    to ratify it. `reach`: the highest level it may rise to by now; another lane comes first (agents.ledger.Follow).
    """

    now: float
    earned: int
    override: Override | None
    frozen: str | None
    tightened: Tightened | None
    level_since: float
    level_labels: int
    last_label: float
    no_promotion_before: float
    period: Period
    attempts: tuple[Attempt, ...]
    detectors: tuple[Scores, ...]
    proposed: bool = False
    reach: int = AUTONOMOUS

    def level(self, trust: Trust) -> int:
        """Return the level in force: never above the ceiling, and supervised while frozen."""
        if self.frozen is not None:
            return SUPERVISED
        return min(self.override.level if self.override else self.earned, trust.ceiling)

    def attempt(self, target: int) -> Attempt:
        """Return the attempt at a level above supervised."""
        return self.attempts[target - 1]

    def detector(self, level: int) -> Scores:
        """Return the drift detector of a level above supervised."""
        return self.detectors[level - 1]

    def as_json(self) -> dict[str, Any]:
        """Return the lane as JSON: `{"earned": "assisted", "attempts": [{"number": 1, "cells": [[1, 0.9, 0, 41]]…`."""
        return {
            "now": self.now,
            "earned": LEVELS[self.earned],
            "override": self.override
            and {
                "level": LEVELS[self.override.level],
                "until": self.override.until,
                "who": self.override.who,
                "reason": self.override.reason,
            },
            "frozen": self.frozen,
            "tightened": self.tightened
            and {"gross": self.tightened.gross, "cells": cells_as_json(self.tightened.cells)},
            "level_since": self.level_since,
            "level_labels": self.level_labels,
            "last_label": self.last_label,
            "no_promotion_before": self.no_promotion_before,
            "period": {
                "start": self.period.start,
                "attempts": list(self.period.attempts),
                "demotions": self.period.demotions,
            },
            "attempts": [
                {"number": one.number, "alpha": one.alpha, "start": one.start, "cells": cells_as_json(one.cells)}
                for one in self.attempts
            ],
            "detectors": [list(scores) for scores in self.detectors],
            "proposed": self.proposed,
        } | ({"reach": self.reach} if self.reach != AUTONOMOUS else {})


def opened(trust: Trust, *, now: float) -> Lane:
    """Return a new lane: supervised, with a first attempt at every level."""
    return Lane(
        now=now,
        earned=SUPERVISED,
        override=None,
        frozen=None,
        tightened=None,
        level_since=now,
        level_labels=0,
        last_label=now,
        no_promotion_before=now,
        period=Period(now, (1,) * len(TARGETS)),
        attempts=tuple(Attempt(1, share_of_alpha(trust.at(target).alpha, 1), now, {}) for target in TARGETS),
        detectors=(CALM,) * len(TARGETS),
    )


def lane_from_json(stored: Mapping[str, Any]) -> Lane:
    """Return the lane that `Lane.as_json` wrote."""
    override, tightened, period = stored["override"], stored["tightened"], stored["period"]
    return Lane(
        now=stored["now"],
        earned=LEVELS.index(stored["earned"]),
        override=override
        and Override(LEVELS.index(override["level"]), override["until"], override["who"], override["reason"]),
        frozen=stored["frozen"],
        tightened=tightened and Tightened(tightened["gross"], cells_from_json(tightened["cells"])),
        level_since=stored["level_since"],
        level_labels=stored["level_labels"],
        last_label=stored["last_label"],
        no_promotion_before=stored["no_promotion_before"],
        period=Period(period["start"], tuple(period["attempts"]), period["demotions"]),
        attempts=tuple(
            Attempt(one["number"], one["alpha"], one["start"], cells_from_json(one["cells"]))
            for one in stored["attempts"]
        ),
        detectors=tuple(tuple(scores) for scores in stored["detectors"]),
        proposed=stored["proposed"],
        reach=stored.get("reach", AUTONOMOUS),
    )


def counted(cells: Cells, cell: Cell) -> Cells:
    """Return the table with one more label in `cell`."""
    after = dict(cells)
    after[cell] = after.get(cell, 0) + 1
    return after


def placed(items: tuple[Any, ...], target: int, item: Any) -> tuple[Any, ...]:
    """Return the items, which are by TARGETS, with the one of `target` replaced."""
    return (*items[: target - 1], item, *items[target:])


def cells_from_json(rows: Iterable[tuple[float, float, float, int]]) -> dict[Cell, int]:
    """Return the table of `[[weight, catch, loss, count], …]`."""
    return {(weight, catch, loss): count for weight, catch, loss, count in rows}


def cells_as_json(cells: Cells) -> list[list[float]]:
    """Return the table as `cells_from_json` reads it, sorted."""
    return [[*cell, count] for cell, count in sorted(cells.items()) if count]
