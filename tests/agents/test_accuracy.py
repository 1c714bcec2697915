"""What labels prove, in numbers that were worked by hand or published, and in properties."""

from __future__ import annotations

from collections import Counter
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.accuracy import (
    BETS,
    CALM,
    DRIFT_STAKES,
    STAKES,
    Cell,
    Cells,
    catch_rate,
    clean_needed,
    drift,
    error_bound,
    fed,
    log_evidence,
    log_factor,
    share_of_alpha,
)

RIGHT, WRONG = (1.0, 1.0, 0.0), (1.0, 1.0, 1.0)
CLOSE = 1e-9

cells_ = st.tuples(
    st.sampled_from([1.0, 0.5, 0.2, 0.1]), st.sampled_from([0.0, 0.5, 0.9, 1.0]), st.sampled_from([0.0, 0.5, 1.0])
)
tables = st.dictionaries(cells_, st.integers(0, 400), max_size=8)
tolerances = st.sampled_from([0.005, 0.02, 0.05, 0.1, 0.15])
alphas = st.sampled_from([0.0075, 0.015, 0.05, 0.1])


def test_the_stakes_are_one_wager() -> None:
    assert sum(STAKES) == pytest.approx(1)
    assert sum(DRIFT_STAKES) == pytest.approx(1)


def test_one_error_costs_a_bet_its_own_rate() -> None:
    assert log_factor(0.6, 0.05, WRONG) == pytest.approx(log(0.6))
    assert log_factor(0.6, 0.05, RIGHT) == pytest.approx(0.0208, abs=5e-5)


def test_214_right_of_216() -> None:
    cells = {RIGHT: 214, WRONG: 2}
    assert log_evidence(cells, 0.05) == pytest.approx(4.643, abs=5e-4)
    bounds = {0.05: 0.9595, 0.02: 0.9542, 0.015: 0.9525, 0.01: 0.9502}
    for alpha, accuracy in bounds.items():
        assert 1 - error_bound(cells, alpha) == pytest.approx(accuracy, abs=5e-5)


@pytest.mark.parametrize(
    ("tolerance", "alpha", "catch", "reviews"),
    [
        (0.10, 0.05, 1.0, 37),
        (0.10, 0.05, 0.9, 42),
        (0.10, 0.05, 0.5, 76),
        (0.05, 0.02, 1.0, 96),
        (0.05, 0.02, 0.9, 107),
        (0.05, 0.02, 0.5, 194),
        (0.02, 0.01, 1.0, 280),
        (0.02, 0.01, 0.9, 311),
        (0.02, 0.01, 0.5, 562),
    ],
)
def test_so_many_clean_reviews_earn_a_level(tolerance: float, alpha: float, catch: float, reviews: int) -> None:
    spent = share_of_alpha(alpha, 1)
    assert clean_needed({}, tolerance, spent, catch) == reviews
    assert log_evidence({(1.0, catch, 0.0): reviews}, tolerance) >= log(1 / spent)
    assert log_evidence({(1.0, catch, 0.0): reviews - 1}, tolerance) < log(1 / spent)


@pytest.mark.parametrize(("attempt", "reviews"), [(1, 96), (2, 133), (3, 156), (10, 211)])
def test_every_attempt_is_dearer(attempt: int, reviews: int) -> None:
    assert clean_needed({}, 0.05, share_of_alpha(0.02, attempt)) == reviews


def test_a_reviewer_who_catches_nothing_proves_nothing() -> None:
    assert clean_needed({}, 0.05, 0.015, 0.0) is None
    assert log_evidence({(1.0, 0.0, 0.0): 100_000}, 0.05) == pytest.approx(0)
    assert log_evidence({(1.0, 0.0, 1.0): 1}, 0.05) < 0, "a rejection always counts"


def test_no_labels_prove_nothing() -> None:
    assert log_evidence({}, 0.05) == pytest.approx(0)
    assert error_bound({}, 0.05) == 1.0


def test_all_attempts_together_spend_alpha_and_no_more() -> None:
    spent = sum(share_of_alpha(0.02, attempt) for attempt in range(1, 5000))
    assert 0.0199 < spent <= 0.02
    with pytest.raises(ValueError):
        share_of_alpha(0.02, 0)


@pytest.mark.parametrize(
    ("caught", "missed", "rate"),
    [(10, 0, 0.76), (20, 0, 0.87), (40, 0, 0.93), (39, 1, 0.87), (20, 20, 0.28), (9, 0, 0.90), (0, 0, 0.90)],
)
def test_a_reviewer_is_proven_to_catch(caught: int, missed: int, rate: float) -> None:
    assert catch_rate(caught, missed) == rate


def test_the_drift_detector_by_hand() -> None:
    assert fed(CALM, 0.05, weight=1.0, loss=1.0) == pytest.approx((2, 4, 8))
    assert fed(CALM, 0.05, weight=1.0, loss=0.0) == pytest.approx((18 / 19, 16 / 19, 12 / 19))
    assert drift((2, 4, 8)) == pytest.approx(4.2)


def test_an_agent_gone_wrong_is_noticed_and_a_steady_one_is_not() -> None:
    scores = CALM
    for number in range(40):
        scores = fed(scores, 0.05, weight=1.0, loss=float(number % 2))
    assert drift(scores) > 1000
    scores = CALM
    for number in range(3000):
        scores = fed(scores, 0.05, weight=1.0, loss=float(number % 40 == 39))
    assert drift(scores) < 1000


@given(st.lists(cells_, max_size=60), st.randoms(), tolerances, alphas)
def test_order_does_not_matter(labels: list[Cell], chance: object, tolerance: float, alpha: float) -> None:
    shuffled = list(labels)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Counter(labels), Counter(shuffled)
    assert log_evidence(one, tolerance) == log_evidence(other, tolerance), "to the last bit"
    assert error_bound(one, alpha) == error_bound(other, alpha)


@given(tables, st.sampled_from([1.0, 0.5, 0.1]), st.sampled_from([0.0, 0.5, 1.0]), alphas)
def test_a_clean_label_never_raises_the_error_bound_and_an_error_never_lowers_it(
    cells: Cells, weight: float, catch: float, alpha: float
) -> None:
    before = error_bound(cells, alpha)
    assert error_bound(_more(cells, (weight, catch, 0.0)), alpha) <= before + CLOSE
    assert error_bound(_more(cells, (weight, catch, 1.0)), alpha) >= before - CLOSE


@given(tables, tolerances)
def test_evidence_grows_with_the_tolerance_it_is_held_against(cells: Cells, tolerance: float) -> None:
    assert log_evidence(cells, tolerance * 1.5) >= log_evidence(cells, tolerance) - CLOSE


@given(tables, alphas, tolerances)
def test_the_bound_and_the_evidence_say_the_same(cells: Cells, alpha: float, tolerance: float) -> None:
    if log_evidence(cells, tolerance) >= log(1 / alpha) + CLOSE:
        assert error_bound(cells, alpha) <= tolerance + CLOSE
    if error_bound(cells, alpha) <= tolerance - CLOSE:
        assert log_evidence(cells, tolerance) >= log(1 / alpha) - CLOSE


@given(cells_.filter(lambda cell: cell[2] != 0.5), tolerances, st.sampled_from(BETS))
def test_no_bet_gains_on_average_while_the_error_rate_is_the_tolerance(
    cell: Cell, tolerance: float, bet: float
) -> None:
    """The mean of a factor is at most 1: what a reviewer marks wrong is at least catch times the error rate."""
    weight, catch, _ = cell
    seen = catch * tolerance
    right, wrong = (exp(log_factor(bet, tolerance, (weight, catch, loss))) for loss in (0.0, 1.0))
    assert (1 - seen) * right + seen * wrong <= 1 + CLOSE


@given(tables, tolerances, alphas)
def test_so_many_clean_reviews_are_needed_and_no_fewer(cells: Cells, tolerance: float, alpha: float) -> None:
    needed = clean_needed(cells, tolerance, alpha)
    if needed is None:
        return
    for more, enough in ((needed, True), (needed - 1, False)):
        if more >= 0:
            found = log_evidence({**cells, RIGHT: cells.get(RIGHT, 0) + more}, tolerance) - log(1 / alpha)
            assert (found >= 0) is enough or abs(found) < CLOSE


def _more(cells: Cells, cell: Cell) -> Cells:
    return {**cells, cell: cells.get(cell, 0) + 1}
