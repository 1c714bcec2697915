"""Which actions people look at: the table of levels, the draw, and the weights."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sampling import Proposed, Review, review, uniform
from agents.trust import ASSISTED, AUTONOMOUS, MONITORED, SUPERVISED, LevelTerms, Trust, usual, usual_levels

SECRET = b"of one tenant"
TRUST = Trust(soft_amount=Decimal(100), hard_amount=Decimal(1000), min_confidence=0.5)


def treated(action: Proposed, level: int, *, trust: Trust = TRUST, tightened: bool = False) -> Review:
    return review(action, trust, SECRET, level=level, tightened=tightened)


@pytest.mark.parametrize(
    ("level", "clear", "flagged", "clear_waits"),
    [(ASSISTED, 0.30, 1.00, True), (MONITORED, 0.10, 0.50, False), (AUTONOMOUS, 0.05, 0.25, False)],
)
def test_a_level_looks_at_its_share(level: int, clear: float, flagged: float, clear_waits: bool) -> None:
    found = treated(Proposed("a"), level)
    assert (found.probability, found.held, found.weight, found.why) == (clear, clear_waits, 1.0, "sampled")
    found = treated(Proposed("a", flags=("novel",)), level)
    assert (found.probability, found.held, found.why) == (flagged, True, "flagged")
    assert found.weight == pytest.approx(clear / flagged)


def test_everything_waits_when_supervised_or_tightened() -> None:
    assert treated(Proposed("a"), SUPERVISED) == Review(True, True, 1.0, 1.0, "supervised")
    assert treated(Proposed("a"), AUTONOMOUS, tightened=True) == Review(True, True, 1.0, 1.0, "tightened", AUTONOMOUS)


def test_amount_and_confidence_flag_above_and_below_their_limits() -> None:
    def why(**given_: object) -> str:
        return treated(replace(Proposed("a"), **given_), MONITORED).why  # type: ignore[arg-type]

    assert why(amount=Decimal(100)) == "sampled"
    assert why(amount=Decimal("100.01")) == "flagged"
    assert why(confidence=0.5) == "sampled"
    assert why(confidence=0.49) == "flagged"
    assert why(confidence=float("nan")) == "flagged", "a doubt asks people"


def test_a_great_amount_always_waits() -> None:
    assert treated(Proposed("a", Decimal("1000.01")), AUTONOMOUS) == Review(
        True, True, 1.0, 0.05, "amount above the hard limit", AUTONOMOUS
    )


def test_what_cannot_be_undone_is_treated_as_assisted_at_most() -> None:
    found = treated(Proposed("a", irreversible=True), AUTONOMOUS)
    assert (found.probability, found.held) == (0.30, True)
    assert found.weight == pytest.approx(0.05 / 0.30)
    never = replace(TRUST, irreversible_ceiling=SUPERVISED)
    assert treated(Proposed("a", irreversible=True), AUTONOMOUS, trust=never) == Review(
        True, True, 1.0, 0.05, "irreversible", AUTONOMOUS
    )


def test_the_draw_is_fixed_by_the_secret_and_the_id() -> None:
    assert uniform(b"k1", "a1") == 0.711139854673103
    assert uniform(b"k2", "a1") != uniform(b"k1", "a1")


def test_the_share_drawn_is_the_share_promised() -> None:
    looked = sum(treated(Proposed(f"act_{number}"), MONITORED).reviewed for number in range(20_000))
    assert looked == pytest.approx(2000, abs=4 * 42), "four standard deviations"


@given(
    st.text(max_size=40),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    st.decimals(0, 5000, allow_nan=False),
    st.sampled_from(["low", "medium", "high", "critical"]),
)
def test_no_weight_exceeds_one_and_certainty_is_certain(
    id_: str, level: int, tightened: bool, irreversible: bool, amount: Decimal, risk: str
) -> None:
    trust = replace(usual(risk), soft_amount=Decimal(100), hard_amount=Decimal(1000))  # type: ignore[arg-type]
    found = review(Proposed(id_, amount, irreversible=irreversible), trust, SECRET, level=level, tightened=tightened)
    assert 0 < found.weight <= 1
    assert found.reviewed or found.probability < 1
    assert found == review(
        Proposed(id_, amount, irreversible=irreversible), trust, SECRET, level=level, tightened=tightened
    )
    if level == SUPERVISED or tightened or amount > 1000:
        assert found.reviewed
        assert found.held


def test_a_share_of_nothing_is_refused() -> None:
    terms: LevelTerms = usual_levels("low")[0]
    with pytest.raises(ValueError, match="sample must be above 0"):
        replace(terms, sample=0.0)
    with pytest.raises(ValueError, match="tolerance must be above 0"):
        replace(terms, tolerance=float("nan"))
