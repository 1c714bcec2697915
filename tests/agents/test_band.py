"""The band around an accuracy: it holds however often one looks, and says no more than the labels do."""

from __future__ import annotations

import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.accuracy import error_bound
from agents.band import TIMES_STAKES, band, error_floor, log_evidence_above

RUNS, LONGEST, ALPHA = 300, 400, 0.05
CELLS = st.dictionaries(
    st.tuples(st.sampled_from([0.1, 0.2, 1.0]), st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.5, 1.0])),
    st.integers(1, 40),
    min_size=1,
    max_size=6,
)


def test_the_stakes_are_one() -> None:
    assert sum(TIMES_STAKES) == pytest.approx(1.0)


def test_what_the_pages_of_the_module_say() -> None:
    found = band({(1.0, 1.0, 0.0): 214, (1.0, 1.0, 1.0): 2}, 0.02)
    assert (round(found.low, 3), round(found.estimate, 3), round(found.high, 3)) == (0.954, 0.991, 1.0)
    assert (found.reviewed, found.wrong) == (216, 2)
    assert error_floor({(1.0, 1.0, 0.0): 180, (1.0, 1.0, 1.0): 20}, 0.025) == pytest.approx(0.046, abs=0.001)


def test_nothing_is_everything() -> None:
    empty = band({}, 0.02)
    assert (empty.low, empty.estimate, empty.high, empty.reviewed) == (0.0, 0.0, 1.0, 0)


def test_silence_is_no_error_found() -> None:
    answered = {(1.0, 0.9, 0.0): 50}
    silent = answered | {(1.0, 0.0, 1.0): 20}
    assert error_floor(silent, 0.05) == 0.0
    assert band(silent, 0.05).estimate == 1.0
    assert band(silent, 0.05).low < band(answered, 0.05).low


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.4])
def test_looked_at_after_every_label_the_floor_is_too_high_at_most_as_often_as_said(rate: float) -> None:
    draw = random.Random(f"floor {rate}")
    fooled = sum(_is_fooled(draw, lambda number: rate, rate) for _ in range(RUNS))
    assert fooled / RUNS <= ALPHA


def test_also_where_errors_come_in_spells_but_on_average_no_more_often() -> None:
    draw = random.Random("spells")
    fooled = sum(_is_fooled(draw, lambda number: 0.15 if number // 20 % 3 == 2 else 0.0, 0.05) for _ in range(RUNS))
    assert fooled / RUNS <= ALPHA


def _is_fooled(draw: random.Random, rate_at: object, mean: float) -> bool:
    wrong = 0
    for number in range(1, LONGEST + 1):
        wrong += draw.random() < rate_at(number - 1)  # type: ignore[operator]
        if not wrong or number % 4:
            continue
        cells = [(number - wrong, (1.0, 1.0, 0.0)), (wrong, (1.0, 1.0, 1.0))]
        if log_evidence_above(cells, mean) >= log(1.0 / ALPHA):
            return True
    return False


@given(CELLS, st.sampled_from([0.01, 0.05]))
def test_the_estimate_lies_in_the_band(cells: dict[tuple[float, float, float], int], alpha: float) -> None:
    found = band(cells, alpha)
    assert 0.0 <= found.low <= found.estimate <= found.high <= 1.0
    assert found.low <= 1.0 - error_bound(cells, alpha)


@given(CELLS)
def test_one_more_error_never_lowers_the_floor_and_one_more_right_one_never_raises_it(
    cells: dict[tuple[float, float, float], int],
) -> None:
    floor, error, right = error_floor(cells, 0.05), (1.0, 0.9, 1.0), (1.0, 0.9, 0.0)
    assert error_floor({**cells, error: cells.get(error, 0) + 1}, 0.05) >= floor
    assert error_floor({**cells, right: cells.get(right, 0) + 1}, 0.05) <= floor


@given(CELLS, st.floats(0.001, 0.9))
def test_the_evidence_falls_as_the_rate_rises(cells: dict[tuple[float, float, float], int], rate: float) -> None:
    counted = [(count, cell) for cell, count in cells.items()]
    assert log_evidence_above(counted, rate + 0.05) <= log_evidence_above(counted, rate) + 1e-9
