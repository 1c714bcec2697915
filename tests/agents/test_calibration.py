"""Calibrated confidence: never a percentage without its count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calibration import EDGES, Stated, calibrate, percent, table


def said(confidence: float, yes: int, no: int) -> list[Stated]:
    return [Stated(confidence, agreed=True)] * yes + [Stated(confidence, agreed=False)] * no


def test_it_says_what_a_stated_confidence_has_been_worth() -> None:
    found = calibrate(0.91, said(0.92, 53, 10) + said(0.5, 40, 0))
    assert found.enough
    assert found.sentence == (
        "It says it is 91% sure. When it says that, reviewers have agreed 84% of the time (53 of 63)."
    )
    assert found.bin is not None
    assert found.bin.sentence == "84% (53 of 63)"


def test_with_few_decisions_it_is_too_early_to_say() -> None:
    found = calibrate(0.91, said(0.92, 12, 0))
    assert not found.enough
    assert found.sentence == "It says it is 91% sure. Too early to say what that is worth, 12 of 20."
    assert found.bin is not None
    assert found.bin.sentence == "Too early to say, 12 of 20"


@pytest.mark.parametrize("confidence", [None, float("nan"), float("inf"), -0.1, 1.1])
def test_no_confidence_is_said_to_be_none(confidence: float | None) -> None:
    assert calibrate(confidence, said(0.9, 30, 0)).sentence == "The agent does not say how sure it is."


@pytest.mark.parametrize(
    ("confidence", "low", "high"),
    [(0.0, 0.0, 0.5), (0.49, 0.0, 0.5), (0.5, 0.5, 0.6), (0.9, 0.9, 0.95), (0.95, 0.95, 1.0), (1.0, 0.95, 1.0)],
)
def test_bins_are_half_open_and_the_last_holds_certainty(confidence: float, low: float, high: float) -> None:
    found = calibrate(confidence, ()).bin
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.84126, "84%"),
        (1.0, "100%"),
        (0.999, "99.9%"),
        (0.99999, "over 99.9%"),
        (0.0, "0%"),
        (0.004, "0.4%"),
        (1e-9, "under 0.1%"),
    ],
)
def test_nearly_all_is_not_called_all(share: float, text: str) -> None:
    assert percent(share) == text


@given(st.lists(st.builds(Stated, st.none() | st.floats(-1, 2), st.booleans())))
def test_every_stated_confidence_is_in_one_bin(history: list[Stated]) -> None:
    bins = table(history)
    inside = [one for one in history if one.confidence is not None and 0 <= one.confidence <= 1]
    assert sum(one.total for one in bins) == len(inside)
    assert sum(one.agreed for one in bins) == sum(one.agreed for one in inside)
    assert len(bins) == len(EDGES) - 1
