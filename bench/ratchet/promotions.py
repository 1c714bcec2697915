"""How often is an agent promoted that should not be?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from bench.ratchet.cast import MOST_ATTEMPTS, TOLERANCE, Made, Scale, ladder, one_step, peers, ratchet
from bench.ratchet.lanes import Floats, Lanes, Whole
from bench.ratchet.play import POINTS, Found, Setting, constant, play
from bench.ratchet.reviewers import Imperfect, Maturing
from bench.ratchet.rules import Ratchet, Rule

ALPHAS = (0.01, 0.05)
OURS = "ratchet, alpha 1%"
AT_TOLERANCE = {"5 %": (0.05, False), "6 %": (0.06, False), "10 %": (0.10, False)}
RESTARTING = {"restarts, 5 %": (0.05, True), "restarts, 10 %": (0.10, True)}
RUBBER, LATE = "half missed, 8 %", "errors show late, 8 %"
TRUE_RATE, MISSES = 0.08, 0.5
WINDOW = 1500  # actions within which a late error is reported
Wish = Callable[[Floats, Floats, Whole], Floats]  # credit, log e-value, labels of the attempt: the rate it would like


def measure(scale: Scale) -> dict[str, Any]:
    """Return the share of runs ever promoted: by rule and kind of agent, on the ladder, by adversary."""
    return {"shares": _shares(scale), "ladder": _ladder(scale), "adversaries": _adversaries(scale)}


def _shares(scale: Scale) -> dict[str, dict[str, Any]]:
    """Return the shares by rule and column; the ratchet's over the larger number of runs."""
    rules = {f"ratchet, alpha {alpha:.0%}": ratchet(one_step(alpha)) for alpha in ALPHAS} | peers()
    found: dict[str, dict[str, Any]] = {}
    for name, made in rules.items():
        runs = scale.many if name == OURS else scale.runs
        played = {
            column: _played(made, runs, scale, rate, restarts=restarts)
            for column, (rate, restarts) in (AT_TOLERANCE | RESTARTING).items()
        }
        found[name] = {"runs": runs} | {column: one.share_reached(1) for column, one in played.items()}
        first = played["5 %"].reached[1]
        found[name]["course"] = [float((first < labels).mean()) for labels in peeks(scale.actions)]
    for name, made in peers().items():  # they believe what reviewers say
        found[name][RUBBER] = _played(made, scale.runs, scale, TRUE_RATE * (1 - MISSES)).share_reached(1)
        found[name][LATE] = _played(made, scale.runs, scale, 0.0).share_reached(1)
    for alpha in ALPHAS:
        row, trust = found[f"ratchet, alpha {alpha:.0%}"], one_step(alpha)
        believing = partial(Imperfect, trust, misses=MISSES, known=40, shown=0.05, seed=scale.seed)
        maturing = partial(Maturing, trust, window=min(WINDOW, scale.actions // 10), seed=scale.seed)
        row[RUBBER] = _played(believing, scale.runs, scale, TRUE_RATE * (1 - MISSES)).share_reached(1)
        row[LATE] = _played(maturing, scale.runs, scale, TRUE_RATE).share_reached(1)
    return found


def peeks(actions: int) -> list[int]:
    """Return the numbers of labels at which the course is told, ever further apart."""
    return sorted({round(float(labels)) for labels in np.geomspace(10, actions, POINTS)})


def _played(made: Made, runs: int, scale: Scale, rate: float, *, restarts: bool = False) -> Found:
    setting = Setting(actions=scale.actions, rate=constant(rate), restarts=restarts, to_the_top=True)
    return play(made(runs), setting, (scale.seed, 1))


def _ladder(scale: Scale) -> dict[str, float]:
    """Return, by alpha, the share of agents exactly at a level's tolerance that ever reached it."""
    trust = ladder()
    shares = {}
    for level, terms in enumerate(trust.levels, start=1):
        setting = Setting(actions=scale.long, rate=constant(terms.tolerance))
        found = play(Ratchet(trust, scale.many, attempts=MOST_ATTEMPTS), setting, (scale.seed, 2, level))
        shares[f"{terms.alpha}"] = found.share_reached(level)
    return shares


class Adversary:
    """An agent that knows the test and chooses its error rate by it, never below the tolerance in the mean.

    `credit` is by how much the sum of its rates in the attempt exceeds what the tolerance asks; it may spend that.
    """

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._credit: Floats | None = None

    def __call__(self, _number: int, rule: Rule) -> Floats:
        """Return the chance of each agent's next action to be wrong."""
        assert isinstance(rule, Lanes)
        if self._credit is None:
            self._credit, self._labels = np.zeros(rule.count), np.zeros(rule.count, dtype=np.int64)
            self._attempt = rule.attempt[:, 0].copy()
        anew = rule.attempt[:, 0] != self._attempt
        self._credit[anew], self._labels[anew] = 0.0, 0
        self._attempt = rule.attempt[:, 0].copy()
        wish = self._wish(self._credit, rule.evidence(1), self._labels)
        rate = np.clip(np.maximum(wish, TOLERANCE - self._credit), 0.0, 1.0)
        self._credit += rate - TOLERANCE
        self._labels += 1
        return rate


ADVERSARIES: dict[str, Wish] = {
    "at the tolerance, always": lambda credit, score, labels: np.full(credit.size, TOLERANCE),
    "bad for 100 actions, then good as long as it may": lambda credit, score, labels: np.where(labels < 100, 0.1, 0.0),
    "in bursts of one in two": lambda credit, score, labels: np.where(credit < TOLERANCE, 0.5, 0.0),
    "good while it is winning, else three times as bad": lambda credit, score, labels: np.where(score > 0, 0.0, 0.15),
    "saves up while it is losing, good otherwise": lambda credit, score, labels: np.where(score < -1.5, 0.5, 0.0),
}


def _adversaries(scale: Scale) -> dict[str, float]:
    trust = one_step(0.01)
    shares = {}
    for place, (name, wish) in enumerate(ADVERSARIES.items()):
        setting = Setting(actions=scale.actions, rate=Adversary(wish))
        found = play(Ratchet(trust, scale.many, attempts=MOST_ATTEMPTS), setting, (scale.seed, 3, place))
        shares[name] = found.share_reached(1)
    return shares
