"""Who plays: the ratchet at the tolerances of a play, the rules beside it, and how much is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from agents.trust import ASSISTED, Trust, usual
from bench.ratchet.lanes import Whole
from bench.ratchet.rules import (
    Bound,
    Certain,
    Clearance,
    Oracle,
    Ratchet,
    Rule,
    Window,
    beta,
    fewest_wrong,
    most_wrong,
    wilson,
)

TOLERANCE, AUDITED = 0.05, 0.05
LADDER = (1.0, 0.30, 0.10, 0.05)  # the share that is reviewed at each level
MOST_ATTEMPTS = 50_000
Made = Callable[[int], Rule]  # by the number of agents
Tables = tuple[Whole, Whole]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is played: runs and actions.

    `many` and `long` are those of the plays that count rare events; `states`: of the chains of the exact CUSUM.
    """

    runs: int = 1000
    actions: int = 20_000
    many: int = 4000
    long: int = 40_000
    states: int = 1000
    seed: int = 1


QUICK = Scale(runs=4, actions=200, many=4, long=200, states=50)


def one_step(
    alpha: float = 0.01, *, audited: float = AUDITED, gross: float | None = None, run_length: float | None = None
) -> Trust:
    """Return terms of one step, from supervised to autonomous, at a tolerance of 5 %, with no wait but the cool-down.

    The numbers are those of a low risk's autonomous level, save for what is given.
    """
    low = usual("low")
    last = low.levels[2]
    step = replace(
        last,
        alpha=alpha,
        sample=audited,
        sample_flagged=max(audited, last.sample_flagged),
        gross=gross or last.gross,
        run_length=run_length or last.run_length,
        min_days=0.0,
    )
    return replace(low, levels=(step, *low.levels[1:]), ceiling=ASSISTED)


def ladder() -> Trust:
    """Return the usual terms of a medium risk, all three steps, with no wait but the cool-down."""
    medium = usual("medium")
    first, second, third = medium.levels
    return replace(
        medium,
        levels=(replace(first, min_days=0.0), replace(second, min_days=0.0), replace(third, min_days=0.0)),
    )


def ratchet(trust: Trust) -> Made:
    """Return the product's ratchet on these terms."""
    return lambda count: Ratchet(trust, count, attempts=MOST_ATTEMPTS)


def peers() -> dict[str, Made]:
    """Return the rules beside it for one step at 5 %, by name."""
    shares = (1.0, AUDITED)
    return {
        "Wilson 95 %": _bound(shares, [_tables(wilson, 1.645, TOLERANCE)]),
        "Wilson 99 %": _bound(shares, [_tables(wilson, 2.326, TOLERANCE)]),
        "Beta 95 %": _bound(shares, [_tables(beta, 0.95, TOLERANCE)]),
        "Beta 99 %": _bound(shares, [_tables(beta, 0.99, TOLERANCE)]),
        "last 50 at least 95 % right": lambda count: Window(count, shares, 50, (2,), (50, 1)),
        "20 in a row, 3 of 20": lambda count: Window(count, shares, 20, (0,), (1, 3)),
        "CSP-1, i = 30": lambda count: Clearance(count, shares, 30),
        "CSP-M, i = 16": lambda count: Clearance(count, LADDER, 16),
    }


def ladder_peers() -> dict[str, Made]:
    """Return the rules beside it for three steps at 10 %, 5 % and 2 %, by name."""
    tolerances = [terms.tolerance for terms in usual("medium").levels]
    return {
        "Wilson 95 %, each step": _bound(LADDER, [_tables(wilson, 1.645, tolerance) for tolerance in tolerances]),
        "last 50, each step": lambda count: Window(count, LADDER, 50, (5, 2, 1), (50, 1)),
        "CSP-M, i = 16": lambda count: Clearance(count, LADDER, 16),
        "CSP-M, i = 45": lambda count: Clearance(count, LADDER, 45),
    }


def oracle(good: float, bad: float, alpha: float = 0.01) -> Made:
    """Return what knows the true rates before and after."""
    return lambda count: Oracle(count, (1.0, AUDITED), TOLERANCE, alpha, good, bad)


def _bound(shares: tuple[float, ...], rules: list[Tables]) -> Made:
    return lambda count: Bound(count, shares, [below for below, _ in rules], [above for _, above in rules])


@cache
def _tables(kind: Callable[[float, float], tuple[Certain, Certain]], strength: float, tolerance: float) -> Tables:
    """Return the most errors, by number of labels, with which a rule is sure to be below, and the fewest for above."""
    below, above = kind(strength, tolerance)
    return most_wrong(below), fewest_wrong(above)
