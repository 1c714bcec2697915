"""A lane's life: up on evidence, one level at a time; down at once; and the ledger that rebuilds it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import pytest

from agents.lane import Lane, opened
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
)
from agents.moves import Move
from agents.promotion import blockers
from agents.ratchet import IncompleteOverride, Moved, NotReady, fold, step
from agents.trust import ASSISTED, AUTONOMOUS, MONITORED, SUPERVISED, Trust, usual

MEDIUM = usual("medium")
RIGHT, WRONG = Label(0.0, catch=1.0), Label(1.0, catch=1.0)


def clean(count: int, *, since: float = 0.0, every: float = 0.1, label: Label = RIGHT) -> list[Entry]:
    """Return labels `every` so many days."""
    return [Entry(since + number * every, label) for number in range(count)]


def lived(entries: Iterable[Entry], trust: Trust = MEDIUM) -> Moved:
    return fold(trust, entries, now=0.0)


def after(lane: Lane, *happened: Happening, trust: Trust = MEDIUM, at: float | None = None) -> Moved:
    """Return the lane after these happened, at its own time or at `at`."""
    moves: list[Move] = []
    for what in happened:
        moved = step(lane, trust, Entry(lane.now if at is None else at, what))
        lane = moved.lane
        moves.extend(moved.moves)
    return Moved(lane, tuple(moves), trust)


def codes(moved: Moved) -> list[tuple[int, int, str]]:
    return [(move.before, move.after, move.code) for move in moved.moves]


@pytest.fixture(scope="module")
def autonomous() -> Lane:
    lane = lived(clean(300)).lane
    assert lane.earned == AUTONOMOUS
    return lane


def test_clean_reviews_lead_up_one_level_at_a_time() -> None:
    moved = lived(clean(300))
    assert codes(moved) == [(0, 1, "promote"), (1, 2, "promote"), (2, 3, "promote")]
    assert [round(move.at / 0.1) + 1 for move in moved.moves] == [37, 107, 280], "96 for monitored, but a week's wait"
    assert moved.moves[0].sentence == (
        "assisted: 37 of 37 reviewed since day 0 were right; accuracy is at least 0.901, required 0.900 "
        "(chance of a wrong promotion <= 3.75%, however often we look; attempt 1)"
    )


def test_a_sentence_names_days_as_it_is_told_to() -> None:
    moved = fold(MEDIUM, clean(60), now=0.0, naming=lambda moment: f"{int(moment) + 3} May")
    assert "reviewed since 3 May were right" in moved.moves[0].sentence


def test_what_stands_in_the_way_is_said() -> None:
    lane = opened(MEDIUM, now=0.0)
    assert blockers(lane, MEDIUM) == ("20 more reviews at this level", "1 more days at this level", "evidence")
    lane = lived(clean(30, label=Label(0.0))).lane
    assert blockers(lane, MEDIUM) == ("evidence: about 12 more clean reviews",)
    lane = after(lived(clean(300)).lane, WRONG).lane
    assert blockers(lane, MEDIUM) == ("at the ceiling set by policy",)
    lane = after(lived(clean(60)).lane, WRONG, Freeze("incident")).lane
    assert blockers(lane, MEDIUM)[:2] == ("frozen: incident", "tightened: about 14 more clean reviews")


def test_any_error_tightens_and_clean_reviews_ease(autonomous: Lane) -> None:
    moved = after(autonomous, WRONG)
    assert codes(moved) == [(3, 3, "tighten")]
    assert moved.moves[0].sentence == (
        "An error was found: everything waits for people until fewer than 6.0% are shown to be wrong."
    )
    eased = after(moved.lane, *[RIGHT] * 50)
    assert codes(eased) == [(3, 3, "eased")]
    assert eased.lane.tightened is None
    assert "After 45 reviews" in eased.moves[0].sentence


def test_a_tightened_lane_that_gets_worse_goes_down(autonomous: Lane) -> None:
    moved = after(autonomous, *[WRONG] * 12)
    down = [move.code for move in moved.moves if move.after < move.before]
    assert down[0] in {"unproven", "drift"}
    assert moved.lane.earned < AUTONOMOUS
    assert moved.lane.tightened is not None or moved.lane.earned == SUPERVISED
    assert moved.lane.no_promotion_before >= moved.lane.now + 14


def test_drift_leads_down_with_a_cool_down_that_doubles() -> None:
    lane = lived(clean(300)).lane
    trust = replace(MEDIUM, stale_days=1000)
    waits = []
    while lane.earned > SUPERVISED:
        moved = after(lane, WRONG, trust=trust)
        if moved.lane.earned < lane.earned:
            waits.append(moved.lane.no_promotion_before - moved.lane.now)
        lane = moved.lane
    assert waits == pytest.approx([14, 28, 56])


def test_one_severe_error_leads_to_supervised(autonomous: Lane) -> None:
    lane = after(autonomous, SetOverride(MONITORED, 40.0, "Ana", "pilot")).lane
    moved = after(lane, Label(1.0, severe=True))
    assert codes(moved) == [(3, 0, "severe")]
    assert moved.lane.override is None
    assert moved.lane.no_promotion_before == pytest.approx(moved.lane.now + 30)
    assert all(attempt.number == 2 and not attempt.cells for attempt in moved.lane.attempts)


def test_a_corrected_label_withdraws_what_it_carried() -> None:
    lane = lived(clean(280)).lane
    assert lane.earned == AUTONOMOUS
    moved = after(lane, Correction((1.0, 1.0, 0.0), (1.0, 1.0, 1.0), labelled_at=3.0))
    assert codes(moved) == [(3, 3, "tighten"), (3, 2, "withdrawn")]
    assert dict(moved.lane.attempt(AUTONOMOUS).cells) == {(1.0, 1.0, 0.0): 279, (1.0, 1.0, 1.0): 1}
    assert moved.lane.attempt(AUTONOMOUS).number == 1, "the attempt goes on"


def test_a_correction_for_the_better_moves_the_count_alone() -> None:
    lane = lived([*clean(50), *clean(1, since=6, label=WRONG)]).lane
    moved = after(lane, Correction((1.0, 1.0, 1.0), (1.0, 1.0, 0.0), labelled_at=6.0))
    assert moved.moves == ()
    assert dict(moved.lane.attempt(AUTONOMOUS).cells) == {(1.0, 1.0, 0.0): 51}
    again = after(moved.lane, Correction((1.0, 1.0, 1.0), (1.0, 1.0, 0.0), labelled_at=6.0))
    assert again.lane == moved.lane, "there is nothing left to move"


def test_silence_tightens_then_leads_down(autonomous: Lane) -> None:
    last = autonomous.last_label
    assert codes(after(autonomous, Tick(), at=last + 29.9)) == []
    assert codes(after(autonomous, Tick(), at=last + 30)) == [(3, 3, "tighten")]
    assert codes(after(autonomous, Tick(), at=last + 60)) == [(3, 2, "stale"), (2, 2, "tighten")]


@pytest.mark.parametrize(("kind", "level"), [("patch", 3), ("minor", 2), ("major", 0)])
def test_a_new_version_starts_evidence_anew(autonomous: Lane, kind: str, level: int) -> None:
    lane = after(autonomous, NewVersion(kind)).lane  # type: ignore[arg-type]
    assert lane.earned == level
    assert (lane.tightened is not None) is (level > 0)
    assert [attempt.number for attempt in lane.attempts] == [2, 2, 2]


def test_a_signal_only_tightens(autonomous: Lane) -> None:
    assert codes(after(autonomous, Signal("Errors are up"))) == [(3, 3, "tighten")]
    assert codes(after(opened(MEDIUM, now=0.0), Signal("Errors are up"))) == []


def test_an_override_needs_a_name_a_reason_and_an_end() -> None:
    lane = opened(MEDIUM, now=5.0)
    for wrong in (SetOverride(1, 9.0, "", "r"), SetOverride(1, 9.0, "Ana", ""), SetOverride(1, 5.0, "Ana", "r")):
        with pytest.raises(IncompleteOverride):
            after(lane, wrong)


def test_an_override_ends_and_never_passes_the_ceiling() -> None:
    trust = replace(MEDIUM, ceiling=MONITORED)
    moved = after(opened(trust, now=0.0), SetOverride(AUTONOMOUS, 9.0, "Ana", "pilot"), trust=trust)
    assert codes(moved) == [(0, 2, "override")]
    assert moved.moves[0].sentence == "Ana sets monitored: pilot."
    assert codes(after(moved.lane, Tick(), trust=trust, at=9.0)) == [(2, 0, "override-expired")]


def test_the_brakes_stay_on_under_an_override() -> None:
    lane = after(opened(MEDIUM, now=0.0), SetOverride(AUTONOMOUS, 9.0, "Ana", "pilot")).lane
    moved = after(lane, *[WRONG] * 6)
    assert (3, 0, "override-stopped") in codes(moved)
    assert moved.lane.override is None


def test_a_freeze_holds_everything_and_evidence_still_counts() -> None:
    lane = after(lived(clean(60)).lane, Freeze("incident")).lane
    assert (lane.level(MEDIUM), lane.earned) == (SUPERVISED, ASSISTED)
    lane = after(lane, *[RIGHT] * 300).lane
    assert lane.earned == ASSISTED, "nothing goes up meanwhile"
    assert sum(lane.attempt(MONITORED).cells.values()) == 360
    assert after(lane, Unfreeze("Ana")).lane.level(MEDIUM) == ASSISTED


def test_a_promotion_can_wait_for_people() -> None:
    trust = replace(MEDIUM, ratified=True)
    moved = lived(clean(45), trust)
    assert codes(moved) == [(0, 0, "proposed")], "once, not at every label"
    risen = after(moved.lane, Ratify("Bo"), trust=trust)
    assert codes(risen) == [(0, 1, "promote")]
    assert risen.moves[0].sentence.endswith("; ratified by Bo")
    with pytest.raises(NotReady):
        after(risen.lane, Ratify("Bo"), trust=trust)


def test_a_freeze_wins_over_a_promotion_that_waits() -> None:
    trust = replace(MEDIUM, ratified=True)
    lane = after(lived(clean(45), trust).lane, Freeze("incident"), trust=trust).lane
    with pytest.raises(NotReady, match="frozen: incident"):
        after(lane, Ratify("Bo"), trust=trust)


def test_a_review_that_never_came_counts_against_promotions_alone() -> None:
    lane = lived(clean(60)).lane
    moved = after(lane, Label(1.0, answered=False))
    assert moved.moves == ()
    assert moved.lane.detectors == lane.detectors
    assert moved.lane.level_labels == lane.level_labels
    assert moved.lane.attempt(MONITORED).cells[(1.0, 0.9, 1.0)] == 1


def test_a_hopeless_attempt_begins_anew_with_less_to_spend() -> None:
    moved = lived(clean(40, label=WRONG))
    assert {move.code for move in moved.moves} == {"restart"}
    assert moved.lane.attempt(ASSISTED).number > 1
    assert "it may spend" in moved.moves[0].sentence


def test_evidence_of_a_year_ago_begins_anew() -> None:
    trust = replace(MEDIUM, stale_days=1000)
    lane = lived(clean(60), trust).lane
    moved = after(lane, Tick(), trust=trust, at=365.0)
    assert codes(moved) == [(1, 1, "restart"), (1, 1, "restart")], "above its level only"
    assert lane.earned == moved.lane.earned == ASSISTED


def test_alpha_is_spent_anew_every_period() -> None:
    lane = after(opened(MEDIUM, now=0.0), NewVersion("major"), NewVersion("major")).lane
    assert lane.attempt(ASSISTED).number == 3
    assert after(lane, NewVersion("major"), at=90.0).lane.attempt(ASSISTED).number == 1


def test_time_never_goes_back() -> None:
    lane = lived(clean(60)).lane
    assert after(lane, RIGHT, at=0.0).lane.now == lane.now


@pytest.mark.parametrize("rates", [1, 10, 50])
def test_a_label_costs_less_than_a_millisecond(rates: int) -> None:
    """At its dearest: supervised, so that all three attempts are looked at, with up to 300 cells in each."""
    labels = [
        Label(float(n % 17 == 0), weight, 0.5 + n % rates / 100) for n in range(400) for weight in (1.0, 0.5, 0.2)
    ]
    lane = opened(MEDIUM, now=0.0)
    costs = []
    for number, label in enumerate(labels):
        entry = Entry(number * 0.01, label)
        start = time.process_time()
        lane = step(lane, MEDIUM, entry).lane
        costs.append(time.process_time() - start)
    costs.sort()
    print(
        f"{len(lane.attempt(ASSISTED).cells)} cells: median {costs[600] * 1e3:.3f} ms, p95 {costs[1140] * 1e3:.3f} ms"
    )
    assert costs[len(costs) // 2] < 0.001
