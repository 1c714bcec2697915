"""What holds of every lane, whatever happens to it and in whatever order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.lane import Lane, lane_from_json, opened
from agents.ledger import (
    Correction,
    Entry,
    Freeze,
    Happening,
    Label,
    NewVersion,
    Ratify,
    SetOverride,
    Signal,
    Tick,
    Unfreeze,
    entry_from_json,
)
from agents.moves import Move
from agents.promotion import blockers, may_rise
from agents.ratchet import Moved, NotReady, fold, step
from agents.sampling import Proposed, review
from agents.trust import SUPERVISED, Trust, usual

LOW = usual("low")
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
trusts = st.builds(
    lambda ceiling, ratified: replace(QUICK, ceiling=ceiling, ratified=ratified), st.integers(0, 3), st.booleans()
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
    st.builds(SetOverride, st.integers(0, 3), st.just(1e6), st.just("Ana"), st.just("pilot")),
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


def lives(trust: Trust, ledger: tuple[Entry, ...]) -> Iterator[tuple[Lane, Entry, Moved]]:
    """Yield every step: the lane before, the entry, and what came of it. What is refused changes nothing."""
    lane = opened(trust, now=0.0)
    for entry in ledger:
        try:
            moved = step(lane, trust, entry)
        except NotReady:
            continue
        yield lane, entry, moved
        lane = moved.lane


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers)
def test_never_above_the_ceiling_one_step_up_at_a_time_and_a_freeze_wins(
    trust: Trust, ledger: tuple[Entry, ...]
) -> None:
    for before, entry, moved in lives(trust, ledger):
        lane = moved.lane
        assert lane.level(trust) <= trust.ceiling
        assert lane.earned <= max(before.earned, trust.ceiling)
        assert lane.earned - before.earned <= 1
        if lane.frozen is not None:
            assert lane.level(trust) == SUPERVISED
            assert not may_rise(lane, trust)
        if before.frozen is not None:
            assert lane.earned <= before.earned, "nothing goes up while frozen"
        if lane.earned > before.earned:
            assert isinstance(entry.what, Ratify if trust.ratified else Label)
            assert [move.code for move in moved.moves].count("promote") == 1


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers)
def test_every_change_is_told_in_one_sentence(trust: Trust, ledger: tuple[Entry, ...]) -> None:
    for before, _, moved in lives(trust, ledger):
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
    kept, lane = [], opened(trust, now=0.0)
    moves: list[Move] = []
    for number, (_, entry, moved) in enumerate(lives(trust, ledger)):
        kept.append(entry_from_json(json.loads(json.dumps(entry.as_json()))))
        lane = moved.lane
        moves.extend(moved.moves)
        if number % often == 0:
            assert lane_from_json(json.loads(json.dumps(lane.as_json()))) == lane
    again = fold(trust, kept, now=0.0)
    assert json.dumps(again.lane.as_json()) == json.dumps(lane.as_json())
    assert again.moves == tuple(moves)


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers, st.sampled_from([1.0, 0.5]))
def test_an_error_never_helps_and_leaves_everything_held(trust: Trust, ledger: tuple[Entry, ...], loss: float) -> None:
    lane = [opened(trust, now=0.0), *(moved.lane for _, _, moved in lives(trust, ledger))][-1]
    after = step(lane, trust, Entry(lane.now, Label(loss, catch=1.0))).lane
    assert after.earned <= lane.earned
    found = review(Proposed("act_1"), trust, b"secret", level=after.level(trust), tightened=after.tightened is not None)
    assert found.reviewed
    assert found.held


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers)
def test_what_stands_in_the_way_is_said_whenever_something_does(trust: Trust, ledger: tuple[Entry, ...]) -> None:
    for before, entry, moved in lives(trust, ledger):
        for lane in (before, moved.lane) if not isinstance(entry.what, Label) else ():
            assert may_rise(lane, trust) is (not blockers(lane, trust))


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
    return move.code in {"promote", "severe", "unproven", "drift", "withdrawn", "stale", "version"}
