"""Many lanes at once: what `agents.ratchet.step` does to one lane at each label, on arrays.

The bets, the stakes, the thresholds and the drift sums are those of `agents.accuracy`, the terms those of
`agents.trust`; what is here is only the order of the moves. tests/bench/test_lanes.py holds it to `step` on the same
labels: same level, same attempt, tightened or not, after every one. Left out, because no play has them: severe errors,
corrections, overrides, freezes, ratification, evidence of a year and more, and a month without a label.
"""

from __future__ import annotations

from functools import cache, reduce
from math import log

import numpy as np
from numpy.typing import NDArray

from agents.accuracy import (
    BETS,
    DRIFT_STAKES,
    DRIFTS,
    EASE_ALPHA,
    FUTILE,
    STAKES,
    Cell,
    drift,
    fed,
    log_factor,
    share_of_alpha,
)
from agents.moves import MOST_DOUBLINGS
from agents.trust import SUPERVISED, LevelTerms, Trust

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

LOSSES = (0.0, 0.5, 1.0)
HUNDREDTHS = 101  # catch rates are counted in hundredths: 0, 1, … 100
LOG_STAKES = np.log(np.array(STAKES))
WIDEST = log(len(STAKES))  # the mixture is at most this much above its best component
EASED = log(1.0 / EASE_ALPHA)
NOT = -1  # not tightened
assert len(DRIFTS) == len(DRIFT_STAKES)


def _weights(terms: LevelTerms) -> tuple[float, float]:
    return terms.smallest / terms.sample, terms.smallest / terms.sample_flagged


def mixed(parts: Floats) -> Floats:
    """Return log(sum(exp(parts))) over the last axis."""
    highest = parts.max(axis=-1)
    total: Floats = highest + np.log(np.exp(parts - highest[..., None]).sum(axis=-1))
    return total


@cache
def _needed(alpha: float, attempts: int) -> Floats:
    """Return, by the number of an attempt, the log e-value that it must reach; nothing at 0."""
    return np.array([0.0, *(log(1.0 / share_of_alpha(alpha, number)) for number in range(1, attempts))])


class Lanes:
    """The state of `count` lanes under one trust, each field an array by lane.

    Only the targets up to the ceiling are tracked: what happens to attempts beyond it changes nothing below it, except
    that they may open a new budget period, so below the highest ceiling a play that outlasts one raises ValueError.
    `tightens=False` and `weighs=False` are not the product: they show what it would be without.
    """

    def __init__(
        self, trust: Trust, count: int, *, attempts: int, earned: int = SUPERVISED, tightens: bool = True
    ) -> None:
        """Open the lanes at `earned`; `attempts`: more than any lane will make at one target."""
        self.trust, self.count, self.tightens = trust, count, tightens
        self.top = trust.ceiling
        self.terms = trust.levels[: self.top]
        self.level: Whole = np.full(count, earned, dtype=np.int64)
        self.gross: Whole = np.full(count, NOT, dtype=np.int64)  # which of the terms' gross rates, where tightened
        self.level_since: Floats = np.zeros(count)
        self.level_labels: Whole = np.zeros(count, dtype=np.int64)
        self.no_promotion_before: Floats = np.zeros(count)
        self.period_start: Floats = np.zeros(count)
        self.demotions: Whole = np.zeros(count, dtype=np.int64)
        self.begun: Whole = np.ones((count, self.top), dtype=np.int64)  # attempts of this period
        self.attempt: Whole = np.ones((count, self.top), dtype=np.int64)  # the number of the one that goes on
        # Of every bet at every target, its stake included, as logarithms.
        self.wealth: Floats = np.tile(LOG_STAKES, (count, self.top, 1))
        self.tight_wealth: Floats = np.tile(LOG_STAKES, (count, 1))
        self.scores: Floats = np.zeros((self.top, len(DRIFTS), count))
        self.weights: Floats = np.array(sorted({1.0} | {w for terms in self.terms for w in _weights(terms)}))
        self._factors = self._tabled()
        self._gross_factors = self._tabled_gross()
        self._needed = np.array([_needed(terms.alpha, attempts) for terms in self.terms])
        self._share = np.array([1.0, *(t.sample for t in self.terms)])
        self._share_flagged = np.array([1.0, *(t.sample_flagged for t in self.terms)])
        self._weight = np.array([self._place(1.0), *(self._place(t.smallest / t.sample) for t in self.terms)])
        self._weight_flagged = np.array(
            [self._place(1.0), *(self._place(t.smallest / t.sample_flagged) for t in self.terms)]
        )
        self._run_length = np.array([np.inf, *(t.run_length for t in self.terms)])
        self._min_labels = np.array([*(t.min_labels for t in self.terms), 0])
        self._min_days = np.array([*(t.min_days for t in self.terms), 0.0])

    def chances(self, flagged: Flags | None = None) -> Floats:
        """Return the chance that the next action of each lane is reviewed (agents.sampling.review)."""
        chance = self._share[self.level]
        if flagged is not None:
            chance = np.where(flagged, self._share_flagged[self.level], chance)
        return np.where(self.gross != NOT, 1.0, chance)

    def weighed(self, who: Whole, flagged: Flags | None = None) -> Whole:
        """Return the place in `weights` of what a label of these lanes' next action weighs."""
        weight = self._weight[self.level[who]]
        if flagged is not None:
            weight = np.where(flagged[who], self._weight_flagged[self.level[who]], weight)
        return np.where(self.gross[who] != NOT, self._place(1.0), weight)

    def evidence(self, target: int) -> Floats:
        """Return the log e-value of every lane's attempt at `target`."""
        return mixed(self.wealth[:, target - 1])

    def label(
        self, who: Whole, loss: Whole, now: float, *, weight: Whole | None = None, catch: Whole | None = None
    ) -> None:
        """Take one label in each of the lanes `who`, no lane twice.

        `loss` in halves (2 is wrong), `weight` a place in `weights`, `catch` in hundredths; full if not given.
        """
        weight = np.full(who.size, self._place(1.0)) if weight is None else weight
        if catch is None:
            catch = np.full(who.size, HUNDREDTHS - 1)
        factors = self._factors.take((weight * HUNDREDTHS + catch) * len(LOSSES) + loss, axis=0)
        if who.size == self.count:
            self.wealth += factors
        else:
            self.wealth[who] += factors
        self.level_labels[who] += 1
        self._feed(who, self.weights[weight], loss / 2.0)
        stays = self._weigh_tightened(who, loss, catch, now)
        self.tighten(who[stays & (loss > 0)])
        stays &= self._brake(who, stays, now)
        self._rise(who[stays], loss[stays] > 0, now)

    def tighten(self, who: Whole) -> None:
        """Hold everything in these lanes, where it is not held already."""
        if not self.tightens:
            return
        who = who[(self.level[who] > SUPERVISED) & (self.gross[who] == NOT)]
        self.gross[who] = self.level[who] - 1
        self.tight_wealth[who] = LOG_STAKES

    def restart(self, who: Whole, now: float) -> None:
        """Let the agents of these lanes come back as a major version."""
        for target in range(1, self.top + 1):
            self._begin(who, target, now)
            self.scores[target - 1][:, who] = 0.0
        moved = who[self.level[who] > SUPERVISED]
        self.level_since[moved], self.level_labels[moved] = now, 0
        self.level[who], self.gross[who] = SUPERVISED, NOT

    def _feed(self, who: Whole, weight: Floats, loss: Floats) -> None:
        for level, terms in enumerate(self.terms, start=1):
            there = self.level[who] >= level
            if there.any():
                lanes = who[there]
                scores = self.scores[level - 1]
                before = tuple(scores[k, lanes] for k in range(len(DRIFTS)))
                after = fed(before, terms.tolerance, weight=weight[there], loss=loss[there])  # type: ignore[arg-type]
                scores[:, lanes] = np.array(after)

    def _weigh_tightened(self, who: Whole, loss: Whole, catch: Whole, now: float) -> Flags:
        """Ease or lower the tightened among `who`; return which of `who` did not go down."""
        stays = np.ones(who.size, dtype=np.bool_)
        tight = np.flatnonzero(self.gross[who] != NOT)
        if tight.size:
            lanes = who[tight]
            self.tight_wealth[lanes] += self._gross_factors[catch[tight], loss[tight], self.gross[lanes]]
            evidence = mixed(self.tight_wealth[lanes])
            self.gross[lanes[evidence >= EASED]] = NOT
            futile = evidence < -FUTILE
            stays[tight[futile]] = False
            self._demote(lanes[futile], now)
        return stays

    def _brake(self, who: Whole, stays: Flags, now: float) -> Flags:
        """Lower the lanes whose drift detector sounds; return which of `who` did not go down."""
        there = np.flatnonzero(stays & (self.level[who] > SUPERVISED))
        calm = np.ones(who.size, dtype=np.bool_)
        if there.size:
            lanes = who[there]
            level = self.level[lanes]
            of_each = self.scores[level - 1, :, lanes].T
            sounds = drift(tuple(of_each)) >= self._run_length[level]
            calm[there[sounds]] = False
            self._demote(lanes[sounds], now)
        return calm

    def _demote(self, who: Whole, now: float) -> None:
        """Lower each lane by one level: new attempts above, a cool-down, and tightened at the stricter gross rate."""
        if not who.size:
            return
        of_level = self.level[who] - 1
        gross = np.where(self.gross[who] == NOT, of_level, self._stricter(self.gross[who], of_level))
        self.level[who] -= 1
        self.level_since[who], self.level_labels[who] = now, 0
        for target in range(1, self.top + 1):
            above = who[self.level[who] < target]
            self._begin(above, target, now)
            self.scores[target - 1][:, above] = 0.0
        wait = self.trust.cooldown_days * 2.0 ** np.minimum(self.demotions[who], MOST_DOUBLINGS)
        self.demotions[who] += 1
        self.no_promotion_before[who] = np.maximum(self.no_promotion_before[who], now + wait)
        self.gross[who] = NOT
        self.tighten(who)
        tight = self.gross[who] != NOT
        self.gross[who[tight]] = self._stricter(self.gross[who], gross)[tight]

    def _rise(self, who: Whole, wrong: Flags, now: float) -> None:
        """Begin hopeless attempts anew, and raise the lanes that nothing holds back, but on an error."""
        below = self.level[who] < self.top
        who, wrong = who[below], wrong[below]
        if not who.size:
            return
        parts = self.wealth if who.size == self.count else self.wealth[who]
        highest = reduce(np.maximum, (parts[..., k] for k in range(len(BETS))))
        for target in range(1, self.top + 1):
            low = np.flatnonzero((highest[:, target - 1] < -FUTILE) & (self.level[who] < target))
            futile = low[mixed(parts[low, target - 1]) < -FUTILE] if low.size else low
            self._begin(who[futile], target, now)
        level = self.level[who]
        needed = self._needed[level, self.attempt[who, level]]
        ready = np.flatnonzero(highest[np.arange(who.size), level] >= needed - WIDEST)
        if ready.size:
            ready = ready[mixed(parts[ready, level[ready]]) >= needed[ready]]
            lanes = who[ready]
            lanes = lanes[
                ~wrong[ready]
                & (self.gross[lanes] == NOT)
                & (now >= self.no_promotion_before[lanes])
                & (self.level_labels[lanes] >= self._min_labels[self.level[lanes]])
                & (now - self.level_since[lanes] >= self._min_days[self.level[lanes]])
            ]
            self.level[lanes] += 1
            self.level_since[lanes], self.level_labels[lanes] = now, 0
            self.scores[self.level[lanes] - 1, :, lanes] = 0.0

    def _begin(self, who: Whole, target: int, now: float) -> None:
        """Begin the next attempt at `target`."""
        over = who[now - self.period_start[who] >= self.trust.budget_days]
        if over.size:
            if self.top < len(self.trust.levels):
                raise ValueError("This play outlasts a budget period: track all targets or play faster.")
            self.period_start[over], self.begun[over], self.demotions[over] = now, 0, 0
        self.begun[who, target - 1] += 1
        self.attempt[who, target - 1] = self.begun[who, target - 1]
        self.wealth[who, target - 1] = LOG_STAKES

    def _stricter(self, one: Whole, other: Whole) -> Whole:
        """Return the place of the smaller of two gross rates."""
        rates = np.array([terms.gross for terms in self.terms])
        return np.where(rates[one] <= rates[other], one, other)

    def _place(self, weight: float) -> int:
        return int(np.searchsorted(self.weights, weight))

    def _tabled(self) -> Floats:
        """Return `log_factor` by cell (weights, then catches, then losses), target and bet."""

        def by_bet(cell: Cell) -> list[list[float]]:
            return [[log_factor(bet, terms.tolerance, cell) for bet in BETS] for terms in self.terms]

        cells = [(round(float(w), 4), s / 100, y) for w in self.weights for s in range(HUNDREDTHS) for y in LOSSES]
        return np.array([by_bet(cell) for cell in cells])

    def _tabled_gross(self) -> Floats:
        """Return `log_factor` of a full weight against each gross rate, by catch, loss, target and bet."""
        rates = [terms.gross for terms in self.terms]
        return np.array(
            [
                [[[log_factor(c, rate, (1.0, s / 100, y)) for c in BETS] for rate in rates] for y in LOSSES]
                for s in range(HUNDREDTHS)
            ]
        )
