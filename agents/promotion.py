"""Whether a lane may go up, what still stands in the way, and the sentence that says why it went."""

from __future__ import annotations

from collections.abc import Callable
from math import log

from agents.accuracy import EASE_ALPHA, clean_needed, error_bound, log_evidence
from agents.lane import Attempt, Lane
from agents.terms import LEVELS
from agents.trust import AUTONOMOUS, Trust

Naming = Callable[[float], str]


def day_number(moment: float) -> str:
    """Return how a moment is named when nobody knows the calendar: "day 3"."""
    return f"day {moment:.0f}"


def proven(attempt: Attempt, tolerance: float) -> bool:
    """Whether the evidence has reached 1/alpha of the attempt."""
    return log_evidence(attempt.cells, tolerance) >= log(1.0 / attempt.alpha)


def may_rise(lane: Lane, trust: Trust) -> bool:
    """Whether nothing stands in the way of the next level: `blockers` is empty, told without counting reviews."""
    if _is_at_ceiling(lane, trust) or lane.frozen is not None or lane.tightened is not None:
        return False
    target = lane.earned + 1
    terms = trust.at(target)
    return (
        target <= lane.reach
        and lane.now >= lane.no_promotion_before
        and lane.level_labels >= terms.min_labels
        and lane.now - lane.level_since >= terms.min_days
        and proven(lane.attempt(target), terms.tolerance)
    )


def blockers(lane: Lane, trust: Trust) -> tuple[str, ...]:
    """Return what stands between the lane and its next level, as phrases: "evidence: about 34 more clean reviews".

    Reviews are counted for a reviewer with the assumed catch rate, and for evidence only where nothing else is missing.
    """
    if _is_at_ceiling(lane, trust):
        return ("at the ceiling set by policy",)
    target = lane.earned + 1
    terms, attempt, found = trust.at(target), lane.attempt(target), []
    if lane.frozen is not None:
        found.append(f"frozen: {lane.frozen}")
    if target > lane.reach:
        found.append("what the agent is surer of comes first")
    if lane.tightened is not None:
        more = clean_needed(lane.tightened.cells, lane.tightened.gross, EASE_ALPHA, trust.assumed_catch)
        found.append("tightened" if more is None else f"tightened: about {more} more clean reviews")
    if lane.now < lane.no_promotion_before:
        found.append(f"cooling down for {lane.no_promotion_before - lane.now:.0f} more days")
    if lane.level_labels < terms.min_labels:
        found.append(f"{terms.min_labels - lane.level_labels} more reviews at this level")
    if lane.now - lane.level_since < terms.min_days:
        found.append(f"{terms.min_days - (lane.now - lane.level_since):.0f} more days at this level")
    if not proven(attempt, terms.tolerance):
        more = None if found else clean_needed(attempt.cells, terms.tolerance, attempt.alpha, trust.assumed_catch)
        found.append("evidence" if more is None else f"evidence: about {more} more clean reviews")
    return tuple(found)


def explained(lane: Lane, trust: Trust, target: int, *, naming: Naming = day_number) -> str:
    """Return the sentence of a promotion to `target`, made from the counts alone.

    "monitored: 214 of 216 reviewed since 3 May were right; accuracy is at least 0.953, required 0.950 (chance of a
    wrong promotion <= 1.50%, however often we look; attempt 1)"
    """
    attempt, terms = lane.attempt(target), trust.at(target)
    total = sum(attempt.cells.values())
    wrong = sum(count for (_, _, loss), count in attempt.cells.items() if loss > 0)
    accuracy = 1.0 - error_bound(attempt.cells, attempt.alpha)
    return (
        f"{LEVELS[target]}: {total - wrong} of {total} reviewed since {naming(attempt.start)} were right; accuracy is "
        f"at least {accuracy:.3f}, required {1 - terms.tolerance:.3f} (chance of a wrong promotion <= "
        f"{attempt.alpha:.2%}, however often we look; attempt {attempt.number})"
    )


def _is_at_ceiling(lane: Lane, trust: Trust) -> bool:
    return lane.earned + 1 > min(AUTONOMOUS, trust.ceiling)
