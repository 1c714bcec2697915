"""What trust asks of a lane: the tolerances, the samples and the waits, level by level.

A lane is one agent's actions of one type at one risk. Moments and lengths are days, as floats, counted
from 1970 in UTC where the product calls this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from agents.accuracy import ASSUMED_CATCH
from agents.terms import LEVELS, RISKS, ActionType, LevelWish, Risk, TightenOn, VersionsAs

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
    to people instead of taking place by itself. What follows moves no lane, and is not kept with it: amounts are of
    `currency`; good news waits `maturity_days`; what people decide within `reading_floor` seconds is worth nothing,
    or within `unmeasured_floor` where no page measured how long they looked.
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
    currency: str = ""
    maturity_days: float = 0.0
    reading_floor: float = 5.0
    unmeasured_floor: float = 0.0
    tighten_on_report: TightenOn = "all"
    tighten_on_drift: bool = True
    versions: VersionsAs = "semver"
    selective: tuple[float, ...] = ()

    def at(self, level: int) -> LevelTerms:
        """Return the terms of a level above supervised."""
        if level not in TARGETS:
            raise ValueError(f"level {level} has no terms: only {TARGETS} have")
        return self.levels[level - 1]


def usual(risk: Risk) -> Trust:
    """Return the usual terms of a lane of this risk, with its ceiling."""
    return Trust(levels=usual_levels(risk), ceiling=CEILINGS[risk])


def trust_of(kind: ActionType, risk: Risk) -> Trust:
    """Return the terms of a lane: the type's, by the document, at this risk.

    A lane whose risk was raised above the type's is never easier: the stricter tolerance holds. What cannot be undone,
    and a type the agent has not been given, stays at assisted at most, whatever the document says.
    """
    said, ceiling = kind.trust, CEILINGS[risk]
    if kind.ceiling is not None:
        ceiling = min(ceiling, LEVELS.index(kind.ceiling))
    if not kind.reversible:
        ceiling = min(ceiling, ASSISTED)
    raised = RISKS.index(risk) > RISKS.index(kind.risk)
    levels = tuple(
        _wished(usual_level, wish, raised=raised)
        for usual_level, wish in zip(usual_levels(risk), said.levels, strict=True)
    )
    plain = Trust()
    return Trust(
        levels=(levels[0], levels[1], levels[2]),
        ceiling=ceiling if kind.known else SUPERVISED,
        soft_amount=said.soft_amount.value if said.soft_amount else None,
        hard_amount=said.hard_amount.value if said.hard_amount else None,
        currency=next((one.currency for one in (said.soft_amount, said.hard_amount) if one), ""),
        min_confidence=said.min_confidence or 0.0,
        cooldown_days=_days(said.cooldown, plain.cooldown_days),
        severe_cooldown_days=_days(said.severe_cooldown, plain.severe_cooldown_days),
        stale_days=_days(said.stale, plain.stale_days),
        evidence_days=_days(said.evidence, plain.evidence_days),
        maturity_days=_days(said.maturity, 0.0),
        reading_floor=said.reading_floor.total_seconds() if said.reading_floor is not None else plain.reading_floor,
        unmeasured_floor=said.reading_floor.total_seconds() if said.reading_floor is not None else 0.0,
        ratified=kind.ratified,
        tighten_on_report=said.tighten_on_report,
        tighten_on_drift=said.tighten_on_drift,
        versions=said.versions,
        selective=said.selective,
    )


def trust_as_json(trust: Trust) -> dict[str, Any]:
    """Return what of the terms moves a lane, as JSON: `trust_from_json` reads it. Equal terms, equal JSON."""
    return {
        "levels": [{name: getattr(one, name) for name in _OF_LEVEL} for one in trust.levels],
        "ceiling": trust.ceiling,
        "irreversible_ceiling": trust.irreversible_ceiling,
        **{name: getattr(trust, name) for name in _KEPT},
    }


def trust_from_json(stored: Mapping[str, Any]) -> Trust:
    """Return the terms that `trust_as_json` wrote."""
    levels = tuple(LevelTerms(**one) for one in stored["levels"])
    return Trust(
        levels=(levels[0], levels[1], levels[2]),
        ceiling=stored["ceiling"],
        irreversible_ceiling=stored["irreversible_ceiling"],
        **{name: stored[name] for name in _KEPT},
    )


def is_kept_alike(one: Trust, other: Trust) -> bool:
    """Whether two terms move a lane alike: `trust_as_json` is the same."""
    return trust_as_json(one) == trust_as_json(other)


_OF_LEVEL = tuple(field.name for field in fields(LevelTerms))
_KEPT = (
    "budget_days",
    "cooldown_days",
    "severe_cooldown_days",
    "stale_days",
    "evidence_days",
    "assumed_catch",
    "ratified",
)


def _days(said: timedelta | None, otherwise: float) -> float:
    return otherwise if said is None else said / timedelta(days=1)


def _wished(terms: LevelTerms, wish: LevelWish, *, raised: bool) -> LevelTerms:
    """Return the terms of a level as the document wants them; at a raised risk never easier than usual."""
    said = {name: value for name in _WISHES if (value := getattr(wish, name)) is not None}
    if raised:
        for name in ("tolerance", "alpha", "gross"):
            if name in said:
                said[name] = min(said[name], getattr(terms, name))
        for name in ("sample", "sample_flagged", "min_labels", "min_days"):
            if name in said:
                said[name] = max(said[name], getattr(terms, name))
    if "tolerance" in said and "gross" not in said:
        said["gross"] = min(gross_rate(said["tolerance"]), 0.99)
    return replace(terms, **said)


_WISHES = ("tolerance", "alpha", "gross", "sample", "sample_flagged", "min_labels", "min_days")
