"""How near the tests come to the best that any could do: reviews to certify, labels to an alarm."""

from __future__ import annotations

from functools import partial
from math import log
from typing import Any

import numpy as np

from agents.accuracy import BETS, CALM, DRIFTS, drift, fed, log_factor
from agents.trust import RUN_LENGTH
from bench.ratchet.cast import Scale
from bench.ratchet.lanes import LOG_STAKES, Floats, mixed

TOLERANCES = (0.10, 0.05, 0.02)
OF_TOLERANCE = (0.0, 0.1, 0.2, 0.4, 0.6)  # error rates, as a share of the tolerance
ALPHAS = (0.01, 0.02, 0.05)
TIMES = (2.0, 4.0)  # error rates after a jump, as multiples of the tolerance
MOST_LABELS = 60_000
STEPS = 24  # halvings of a CUSUM's threshold


def measure(scale: Scale) -> dict[str, Any]:
    """Return reviews to certify beside Wald's bound, and labels to alarms beside a CUSUM that knows the new rate."""
    certified = [
        certify(tolerance, share * tolerance, alpha, scale)
        for tolerance in TOLERANCES
        for share in OF_TOLERANCE
        for alpha in ALPHAS
    ]
    return {"certified": certified, "alarms": [alarms(tolerance, scale) for tolerance in TOLERANCES]}


def certify(tolerance: float, rate: float, alpha: float, scale: Scale) -> dict[str, float]:
    """Return the mean number of labels to 1/alpha in one attempt, and Wald's bound on what any valid test needs.

    The bound is ln(1/alpha) / KL(rate, tolerance) (Wald 1945, Farrell 1964): 90 labels for no error at 5 % and 1 %.
    """
    chance = np.random.default_rng((scale.seed, 8, round(rate * 1e6), round(tolerance * 1e6)))
    table = np.array([[log_factor(bet, tolerance, (1.0, 1.0, loss)) for bet in BETS] for loss in (0.0, 1.0)])
    wealth, labels, taken = np.zeros((scale.many, len(BETS))), 0, 0
    while wealth.size and labels < MOST_LABELS:
        labels += 1
        taken += len(wealth)
        wealth = wealth + table[(chance.random(len(wealth)) < rate).astype(np.int64)]
        wealth = wealth[mixed(wealth + LOG_STAKES) < log(1.0 / alpha)]
    bound = log(1.0 / alpha) / divergence(rate, tolerance)
    mean = taken / scale.many
    return {"tolerance": tolerance, "rate": rate, "alpha": alpha, "labels": mean, "bound": bound, "of": mean / bound}


def divergence(rate: float, tolerance: float) -> float:
    """Return the Kullback–Leibler divergence of one error rate from another, in nats: 0.0513 for 0 from 0.05."""
    wrong = rate * log(rate / tolerance) if rate else 0.0
    return wrong + (1 - rate) * log((1 - rate) / (1 - tolerance))


def alarms(tolerance: float, scale: Scale) -> dict[str, Any]:
    """Return mean labels to a false alarm at the tolerance and at half of it, and to an alarm after a jump.

    Beside each of these what an exact CUSUM (Page 1954; optimal by Moustakides 1986) that knows the new rate needs,
    its threshold set so that its mean number of labels to a false alarm is the same.
    """
    runs_to = partial(_labels_to_alarm, tolerance, scale=scale)
    false = runs_to(tolerance)
    found: dict[str, Any] = {"tolerance": tolerance, "false": false, "false_at_half": runs_to(tolerance / 2)}
    for times in TIMES:
        low, high = 0.5, 12.0
        for _ in range(STEPS):
            middle = (low + high) / 2
            longer = cusum(middle, tolerance, times * tolerance, tolerance, states=scale.states) >= false
            low, high = (low, middle) if longer else (middle, high)
        found[f"{times:.0f}x"] = ours = runs_to(times * tolerance)
        found[f"{times:.0f}x cusum"] = best = cusum(
            high, tolerance, times * tolerance, times * tolerance, states=scale.states
        )
        found[f"{times:.0f}x of"] = ours / best
    return found


def _labels_to_alarm(tolerance: float, rate: float, *, scale: Scale) -> float:
    """Return labels to an alarm of `agents.accuracy.drift`, from calm: all labels taken by the alarms among them.

    Where no run ends within the longest play, that is the labels taken, a lower limit.
    """
    chance = np.random.default_rng((scale.seed, 9, round(rate * 1e6), round(tolerance * 1e6)))
    scores: tuple[Floats, ...] = tuple(np.zeros(scale.many) for _ in DRIFTS)
    assert len(CALM) == len(scores)
    taken = 0
    for _ in range(scale.long if rate < tolerance else MOST_LABELS):
        taken += scores[0].size
        loss = (chance.random(scores[0].size) < rate).astype(np.float64)
        scores = fed(scores, tolerance, weight=1.0, loss=loss)  # type: ignore[arg-type,assignment]
        quiet = drift(scores) < RUN_LENGTH  # type: ignore[arg-type]
        scores = tuple(score[quiet] for score in scores)
        if not scores[0].size:
            break
    return taken / max(scale.many - scores[0].size, 1)


def cusum(threshold: float, before: float, after: float, rate: float, *, states: int) -> float:
    """Return the mean labels to an alarm of a CUSUM of the log-likelihood ratio of `after` to `before`, from 0.

    By a chain of equal states (Brook and Evans 1972) at the error rate `rate`; a step between two states goes to
    either with the chance that keeps its mean.
    """
    width = threshold / states
    steps = {rate: log(after / before), 1 - rate: log((1 - after) / (1 - before))}
    stays = np.eye(states)
    here = np.arange(states)
    for chance, step in steps.items():
        place = np.maximum(here + step / width, 0.0)
        lower = np.floor(place).astype(np.int64)
        for to, share in ((lower, 1 - (place - lower)), (lower + 1, place - lower)):
            inside = to < states
            np.subtract.at(stays, (here[inside], to[inside]), chance * share[inside])
    return float(np.linalg.solve(stays, np.ones(states))[0])
