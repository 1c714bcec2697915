"""How near the tests come to the best that any could do: reviews to certify, labels to an alarm."""

from __future__ import annotations

from functools import partial
from math import log
from typing import Any

import numpy as np

from agents.accuracy import BETS, DRIFTS, drift, fed, log_factor
from agents.trust import RUN_LENGTH
from bench.ratchet.cast import Scale
from bench.ratchet.lanes import LOG_STAKES, Floats, mixed

TOLERANCES = (0.10, 0.05, 0.02)
OF_TOLERANCE = (0.0, 0.1, 0.2, 0.4, 0.6)  # error rates, as a share of the tolerance
ALPHAS = (0.01, 0.02, 0.05)
TIMES = (2.0, 4.0)  # error rates after a jump, as multiples of the tolerance
MOST_LABELS = 60_000
SETTLED = 300  # labels that a lane has run before it gets worse
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

    Beside the latter what an exact CUSUM (Page 1954; optimal by Moustakides 1986) that knows the new rate needs, its
    threshold set so that its mean number of labels to a false alarm is the same. Both once from calm, which is the
    worst start for either, and once of lanes that have run at half the tolerance before.
    """
    runs_to = partial(labels_to_alarm, tolerance, scale=scale)
    false = runs_to(tolerance)
    found: dict[str, Any] = {"tolerance": tolerance, "false": false, "false_at_half": runs_to(tolerance / 2)}
    for times in TIMES:
        rate, low, high = times * tolerance, 0.5, 12.0
        for _ in range(STEPS):
            middle = (low + high) / 2
            longer = Cusum(middle, tolerance, rate, scale.states).labels(tolerance) >= false
            low, high = (low, middle) if longer else (middle, high)
        best = Cusum(high, tolerance, rate, scale.states)
        for start, settled in (("calm", 0), ("settled", SETTLED)):
            ours = runs_to(rate, settled=settled)
            known = best.labels(rate, before=tolerance / 2, settled=settled)
            found[f"{times:.0f}x {start}"] = {"labels": ours, "cusum": known, "of": ours / known}
    return found


def labels_to_alarm(tolerance: float, rate: float, *, scale: Scale, settled: int = 0) -> float:
    """Return labels to an alarm of `agents.accuracy.drift`: all labels taken, by the alarms among them.

    `settled`: labels at half the tolerance before, without an alarm. Where no run ends within the longest play, it is
    the labels taken, a lower limit.
    """
    chance = np.random.default_rng((scale.seed, 9, round(rate * 1e6), round(tolerance * 1e6)))
    scores: tuple[Floats, ...] = tuple(np.zeros(scale.many) for _ in DRIFTS)
    for _ in range(settled):
        scores = _quiet(scores, tolerance, chance, tolerance / 2)
    started = scores[0].size
    taken = 0
    for _ in range(scale.long if rate < tolerance else MOST_LABELS):
        taken += scores[0].size
        scores = _quiet(scores, tolerance, chance, rate)
        if not scores[0].size:
            break
    return taken / max(started - scores[0].size, 1)


def _quiet(
    scores: tuple[Floats, ...], tolerance: float, chance: np.random.Generator, rate: float
) -> tuple[Floats, ...]:
    """Return the detectors' sums after one more label, of those that do not sound."""
    loss = (chance.random(scores[0].size) < rate).astype(np.float64)
    scores = fed(scores, tolerance, weight=1.0, loss=loss)  # type: ignore[arg-type,assignment]
    quiet = drift(scores) < RUN_LENGTH  # type: ignore[arg-type]
    return tuple(score[quiet] for score in scores)


class Cusum:
    """A CUSUM of the log-likelihood ratio of error rate `after` to `before`, as a chain of equal states.

    By Brook and Evans (1972); a step that ends between two states goes to either with the chance that keeps its mean.
    """

    def __init__(self, threshold: float, before: float, after: float, states: int) -> None:
        self._width, self._states = threshold / states, states
        self._steps = log(after / before), log((1 - after) / (1 - before))

    def labels(self, rate: float, *, before: float = 0.0, settled: int = 0) -> float:
        """Return the mean labels to an alarm at an error rate, from 0 or after `settled` labels at `before`."""
        start = np.zeros(self._states)
        start[0] = 1.0
        if settled:
            chain = self._chain(before)
            for _ in range(settled):
                start = start @ chain
                start /= start.sum()
        from_each = np.linalg.solve(np.eye(self._states) - self._chain(rate), np.ones(self._states))
        return float(start @ from_each)

    def _chain(self, rate: float) -> Floats:
        """Return the chances of each state to be followed by each other one without an alarm."""
        chain, here = np.zeros((self._states, self._states)), np.arange(self._states)
        for chance, step in zip((rate, 1 - rate), self._steps, strict=True):
            place = np.maximum(here + step / self._width, 0.0)
            lower = np.floor(place).astype(np.int64)
            for to, share in ((lower, 1 - (place - lower)), (lower + 1, place - lower)):
                inside = to < self._states
                np.add.at(chain, (here[inside], to[inside]), chance * share[inside])
        return chain
