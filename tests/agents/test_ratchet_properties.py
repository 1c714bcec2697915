"""What holds of every lane, whatever happens to it and in whatever order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.accuracy import error_bound
from agents.lane import Lane, lane_from_json, opened
from agents.ledger import (
    Correction,
    Entry,
    Freeze,
    Happening,
    Label,
    Lower,
    NewTerms,
    NewVersion,
    Ratify,
    SetOverride,
    Signal,
    Tick,
    Unfreeze,
    VersionKind,
    entry_from_json,
)
from agents.moves import Move
from agents.promotion import blockers, may_rise
from agents.ratchet import IncompleteOverride, Moved, NotReady, fold, step
from agents.sampling import Proposed, review
from agents.trust import SUPERVISED, Trust, is_kept_alike, usual

LOW = usual("low")
TINY = 1e-9  # of a bound found by halving
# Waits are short, so that a few dozen labels lead a lane through all its levels.
QUICK = replace(
    LOW,
    levels=tuple(replace(terms, min_days=0.0, min_labels=5) for terms in LOW.levels),  # type: ignore[arg-type]
    cooldown_days=0.5,
    severe_cooldown_days=1.0,
    stale_days=6.0,
    budget_days=20.0,
    evidence_days=30.0,
)
STRICT = replace(
    QUICK,
    levels=tuple(replace(terms, tolerance=terms.tolerance / 2, alpha=terms.alpha / 2) for terms in QUICK.levels),  # type: ignore[arg-type]
)
trusts = st.builds(
    lambda trust, ceiling, ratified: replace(trust, ceiling=ceiling, ratified=ratified),
    st.sampled_from([QUICK, QUICK, STRICT]),
    st.integers(0, 3),
    st.booleans(),
)
catches = st.sampled_from([None, 1.0, 0.9, 0.0])
weights = st.sampled_from([1.0, 0.5, 0.2])
cells = st.tuples(st.just(1.0), st.just(1.0), st.sampled_from([0.0, 0.5, 1.0]))
happenings = st.one_of(
    st.builds(Label, st.sampled_from([0.0, 0.5, 1.0]), weights, catches),
    st.builds(Label, st.just(1.0), answered=st.just(False)),
    st.just(Label(1.0, severe=True)),
    st.builds(Correction, cells, cells, st.floats(0, 10)),
    st.just(Signal("Errors are up")),
    st.builds(NewVersion, st.sampled_from(["patch", "minor", "major"])),
    st.builds(SetOverride, st.integers(0, 3), st.sampled_from([8.0, 30.0, 1e6]), st.just("Ana"), st.just("pilot")),
    st.builds(Lower, st.integers(0, 3), st.just("Ana"), st.just("too many complaints")),
    st.builds(NewTerms, trusts),
    st.just(Freeze("incident")),
    st.just(Unfreeze("Ana")),
    st.just(Ratify("Bo")),
    st.just(Tick()),
)
runs = st.tuples(st.integers(0, 40), happenings, st.sampled_from([0.0, 0.01, 0.5, 7.0, 13.0]))
ledgers = st.lists(runs, max_size=10).map(lambda found: tuple(entries(found)))


def entries(found: list[tuple[int, Happening, float]]) -> Iterator[Entry]:
    """Yield runs of clean labels, each ended by something that happens and a pause in days."""
    now = 0.0
    for clean, what, pause in found:
        for _ in range(clean):
            now += 0.01
            yield Entry(now, Label(0.0, catch=1.0))
        now += pause
        yield Entry(now, what)


@dataclass(frozen=True)
class Life:
    """One step of a lane: as it stood and under which terms, the entry, and what came of it."""

    before: Lane
    under: Trust
    entry: Entry
    moved: Moved

    @property
    def after(self) -> Lane:
        return self.moved.lane

    @property
    def waited(self) -> Lane:
        """The lane as it would be if time alone had passed."""
        return step(self.before, self.under, Entry(self.entry.at, Tick())).lane


def lives(trust: Trust, ledger: tuple[Entry, ...]) -> Iterator[Life]:
    """Yield every step. What is refused changes nothing."""
    lane = opened(trust, now=0.0)
    for entry in ledger:
        try:
            moved = step(lane, trust, entry)
        except (NotReady, IncompleteOverride):
            continue
        yield Life(lane, trust, entry, moved)
        lane, trust = moved.lane, moved.trust


def last(trust: Trust, ledger: tuple[Entry, ...]) -> tuple[Lane, Trust]:
    """Return how the lane stands when all is over."""
    return [(opened(trust, now=0.0), trust), *((life.after, life.moved.trust) for life in lives(trust, ledger))][-1]


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers)
def test_never_above_the_ceiling_one_step_up_at_a_time_and_a_freeze_wins(
    trust: Trust, ledger: tuple[Entry, ...]
) -> None:
    for life in lives(trust, ledger):
        before, lane, terms = life.before, life.after, life.moved.trust
        assert lane.level(terms) <= terms.ceiling
        assert lane.earned <= max(before.earned, terms.ceiling)
        assert lane.earned - before.earned <= 1
        if lane.frozen is not None:
            assert lane.level(terms) == SUPERVISED
            assert not may_rise(lane, terms)
        if before.frozen is not None:
            assert lane.earned <= before.earned, "nothing goes up while frozen"
        if lane.earned > before.earned:
            assert isinstance(life.entry.what, Ratify if life.under.ratified else Label | Ratify)
            assert [move.code for move in life.moved.moves].count("promote") == 1


@settings(deadline=None, max_examples=100)
@given(trusts, ledgers)
def test_what_is_meant_to_stop_never_lets_more_through(trust: Trust, ledger: tuple[Entry, ...]) -> None:
    for life in lives(trust, ledger):
        what, before, terms = life.entry.what, life.waited, life.moved.trust
        if isinstance(what, Signal | NewVersion | Freeze | Lower | Correction) or (
            isinstance(what, Label) and (what.loss > 0 or what.severe or not what.answered)
        ):
            assert life.after.level(terms) <= before.level(life.under), what
            assert life.after.earned <= before.earned
            if before.tightened is not None and life.after.level(terms):
                assert life.after.tightened is not None or isinstance(what, Label), what
        if isinstance(what, Lower):
            assert life.after.earned <= what.level or life.after.earned == before.earned <= what.level
            assert life.after.frozen is not None or life.after.level(terms) <= max(what.level, SUPERVISED)
        if isinstance(what, NewTerms):
            assert life.after.earned == before.earned
            assert life.after.override == before.override


@settings(deadline=None, max_examples=100)
@given(trusts, ledgers)
def test_what_people_set_lower_stays_until_its_end(trust: Trust, ledger: tuple[Entry, ...]) -> None:
    for life in lives(trust, ledger):
        override = life.waited.override
        if override is None or override.level >= life.waited.earned or isinstance(life.entry.what, SetOverride | Lower):
            continue
        assert life.after.level(life.moved.trust) <= override.level
        assert life.after.override == override or life.after.earned <= override.level


@pytest.mark.parametrize("kind", ["patch", "minor"])
def test_a_new_version_lifts_nothing_that_people_set_lower(kind: VersionKind) -> None:
    lane = replace(opened(LOW, now=0.0), earned=3)
    lane = step(lane, LOW, Entry(1.0, SetOverride(1, 20.0, "Ana", "a hard week"))).lane
    lane = step(lane, LOW, Entry(2.0, NewVersion(kind))).lane
    assert (lane.level(LOW), lane.tightened is not None) == (1, True)
    assert step(lane, LOW, Entry(20.0, Tick())).lane.tightened is not None


def test_an_error_found_while_frozen_holds_everything_afterwards() -> None:
    lane = replace(opened(LOW, now=0.0), earned=3)
    for what in (Freeze("incident"), Label(1.0), Unfreeze("Ana")):
        lane = step(lane, LOW, Entry(1.0, what)).lane
    assert (lane.level(LOW), lane.tightened is not None) == (3, True)


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers)
def test_every_change_is_told_in_one_sentence(trust: Trust, ledger: tuple[Entry, ...]) -> None:
    for life in lives(trust, ledger):
        before, moved = life.before, life.moved
        for move in moved.moves:
            assert move.sentence
            assert "\n" not in move.sentence
            assert move.at == moved.lane.now
        earned = [move for move in moved.moves if _changes_the_earned_level(move)]
        assert moved.lane.earned == (earned[-1].after if earned else before.earned)
        told = {move.code for move in moved.moves}
        if (moved.lane.tightened is None) is not (before.tightened is None):
            assert told
        if moved.lane.override != before.override or moved.lane.frozen != before.frozen:
            assert told


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers, st.integers(1, 5))
def test_replay_equals_increment_and_survives_storage(trust: Trust, ledger: tuple[Entry, ...], often: int) -> None:
    kept, lane, terms = list[Entry](), opened(trust, now=0.0), trust
    moves: list[Move] = []
    for number, life in enumerate(lives(trust, ledger)):
        kept.append(entry_from_json(json.loads(json.dumps(life.entry.as_json()))))
        lane, terms = life.after, life.moved.trust
        moves.extend(life.moved.moves)
        if number % often == 0:
            assert lane_from_json(json.loads(json.dumps(lane.as_json()))) == lane
    again = fold(trust, kept, now=0.0)
    assert json.dumps(again.lane.as_json()) == json.dumps(lane.as_json())
    assert again.moves == tuple(moves)
    assert is_kept_alike(again.trust, terms)


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers, st.sampled_from([1.0, 0.5]))
def test_an_error_never_helps_and_leaves_everything_held(trust: Trust, ledger: tuple[Entry, ...], loss: float) -> None:
    lane, terms = last(trust, ledger)
    after = step(lane, terms, Entry(lane.now, Label(loss, catch=1.0))).lane
    assert after.earned <= lane.earned
    found = review(Proposed("act_1"), terms, b"secret", level=after.level(terms), tightened=after.tightened is not None)
    assert found.reviewed
    assert found.held
    assert after.tightened is not None or after.earned < lane.earned or after.earned == SUPERVISED, (
        "it is not forgotten where it is frozen, or was set lower for a time"
    )


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers, weights, catches)
def test_a_clean_label_never_lowers_the_bound_and_an_error_never_raises_it(
    trust: Trust, ledger: tuple[Entry, ...], weight: float, catch: float | None
) -> None:
    lane, terms = last(trust, ledger)
    for loss, worse in ((0.0, False), (1.0, True)):
        after = step(lane, terms, Entry(lane.now, Label(loss, weight, catch))).lane
        for old, new in zip(lane.attempts, after.attempts, strict=True):
            if old.number != new.number:
                continue  # an attempt that will not come back begins anew
            one, other = (1.0 - error_bound(attempt.cells, attempt.alpha) for attempt in (old, new))
            assert other <= one + TINY if worse else other >= one - TINY


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers)
def test_what_stands_in_the_way_is_said_whenever_something_does(trust: Trust, ledger: tuple[Entry, ...]) -> None:
    for life in lives(trust, ledger):
        asked = ((life.before, life.under), (life.after, life.moved.trust))
        for lane, terms in asked if not isinstance(life.entry.what, Label) else ():
            assert may_rise(lane, terms) is (not blockers(lane, terms))


@given(st.lists(st.builds(Label, st.sampled_from([0.0, 1.0]), weights, catches), max_size=40), st.randoms())
def test_the_evidence_of_a_supervised_lane_has_no_order(labels: list[Label], chance: object) -> None:
    """Restarts apart, which throw evidence away at a moment: terms that never call an attempt futile."""
    trust = replace(LOW, levels=tuple(replace(one, tolerance=0.9, gross=0.9) for one in LOW.levels), ceiling=0)  # type: ignore[arg-type]
    shuffled = list(labels)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (fold(trust, [Entry(1.0, label) for label in order], now=0.0).lane for order in (labels, shuffled))
    if all(attempt.number == 1 for lane in (one, other) for attempt in lane.attempts):
        assert one.as_json() == other.as_json()


def _changes_the_earned_level(move: Move) -> bool:
    return move.code in {"promote", "severe", "unproven", "drift", "withdrawn", "stale", "version", "lowered"}
