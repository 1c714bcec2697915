"""A ledger folded again under other terms: what was, if nothing changed; later or earlier where it did."""

from __future__ import annotations

from dataclasses import replace

from agents.ledger import Entry, Freeze, Label, Lower, NewTerms, Ratify, SetOverride
from agents.ratchet import fold
from agents.supposed import reviews_in, supposed
from agents.trust import Trust, usual

TERMS = usual("medium")
CLEAN = [Entry(float(day) / 4, Label(0.0, catch=1.0)) for day in range(240)]


def with_tolerance(rate: float) -> Trust:
    first = replace(TERMS.levels[0], tolerance=rate, gross=2 * rate)
    return replace(TERMS, levels=(first, *TERMS.levels[1:]))


def test_the_same_terms_make_of_a_ledger_what_it_made() -> None:
    again = supposed(TERMS, CLEAN, until=CLEAN[-1].at)
    real = fold(TERMS, CLEAN, now=0.0)
    assert again.lane == real.lane
    assert [one.code for one in again.moves] == [one.code for one in real.moves]
    assert [(before, after) for _, before, after, _ in again.steps] == [(0, 1), (1, 2)]


def test_where_people_have_to_agree_they_agree_at_once() -> None:
    ratified = replace(TERMS, ratified=True)
    entries = [*CLEAN[:60], Entry(20.0, Ratify("ana@x.test")), *CLEAN[80:]]
    again = supposed(ratified, entries, until=60.0)
    assert again.steps[0][0] < 20.0
    assert again.steps[0][3] == "promote"


def test_stricter_terms_are_reached_later_and_looser_ones_earlier() -> None:
    days = [supposed(with_tolerance(rate), CLEAN, until=60.0).steps[0][0] for rate in (0.2, 0.1, 0.06)]
    assert days == sorted(days)
    assert days[0] < days[2]


def test_a_lower_ceiling_stops_it_and_the_terms_of_the_ledger_are_not_asked() -> None:
    entries = [Entry(0.0, NewTerms(TERMS)), *CLEAN]
    assert supposed(replace(TERMS, ceiling=1), entries, until=60.0).level == 1
    assert supposed(replace(TERMS, ceiling=0), entries, until=60.0).steps == ()


def test_what_people_did_by_hand_they_did() -> None:
    entries = [*CLEAN[:200], Entry(50.0, Lower(0, "ana@x.test", "Three complaints")), Entry(51.0, Freeze("incident"))]
    entries.append(Entry(52.0, SetOverride(1, 40.0, "ana@x.test", "over before it began")))
    again = supposed(TERMS, entries, until=60.0)
    assert again.level == 0
    assert (50.0, 1) in [(at, before) for at, before, _, _ in again.steps] or (50.0, 2) in [
        (at, before) for at, before, _, _ in again.steps
    ]


def test_silence_since_the_last_entry_is_in_it() -> None:
    assert supposed(TERMS, CLEAN, until=60.0 + 61.0).level == supposed(TERMS, CLEAN, until=60.0).level - 1


def test_without_a_ledger_it_is_supervised() -> None:
    assert supposed(TERMS, [], until=3.0).level == 0
    assert reviews_in(CLEAN) == len(CLEAN)
