"""What a stated confidence was worth, in two figures and bin by bin."""

from __future__ import annotations

import pytest

from agents.calibration import Stated
from agents.reliability import reliability


def test_the_example_of_its_page() -> None:
    found = reliability([Stated(0.9, agreed=number < 8) for number in range(10)])
    assert (found.count, len(found.bins)) == (10, 1)
    assert found.gap == pytest.approx(0.1)
    assert found.score == pytest.approx(0.17)
    assert found.bins[0].least <= 0.8 <= found.bins[0].most
    assert not found.enough


def test_a_coin_that_says_it_is_a_coin_is_believed() -> None:
    found = reliability([Stated(0.5, agreed=number % 2 == 0) for number in range(100)])
    assert found.gap == pytest.approx(0.0)
    assert found.score == pytest.approx(0.25)
    assert found.enough


def test_what_is_not_stated_is_left_out() -> None:
    odd = [Stated(None, agreed=True), Stated(float("nan"), agreed=True), Stated(1.5, agreed=True)]
    assert reliability(odd).bins == ()
    assert reliability([*odd, Stated(1.0, agreed=True)]).count == 1
