"""The simulation of the ratchet runs from end to end, and the rules beside it are what their names say."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.ratchet.__main__ import PAGE, PICTURE, SECTIONS, main
from bench.ratchet.cast import peers
from bench.ratchet.limits import Cusum, divergence
from bench.ratchet.rules import Certain, beta, fewest_wrong, most_wrong, wilson
from tests.house.test_docs import ROOT

EVERYONE = np.arange(2)


def test_a_quick_play_writes_the_page_and_the_picture(tmp_path: Path) -> None:
    assert main(["--quick", "--results", str(tmp_path / "found.json"), "--docs", str(tmp_path)]) == 0
    assert set(json.loads((tmp_path / "found.json").read_text())) == set(SECTIONS)
    ElementTree.parse(tmp_path / PICTURE)
    headings = [line for line in (tmp_path / PAGE).read_text().splitlines() if line.startswith("#")]
    kept = [line for line in (ROOT / "docs" / PAGE).read_text().splitlines() if line.startswith("#")]
    assert headings == kept, "write the page anew: python -m bench.ratchet --again --docs docs"


@pytest.mark.parametrize(("rule", "clean"), [(wilson(1.645, 0.05), 52), (wilson(2.326, 0.05), 103)])
def test_wilson_is_certain_after_so_many_clean(rule: tuple[Certain, Certain], clean: int) -> None:
    assert np.flatnonzero(most_wrong(rule[0])[1:] >= 0)[0] + 1 == clean


@pytest.mark.parametrize(("certainty", "clean"), [(0.95, 58), (0.99, 89)])
def test_beta_is_certain_after_so_many_clean(certainty: float, clean: int) -> None:
    below, above = beta(certainty, 0.05)
    assert np.flatnonzero(most_wrong(below)[1:] >= 0)[0] + 1 == clean  # 1 - 0.95^(n + 1) > certainty
    assert fewest_wrong(above)[1] <= 2, "two errors in two labels are not 5 %"


@pytest.mark.parametrize(
    ("name", "clean", "errors"),
    [
        ("CSP-1, i = 30", 30, 1),
        ("20 in a row, 3 of 20", 20, 3),
        ("last 50 at least 95 % right", 50, 50),
        ("CSP-M, i = 16", 16, 1),
    ],
)
def test_rules_go_up_after_a_clean_row_and_down_after_errors(name: str, clean: int, errors: int) -> None:
    rule = peers()[name](2)
    for label in range(clean):
        assert not rule.level.any(), label
        rule.learn(EVERYONE, np.array([False, False]), 0.0)
    assert rule.level.tolist() == [1, 1]
    for _ in range(errors):
        assert rule.level.tolist() == [1, 1]
        rule.learn(EVERYONE, np.array([True, False]), 0.0)
    assert rule.level[0] == 0
    assert rule.level[1] >= 1


def test_limits_are_those_that_can_be_worked_out() -> None:
    assert divergence(0.0, 0.05) == pytest.approx(-np.log(0.95))
    # One step up is an alarm and every other label goes back to 0: a geometric wait for the first error.
    assert Cusum(0.5, 0.1, 0.4, 1).labels(0.2) == pytest.approx(5.0)
