"""How sure the labels of a lane make us of its error rate, however often one looks.

Evidence is a table of counts `{(weight, catch, loss): n}`: `weight` in (0, 1] makes up for sampling,
`catch` in [0, 1] is the proven catch rate of the reviewer, `loss` in [0, 1] is how wrong the action
was. A table has no order, a correction moves one count, and no history is read. What is lent against
“the error rate is at least the tolerance” is a mixture of likelihood ratios (Wald 1945, mixed as in
Robbins 1970); by Ville's inequality (1939) it reaches 1/alpha with a chance of at most alpha while
that is true, over all moments together. What tells a drift is a mixture of Shiryaev–Roberts sums
(Shiryaev 1963, Roberts 1966; as e-detectors Shin, Ramdas and Rinaldo 2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import starmap
from math import exp, fsum, inf, log, log1p

Cell = tuple[float, float, float]  # weight, catch, loss
Cells = Mapping[Cell, int]
Scores = tuple[float, ...]  # one Shiryaev–Roberts sum for each of DRIFTS

BETS = (0.02, 0.15, 0.35, 0.60, 0.82)  # component k bets that the true error rate is BETS[k] times the tolerance
STAKES = (0.38, 0.24, 0.18, 0.12, 0.08)  # what is put on each of BETS; together 1
DRIFTS = (2.0, 4.0, 8.0)  # component k bets that the error rate has become DRIFTS[k] times the tolerance
DRIFT_STAKES = (0.40, 0.35, 0.25)  # together 1
FUTILE = log(50.0)  # evidence below 1/50 will not come back: the attempt starts over
EASE_ALPHA = 0.10  # the chance that a tightened lane is eased while its error rate is gross
FIRST_SHARE = 0.75  # of alpha, for the first attempt of a period
BISECTIONS = 60  # halve [0, 1] below the resolution of a float
HIGHEST_RATE = 1.0 - 1e-9  # where the search for a bound ends: at 1 a factor divides by zero
MOST_CLEAN = 100_000  # further clean reviews beyond which nobody would wait
CALM: Scores = (0.0,) * len(DRIFTS)

GOLDEN_ALPHA = 0.10
FEWEST_GOLDEN = 10  # golden items below which a reviewer's catch rate is assumed
ASSUMED_CATCH = 0.90

_LOG_STAKES = tuple(log(stake) for stake in STAKES)


def log_factor(bet: float, tolerance: float, cell: Cell) -> float:
    """Return the logarithm of what one label does to one bet: log(1 + (1-c)·w·(s·tau - y) / (1 - s·tau)).

    With w = s = 1 and a loss of 0 or 1 it is Wald's log-likelihood ratio of c·tau against tau (Wald 1945):
    log_factor(0.6, 0.05, (1, 1, 0)) is 0.0208, log_factor(0.6, 0.05, (1, 1, 1)) is log(0.6) = -0.511.
    """
    gain = (1.0 - bet) * _edge(tolerance, cell)
    return log1p(gain) if gain > -1.0 else -inf


def log_evidence(cells: Cells, tolerance: float) -> float:
    """Return the log of the e-value against “the mean error rate is at least `tolerance`”.

    Sums are correctly rounded, so the order of the labels changes not even the last bit. 214 right of 216 at full
    weight lend exp(4.643) = 104 to one against 5 % wrong.
    """
    return _mixed(_sums([(count, _known_factors(tolerance, cell)) for cell, count in cells.items() if count]))


def error_bound(cells: Cells, alpha: float, *, bisections: int = BISECTIONS) -> float:
    """Return the highest error rate, in [0, 1], that the labels leave possible at `alpha`: the root of E(u) = 1/alpha.

    Holds at all moments together with a chance of 1 - alpha; accuracy is at least 1 less this. 214 right of 216 leave
    0.0458 at alpha 0.02 (accuracy 0.9542) and 0.0498 at 0.01.
    """
    counted = [(count, cell) for cell, count in cells.items() if count]
    threshold = log(1.0 / alpha)
    if _log_evidence_at(counted, HIGHEST_RATE) < threshold:
        return 1.0
    low, high = 0.0, HIGHEST_RATE
    for _ in range(bisections):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _log_evidence_at(counted, middle) >= threshold else (middle, high)
    return high


def clean_needed(
    cells: Cells, tolerance: float, alpha: float, catch: float = 1.0, *, most: int = MOST_CLEAN
) -> int | None:
    """Return how many further clean reviews at full weight reach 1/alpha; None if more than `most`.

    From nothing, by a reviewer who misses nothing: 96 at a tolerance of 5 % and alpha 1.5 %, 133 at alpha 0.25 %.
    """
    base = _sums([(count, _known_factors(tolerance, cell)) for cell, count in cells.items() if count])
    gain = _factors(tolerance, (1.0, catch, 0.0))
    threshold = log(1.0 / alpha)

    def enough(more: int) -> bool:
        return _mixed([start + more * step for start, step in zip(base, gain, strict=True)]) >= threshold

    if enough(0):
        return 0
    if not enough(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def share_of_alpha(alpha: float, attempt: int) -> float:
    """Return what attempt 1, 2, … of a period may spend: 3/4 of alpha, then alpha / (4·(j-1)·j). Together alpha.

    share_of_alpha(0.02, 1) is 0.015, the second gets 0.0025, the third 0.00083.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    return FIRST_SHARE * alpha if attempt == 1 else (1.0 - FIRST_SHARE) * alpha / ((attempt - 1) * attempt)


def fed(scores: Scores, tolerance: float, *, weight: float, loss: float) -> Scores:
    """Return the drift detector's sums after one label.

    S <- (S + 1)·(1 + eta·w·(y - p0)) with eta = (q - p0) / (p0·(1 - p0)). S less the number of labels is a
    supermartingale while the error rate is at most `tolerance`, so the mean number of labels to a false alarm is at
    least the alarm's threshold. From calm, an error at 5 % gives (2, 4, 8), a clean label (0.947, 0.842, 0.632).
    """
    after = []
    for times, score in zip(DRIFTS, scores, strict=True):
        rate = min(times * tolerance, 0.5 * (1.0 + tolerance))
        eta = (rate - tolerance) / (tolerance * (1.0 - tolerance))
        after.append((score + 1.0) * (1.0 + eta * weight * (loss - tolerance)))
    return tuple(after)


def drift(scores: Scores) -> float:
    """Return the evidence that the error rate is above the tolerance; drift((2, 4, 8)) is 4.2."""
    return sum(stake * score for stake, score in zip(DRIFT_STAKES, scores, strict=True))


def catch_rate(caught: int, missed: int) -> float:
    """Return the share of errors, in [0, 1], that a reviewer is proven to catch, from golden items; two decimals.

    The same anytime bound, at 90 %: 10 of 10 give 0.76, 40 of 40 give 0.93, 20 of 40 give 0.28. Below ten items it is
    assumed to be 0.90.
    """
    if caught + missed < FEWEST_GOLDEN:
        return ASSUMED_CATCH
    return round(1.0 - error_bound({(1.0, 1.0, 0.0): caught, (1.0, 1.0, 1.0): missed}, GOLDEN_ALPHA), 2)


def _edge(tolerance: float, cell: Cell) -> float:
    weight, catch, loss = cell
    return weight * (catch * tolerance - loss) / (1.0 - catch * tolerance)


def _factors(tolerance: float, cell: Cell) -> tuple[float, ...]:
    """Return `log_factor` of every bet."""
    edge = _edge(tolerance, cell)
    return tuple(log1p(gain) if (gain := (1.0 - bet) * edge) > -1.0 else -inf for bet in BETS)


_known_factors = lru_cache(maxsize=1 << 16)(_factors)  # a lane asks for the same few tolerances at every label


def _log_evidence_at(counted: list[tuple[int, Cell]], tolerance: float) -> float:
    return _mixed(_sums([(count, _factors(tolerance, cell)) for count, cell in counted]))


def _sums(counted: list[tuple[int, tuple[float, ...]]]) -> list[float]:
    """Return the log wealth of every bet."""
    return [fsum([count * factors[k] for count, factors in counted]) for k in range(len(BETS))]


def _mixed(wealth: list[float]) -> float:
    """Return the log of the mixture, log(sum of stake·exp(wealth)), without overflow."""
    parts = list(starmap(float.__add__, zip(_LOG_STAKES, wealth, strict=True)))
    highest = max(parts)
    return highest if highest == -inf else highest + log(sum(exp(part - highest) for part in parts))
