"""The ratchet of the simulations is the product's: the same labels take it through the same levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.lane import Lane, opened
from agents.ledger import Entry, Label, NewVersion, Signal
from agents.ratchet import step
from agents.sampling import Proposed, review
from agents.trust import ASSISTED, AUTONOMOUS, Trust, usual
from bench.ratchet.lanes import NOT, Lanes

SECRET = b"lanes"
MEDIUM, LOW = usual("medium"), usual("low")
QUICK = tuple(replace(terms, min_days=0.2) for terms in LOW.levels)
# Falls, rises again and opens new periods in a few days.
BRIEF = replace(LOW, levels=QUICK, cooldown_days=0.5, budget_days=12.0)  # type: ignore[arg-type]
LONG = tuple(replace(terms, min_labels=150, run_length=1e9) for terms in QUICK)
PATIENT = replace(BRIEF, levels=LONG)  # type: ignore[arg-type]  # only tightening brings it down
ONE_STEP = replace(LOW, levels=(replace(LOW.levels[2], min_days=0.0), *LOW.levels[1:]), ceiling=ASSISTED)
# Error rates before and after the middle, the share of flagged actions, labels of half a loss, days to an action.
PLAYS = {
    "a good one goes bad": (BRIEF, (0.005, 0.3), 0.2, 0.0, 0.02),
    "a good one gets a little worse": (BRIEF, (0.0, 0.06), 0.2, 0.3, 0.02),
    "a bad one gets better": (BRIEF, (0.2, 0.01), 0.1, 0.0, 0.02),
    "tightening takes it down": (PATIENT, (0.0, 0.7), 0.2, 0.0, 0.02),
    "the usual waits": (MEDIUM, (0.002, 0.08), 0.1, 0.1, 0.03),
    "one step": (ONE_STEP, (0.01, 0.2), 0.0, 0.0, 0.001),
}
RUNS, ACTIONS = 4, 1500


@pytest.mark.parametrize("name", PLAYS)
def test_lanes_go_where_the_product_goes(name: str) -> None:
    trust, rates, flagging, halves, days_each = PLAYS[name]
    chance = np.random.default_rng(sorted(PLAYS).index(name))
    lanes = Lanes(trust, RUNS, attempts=ACTIONS)
    ours = [opened(trust, now=0.0) for _ in range(RUNS)]
    for number in range(ACTIONS):
        now = number * days_each
        flagged = chance.random(RUNS) < flagging
        catch = chance.integers(80, 101, RUNS)
        wrong = chance.random(RUNS) < rates[number >= ACTIONS // 2]
        loss = np.where(wrong, np.where(chance.random(RUNS) < halves, 1, 2), 0)
        reviews = [
            review(
                Proposed(f"{run}-{number}", flags=("new",) if flagged[run] else ()),
                trust,
                SECRET,
                level=ours[run].level(trust),
                tightened=ours[run].tightened is not None,
            )
            for run in range(RUNS)
        ]
        assert lanes.chances(flagged).tolist() == [one.probability for one in reviews]
        who = np.flatnonzero([one.reviewed for one in reviews])
        weight = lanes.weighed(who, flagged)
        assert lanes.weights[weight].tolist() == [reviews[run].weight for run in who]
        lanes.label(who, loss[who], now, weight=weight, catch=catch[who])
        for run in who.tolist():
            label = Label(loss[run] / 2, reviews[run].weight, catch[run] / 100)
            ours[run] = step(ours[run], trust, Entry(now, label)).lane
        if number % 97 == 50:
            signalled, restarted = np.array([number % RUNS]), np.array([(number + 1) % RUNS])
            lanes.tighten(signalled)
            lanes.restart(restarted[: number % 5 == 0], now)
            ours[signalled[0]] = step(ours[signalled[0]], trust, Entry(now, Signal("Errors are up"))).lane
            for run in restarted[: number % 5 == 0].tolist():
                ours[run] = step(ours[run], trust, Entry(now, NewVersion("major"))).lane
        for run in range(RUNS):
            assert told(lanes, run) == known(ours[run], trust)


def test_the_plays_go_up_and_down() -> None:
    """What is compared above is worth comparing: lanes reach the top, fall, and open new attempts and periods."""
    lanes = Lanes(BRIEF, RUNS, attempts=ACTIONS)
    chance, highest = np.random.default_rng(1), 0
    everyone = np.arange(RUNS)
    for number in range(ACTIONS):
        wrong = chance.random(RUNS) < (0.005 if number < 1000 else 0.3)
        lanes.label(everyone, 2 * wrong, number * 0.02)
        highest = max(highest, int(lanes.level.max()))
    assert highest == AUTONOMOUS
    assert lanes.level.max() < AUTONOMOUS
    assert lanes.attempt.max() > 1
    assert lanes.period_start.max() > 0


def test_a_play_below_the_highest_ceiling_stays_in_one_period() -> None:
    lanes = Lanes(ONE_STEP, 1, attempts=20)
    with pytest.raises(ValueError, match="outlasts a budget period"):
        lanes.restart(np.array([0]), 91.0)


def told(lanes: Lanes, run: int) -> tuple[object, ...]:
    """Return the level of a lane, its attempts, whether it is tightened, its waits and its drift sums."""
    gross = None if lanes.gross[run] == NOT else lanes.terms[lanes.gross[run]].gross
    waits = float(lanes.no_promotion_before[run]), float(lanes.level_since[run]), int(lanes.level_labels[run])
    scores = [tuple(of_level[:, run].tolist()) for of_level in lanes.scores]
    return int(lanes.level[run]), lanes.attempt[run].tolist(), gross, waits, int(lanes.demotions[run]), scores


def known(lane: Lane, trust: Trust) -> tuple[object, ...]:
    numbers = [attempt.number for attempt in lane.attempts[: trust.ceiling]]
    gross = lane.tightened and lane.tightened.gross
    waits = lane.no_promotion_before, lane.level_since, lane.level_labels
    return lane.earned, numbers, gross, waits, lane.period.demotions, list(lane.detectors[: trust.ceiling])
