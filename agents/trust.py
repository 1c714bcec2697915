"""What trust asks of a lane: the tolerances, the samples and the waits, level by level.

A lane is one agent's actions of one type at one risk. Moments and lengths are days, as floats: what
calls this counts them from a fixed moment. Nothing in the product calls this yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from agents.accuracy import ASSUMED_CATCH
from agents.terms import LEVELS, Risk

SUPERVISED, ASSISTED, MONITORED, AUTONOMOUS = range(len(LEVELS))  # a level's place in LEVELS
TARGETS = (ASSISTED, MONITORED, AUTONOMOUS)

RUN_LENGTH = 1000.0  # labels, at least, from one false demotion to the next (e-detectors, Shin et al. 2024)
EASILY_GROSS = 0.05  # from this tolerance on, twice as much is gross; below it, three times as much

TOLERANCES: dict[Risk, tuple[float, float, float]] = {
    "low": (0.15, 0.10, 0.05),
    "medium": (0.10, 0.05, 0.02),
    "high": (0.05, 0.02, 0.01),
    "critical": (0.02, 0.01, 0.005),
}
CEILINGS: dict[Risk, int] = {"low": AUTONOMOUS, "medium": AUTONOMOUS, "high": MONITORED, "critical": ASSISTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTerms:
    """What it takes to be at one level, and what is looked at there.

    `tolerance`: the error rate allowed. `alpha`: the chance, in a budget period, of coming here while the mean error
    rate is above it. `gross`: an error rate that may never go on. `run_length`: labels, at least, to a false demotion.
    `sample`, `sample_flagged`: the chance that a clear or a flagged action is reviewed. `holds`: what is sampled waits
    for people instead of being audited afterwards. `min_labels`, `min_days`: spent at the level below.
    """

    tolerance: float
    alpha: float
    gross: float
    run_length: float = RUN_LENGTH
    sample: float
    sample_flagged: float
    holds: bool
    min_labels: int
    min_days: float

    def __post_init__(self) -> None:
        for name in ("tolerance", "alpha", "gross"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"{name} must be above 0 and below 1, not {getattr(self, name)}")
        for name in ("sample", "sample_flagged"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must be above 0 and at most 1, not {getattr(self, name)}")

    @property
    def smallest(self) -> float:
        """The smallest chance of review any action has here; weights are relative to it."""
        return min(self.sample, self.sample_flagged)


def gross_rate(tolerance: float) -> float:
    """Return the error rate that may never go on: gross_rate(0.05) is 0.1, gross_rate(0.02) is 0.06."""
    return (2.0 if tolerance >= EASILY_GROSS else 3.0) * tolerance


def usual_levels(risk: Risk) -> tuple[LevelTerms, LevelTerms, LevelTerms]:
    """Return the usual terms of assisted, monitored and autonomous."""
    assisted, monitored, autonomous = TOLERANCES[risk]
    return (
        LevelTerms(
            tolerance=assisted,
            alpha=0.05,
            gross=gross_rate(assisted),
            sample=0.30,
            sample_flagged=1.00,
            holds=True,
            min_labels=20,
            min_days=1.0,
        ),
        LevelTerms(
            tolerance=monitored,
            alpha=0.02,
            gross=gross_rate(monitored),
            sample=0.10,
            sample_flagged=0.50,
            holds=False,
            min_labels=20,
            min_days=7.0,
        ),
        LevelTerms(
            tolerance=autonomous,
            alpha=0.01,
            gross=gross_rate(autonomous),
            sample=0.05,
            sample_flagged=0.25,
            holds=False,
            min_labels=30,
            min_days=14.0,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The terms of one lane.

    An amount above `soft_amount` or a confidence below `min_confidence` flags an action; above `hard_amount` it is
    always held. Alpha is spent anew every `budget_days`. With no label for `stale_days` a lane is tightened, for twice
    as long it goes one level down; evidence older than `evidence_days` starts over. `ratified`: a promotion is proposed
    to people instead of taking place by itself.
    """

    levels: tuple[LevelTerms, LevelTerms, LevelTerms] = field(default_factory=lambda: usual_levels("medium"))
    ceiling: int = AUTONOMOUS
    irreversible_ceiling: int = ASSISTED
    soft_amount: Decimal | None = None
    hard_amount: Decimal | None = None
    min_confidence: float = 0.0
    budget_days: float = 90.0
    cooldown_days: float = 14.0
    severe_cooldown_days: float = 30.0
    stale_days: float = 30.0
    evidence_days: float = 365.0
    assumed_catch: float = ASSUMED_CATCH
    ratified: bool = False

    def at(self, level: int) -> LevelTerms:
        """Return the terms of a level above supervised."""
        if level not in TARGETS:
            raise ValueError(f"level {level} has no terms: only {TARGETS} have")
        return self.levels[level - 1]


def usual(risk: Risk) -> Trust:
    """Return the usual terms of a lane of this risk, with its ceiling."""
    return Trust(levels=usual_levels(risk), ceiling=CEILINGS[risk])
