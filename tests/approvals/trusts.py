"""Valid `trust` of an action type, of every shape, for properties."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from agents.terms import LEVELS, Risk
from agents.trust import LevelTerms, usual_levels

Document = dict[str, Any]
MILLION = 1_000_000
TENTH = 100_000

durations = st.from_regex(r"[1-9][0-9]?[smhd]", fullmatch=True)


def millionths(least: int, most: int) -> st.SearchStrategy[float]:
    """Return numbers with six decimals at most: `millionths(0, 100_000)` are from 0 to 0.1."""
    return st.integers(least, most).map(lambda number: number / MILLION)


@st.composite
def trusts(draw: st.DrawFn, risk: Risk) -> Document:
    """Return what a type of this risk may say: no level tolerates more than the one below."""
    usual = usual_levels(risk)
    levels: Document = {}
    allowed = MILLION // 2 - 1
    for number, name in enumerate(LEVELS[1:]):
        least = max((round(one.tolerance * MILLION) for one in usual[number + 1 :]), default=1)
        rates = st.sampled_from([least, allowed]) | st.integers(least, allowed)
        tolerance = draw(st.none() | rates)
        allowed = tolerance or min(allowed, round(usual[number].tolerance * MILLION))
        row = {"tolerance": tolerance / MILLION} if tolerance else {}
        if draw(st.booleans()):
            levels[name] = row | draw(_level(usual[number], allowed))
        elif tolerance:
            levels[name] = row
    more = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "cooldown": durations,
                "severe_cooldown": durations,
                "stale": durations,
                "evidence": st.just("365d"),
                "maturity": st.sampled_from(["72h", "30d"]),
                "reading_floor": durations,
                "min_confidence": millionths(0, MILLION) | st.sampled_from([0, 1, 0.0, 1.0]),
                "tighten_on_report": st.sampled_from(["all", "major", "cluster"]),
                "tighten_on_drift": st.booleans(),
                "versions": st.sampled_from(["semver", "patch", "minor", "major", "ignore"]),
                "selective": st.lists(millionths(1, MILLION - 1), max_size=4, unique=True).map(
                    lambda found: sorted(found, reverse=True)
                ),
            },
        )
    )
    soft, hard = sorted(draw(st.tuples(st.integers(0, 9_999), st.integers(0, 9_999))))
    named = {"soft_amount": f"{soft} EUR", "hard_amount": f"{hard}.00 EUR"}
    more |= {name: named[name] for name in draw(st.lists(st.sampled_from(list(named)), unique=True))}
    return more | ({"levels": levels} if levels else {})


@st.composite
def _level(draw: st.DrawFn, usual: LevelTerms, tolerance: int) -> Document:
    """Return what is said of one level whose tolerance, in millionths, is this."""
    clear, flagged = sorted(draw(st.tuples(st.integers(1, MILLION), st.integers(1, MILLION))))
    samples: list[Document] = [{}, {"sample": clear / MILLION, "sample_flagged": flagged / MILLION}]
    samples += [{"sample": usual.sample_flagged}, {"sample_flagged": usual.sample}, {"sample_flagged": 1}]
    return draw(st.sampled_from(samples)) | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "alpha": millionths(1, MILLION - 1),
                "gross": millionths(tolerance + 1, MILLION - 1),
                "min_labels": st.integers(0, TENTH),
                "min_days": st.sampled_from([0, 1, 1.0, 0.5, 365]),
            },
        )
    )
