"""Between what and what the accuracy of a lane very likely is, however often one looks: for showing, never for moving.

The lower end is what the ratchet itself goes by (agents.accuracy.error_bound). The upper end comes from betting the
other way round: a mixture of likelihood ratios against “the mean error rate is at most r”, with fixed bets that it is
one of TIMES as much. While that is true none of them gains on average, whatever the errors depend on, so by Ville's
inequality (1939) the mixture reaches 1/alpha with a chance of at most alpha, over all moments together. Bets are fixed
for the reason they are there: only then does this hold for the weighted mean of error rates that change.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap
from math import exp, fsum, inf, log, log1p

from agents.accuracy import Cell, Cells, error_bound

TIMES = (1.25, 1.7, 2.7, 6.0, 50.0)  # component k bets that the error rate is TIMES[k] as high, at most half way to 1
TIMES_STAKES = (0.22, 0.22, 0.22, 0.20, 0.14)  # what is put on each of TIMES; together 1
STEPS = 14  # halve [0, 1] to a sixteen-thousandth of it: finer than anybody sees

_LOG_STAKES = tuple(log(stake) for stake in TIMES_STAKES)


@dataclass(frozen=True, slots=True)
class Band:
    """The accuracy of a lane as its labels show it, each in [0, 1]: what was found, and the ends of what is likely.

    `reviewed` labels, of which `wrong` had a loss. Without any the estimate is 0 and the band everything.
    """

    low: float
    estimate: float
    high: float
    reviewed: int
    wrong: int


def band(cells: Cells, alpha: float) -> Band:
    """Return the estimate, and a band that holds at all moments together with a chance of at least 1 - 2 alpha.

    214 right of 216 at alpha 0.02: from 95.4 % over 99.1 % to 100.0 %. What was to be looked at and nobody did counts
    against the lower end, and is not in the estimate or the counts.
    """
    seen = answered(cells)
    weight = fsum(cell[0] * count for cell, count in seen.items())
    loss = fsum(cell[0] * cell[2] * count for cell, count in seen.items())
    estimate = 1.0 - loss / weight if weight else 0.0
    return Band(
        low=min(1.0 - error_bound(cells, alpha, bisections=STEPS), estimate),
        estimate=estimate,
        high=max(1.0 - error_floor(cells, alpha), estimate),
        reviewed=sum(seen.values()),
        wrong=sum(count for cell, count in seen.items() if cell[2] > 0),
    )


def answered(cells: Cells) -> dict[Cell, int]:
    """Return what somebody looked at: the cells without those that nobody is proven to have looked at."""
    return {cell: count for cell, count in cells.items() if count and cell[1] > 0}


def error_floor(cells: Cells, alpha: float) -> float:
    """Return the lowest error rate, in [0, 1], that the labels leave possible at `alpha`: the root of E(l) = 1/alpha.

    Holds at all moments together with a chance of 1 - alpha, if what people call wrong is wrong. Without an error it is
    0; 20 wrong of 200 leave 0.046 at alpha 0.025. What nobody looked at is left out: silence is no error.
    """
    counted = [(count, cell) for cell, count in answered(cells).items()]
    if not any(cell[2] > 0 for _, cell in counted):
        return 0.0
    threshold = log(1.0 / alpha)
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if log_evidence_above(counted, middle) >= threshold else (low, middle)
    return low


def log_evidence_above(counted: list[tuple[int, Cell]], rate: float) -> float:
    """Return the log of the e-value against “the mean error rate is at most `rate`”; it falls as `rate` rises.

    Bet k on an error rate of q = TIMES[k]·rate, at most (1 + rate) / 2, gains 1 + w·(q - rate)·(y - rate) /
    (rate·(1 - rate)) by a label: q / rate by an error at full weight, (1 - q) / (1 - rate) by a right one.
    """
    wealth = []
    for times in TIMES:
        eta = (min(times * rate, 0.5 * (1.0 + rate)) - rate) / (rate * (1.0 - rate))
        wealth.append(fsum([count * _log_gain(eta, rate, cell) for count, cell in counted]))
    parts = list(starmap(float.__add__, zip(_LOG_STAKES, wealth, strict=True)))
    highest = max(parts)
    return highest if highest == -inf else highest + log(sum(exp(part - highest) for part in parts))


def _log_gain(eta: float, rate: float, cell: Cell) -> float:
    weight, _, loss = cell
    gain = eta * weight * (loss - rate)
    return log1p(gain) if gain > -1.0 else -inf
