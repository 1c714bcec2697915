"""Reading how an action type earns trust: level by level, what waits, what tightens, what is flagged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args

from agents.terms import LEVELS, Risk, TightenOn, VersionsAs
from agents.trust import ASSISTED, CEILINGS, LevelTerms, gross_rate, usual_levels
from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.rows import Row, listing
from approvals.configuration.shares import measure, percent, rate, sampled
from approvals.configuration.values import Reader, between, choice, duration, flag, money, money_from

EARNED = LEVELS[1:]
SPANS = ("cooldown", "severe_cooldown", "stale", "evidence", "maturity", "reading_floor")
MOST_LABELS = 100_000
MOST_DAYS = "365"
MOST_CONFIDENCES = 20
TWICE_IS_ALL = 0.5  # twice such a tolerance is no rate any more


@dataclass(frozen=True, slots=True)
class _Tolerated:
    """The error rate allowed at a level, None if it could not be read; `path` is where it is said, if it is."""

    level: str
    rate: float | None
    path: str = ""

    @property
    def told(self) -> str:
        return f"at {self.level} {percent(self.rate or 0)}" + ("" if self.path else ", as usual")


def reach(risk: Risk, ceiling: str | None, *, reversible: bool) -> int:
    """Return the highest level that lanes of a type can come to, as its place in LEVELS."""
    highest = CEILINGS[risk] if ceiling is None else min(CEILINGS[risk], LEVELS.index(ceiling))
    return highest if reversible else min(highest, ASSISTED)


def trust(risk: Risk | None, highest: int) -> Reader:
    """Return a reader of the trust of a type of this risk, None if unreadable, that comes to `highest` at most."""

    def read(faults: Faults, node: Node) -> dict[str, Any]:
        with Row(faults, node, "trust") as row:
            row.take("levels", _levels(risk, highest), default={})
            for name in SPANS:
                row.take(name, duration)
            row.take("min_confidence", measure("0", "1"), default=0)
            soft = row.take("soft_amount", money)
            hard = row.take("hard_amount", money)
            row.take("tighten_on_report", choice(*get_args(TightenOn)), default="all")
            row.take("tighten_on_drift", flag, default=True)
            row.take("versions", choice(*get_args(VersionsAs)), default="semver")
            row.take("selective", _selective, default=[])
        if soft and hard:
            _check_amounts(faults, row.at("soft_amount"), soft, hard)
        return row.out

    return read


def _levels(risk: Risk | None, highest: int) -> Reader:
    def read(faults: Faults, node: Node) -> dict[str, Any]:
        meant: dict[str, _Tolerated] = {}
        with Row(faults, node, "trust's levels") as row:
            for name, usual in zip(EARNED, usual_levels(risk or "high"), strict=True):
                meant[name] = _Tolerated(name, usual.tolerance if risk else None)
                row.take(name, _level(name, usual, meant), default={})
        # A level that is never reached and of which nothing is said need not fit.
        _check_order(faults, [one for one in meant.values() if one.path or LEVELS.index(one.level) <= highest])
        return row.out

    return read


def _level(name: str, usual: LevelTerms, meant: dict[str, _Tolerated]) -> Reader:
    def read(faults: Faults, node: Node) -> dict[str, Any]:
        with Row(faults, node, "a level of trust") as row:
            row.take("tolerance", rate)
            row.take("alpha", rate)
            row.take("gross", rate)
            row.take("sample", sampled)
            row.take("sample_flagged", sampled)
            row.take("min_labels", between(0, MOST_LABELS))
            row.take("min_days", measure("0", MOST_DAYS))
        if row.has("tolerance"):
            meant[name] = _Tolerated(name, row.out.get("tolerance"), row.at("tolerance"))
        _check_gross(faults, row, meant[name].rate)
        _check_samples(faults, row, usual)
        return row.out

    return read


def _check_gross(faults: Faults, row: Row, tolerance: float | None) -> None:
    """Refuse an error rate that may never go on but is tolerated."""
    gross = row.out.get("gross")
    if tolerance is None:
        return
    if gross is not None and gross <= tolerance:
        path, better = row.at("gross"), gross_rate(tolerance)
        advice = f"Write {better:.6g}, or leave it out." if better < 1 else "Write more."
        faults.add(
            path,
            "gross_too_low",
            f"What may never go on ({percent(gross)}) must be above what is tolerated ({percent(tolerance)}). {advice}",
        )
    elif not row.has("gross") and tolerance >= TWICE_IS_ALL:
        path = row.at("tolerance")
        faults.add(
            path,
            "gross_too_low",
            f"Usually twice the tolerance may never go on, but twice {percent(tolerance)} is no rate. Say “gross” too,"
            " or write a smaller tolerance.",
        )


def _check_samples(faults: Faults, row: Row, usual: LevelTerms) -> None:
    """Refuse to look at clear actions more often than at flagged ones."""
    clear, flagged = (
        row.out.get(name) if row.has(name) else getattr(usual, name) for name in ("sample", "sample_flagged")
    )
    if clear is None or flagged is None or clear <= flagged:
        return
    path = row.at("sample_flagged" if row.has("sample_flagged") else "sample")
    unsaid = "" if row.has("sample_flagged") else ", as usual"
    faults.add(
        path,
        "sample_above_flagged",
        f"Clear actions would be looked at more often ({percent(clear)}) than flagged ones"
        f" ({percent(flagged)}{unsaid}). Write “sample_flagged: {clear:.6g}” or more, or a smaller sample.",
    )


def _check_order(faults: Faults, meant: Iterable[_Tolerated]) -> None:
    """Refuse to tolerate more errors at a level than at the one below."""
    for lower, higher in pairwise(meant):
        if lower.rate is None or higher.rate is None or higher.rate <= lower.rate:
            continue
        path = higher.path or lower.path
        change = (
            f"Write {lower.rate:.6g} or less for {higher.level}"
            if higher.path
            else f"Write {higher.rate:.6g} or more, or say what {higher.level} tolerates"
        )
        faults.add(
            path,
            "tolerance_grows",
            f"More trust would tolerate more errors: {lower.told}, {higher.told}. {change}.",
        )


def _check_amounts(faults: Faults, path: str, soft: str, hard: str) -> None:
    low, high = money_from(soft), money_from(hard)
    if low.currency != high.currency:
        faults.add(
            path,
            "soft_above_hard",
            f"soft_amount is in {low.currency}, hard_amount in {high.currency}: they cannot be compared. Write both in"
            f" {high.currency}.",
        )
    elif low.value > high.value:
        faults.add(
            path,
            "soft_above_hard",
            f"Above {hard} everything waits for people, so {soft} flags nothing. Write {hard} or less.",
        )


def _selective(faults: Faults, node: Node) -> list[Any] | None:
    read = listing(rate, "confidences", most=MOST_CONFIDENCES)
    found = read(faults, node)
    for place, (one, after) in enumerate(pairwise(found or ()), start=1):
        if one is not None and after is not None and after >= one:
            path = node.items[place].pointer
            faults.add(
                path,
                "not_descending",
                f"Confidences are tried one after the other, highest first, but {after:.6g} comes after {one:.6g}."
                " Write like [0.9, 0.8, 0.5], each once.",
            )
    return found
