"""What each part of the ratchet is worth: the same plays without it, or with other numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from agents.trust import ASSISTED, MONITORED, Trust
from bench.ratchet.cast import MOST_ATTEMPTS, Made, Scale, ladder, one_step, ratchet
from bench.ratchet.damage import BEFORE, jump, told
from bench.ratchet.effort import told as effort
from bench.ratchet.lanes import Flags, Whole
from bench.ratchet.play import Setting, constant, play
from bench.ratchet.reviewers import Imperfect, Maturing
from bench.ratchet.rules import Ratchet

RISES = (0.01, 0.10)  # before and after
AUDITS = (0.02, 0.03, 0.04, 0.05, 0.10)
RUN_LENGTHS = (200.0, 1000.0, 5000.0)
INFORMED = {"flagged": 0.10, "flagged_errors": 0.60}
REPORTED = {"reported": 0.60, "late": 50.0}


def measure(scale: Scale) -> dict[str, Any]:
    """Return damage and effort for each change, what the weights do, and what reviewers do."""
    return {"changes": _changes(scale), "weights": _weights(scale), "reviewers": _reviewers(scale)}


def _changes(scale: Scale) -> dict[str, dict[str, Any]]:
    """Return what slips through after a jump from 1 % to 10 %, and the share reviewed at 1 % without one."""
    made: dict[str, tuple[Made, dict[str, float]]] = {
        "as specified": (ratchet(one_step()), {}),
        "no tightening": (
            lambda count: Ratchet(one_step(), count, attempts=MOST_ATTEMPTS, tightens=False),
            {},
        ),
        "gross is 3 times the tolerance": (ratchet(one_step(gross=0.15)), {}),
    }
    for length in RUN_LENGTHS:
        made[f"run length {length:,.0f}"] = (ratchet(one_step(run_length=length)), {})
    for audited in AUDITS:
        made[f"{audited:.0%} audited"] = (ratchet(one_step(audited=audited)), {})
    made["informed audits: 1 % of clear, 17 % of flagged"] = (ratchet(informed()), INFORMED)
    made["60 % of errors are reported, 50 actions late"] = (ratchet(one_step()), REPORTED)
    return {name: _both(rule, facts, scale) for name, (rule, facts) in made.items()}


def informed() -> Trust:
    """Return one step whose audits look where the errors are, at about the effort of 5 % blind ones."""
    trust = one_step()
    return replace(trust, levels=(replace(trust.levels[0], sample=0.01, sample_flagged=0.17), *trust.levels[1:]))


def _both(made: Made, facts: dict[str, float], scale: Scale) -> dict[str, Any]:
    mark = round(scale.actions * BEFORE)
    jumping = Setting(actions=scale.actions, rate=jump(mark, *RISES), mark=mark, **facts)  # type: ignore[arg-type]
    steady = Setting(actions=scale.actions, rate=constant(0.01), mark=scale.actions // 2, **facts)  # type: ignore[arg-type]
    damage, share = play(made(scale.runs), jumping, (scale.seed, 5)), play(made(scale.runs), steady, (scale.seed, 10))
    return told(damage) | {"steady_share": share.review_share}


class Unweighted(Ratchet):
    """What the ratchet would be if every label counted the same, however likely it was to be looked at."""

    def weighed(self, who: Whole, flagged: Flags | None = None) -> Whole:
        """Return the place of the full weight."""
        return np.full(who.size, len(self.weights) - 1)


def _weights(scale: Scale) -> dict[str, dict[str, float]]:
    """Return the share promoted to monitored (5 %) with and without weights, where flags mislead.

    Assisted lanes, not tightened by errors so that all labels are sampled: 100 % of the flagged are reviewed, 30 % of
    the others.
    """
    trust = replace(ladder(), ceiling=MONITORED)
    plays = {
        "errors oversampled, true 2.5 %": Setting(
            actions=scale.actions, rate=constant(0.025), flagged=0.2, flagged_errors=0.9
        ),
        "errors undersampled, true 6 %": Setting(
            actions=scale.actions, rate=constant(0.06), flagged=0.5, flagged_errors=0.0
        ),
    }
    kinds: dict[str, Callable[..., Ratchet]] = {"weighted": Ratchet, "unweighted": Unweighted}
    found: dict[str, dict[str, float]] = {}
    for kind, rule in kinds.items():
        found[kind] = {}
        for name, setting in plays.items():
            lanes = rule(trust, scale.runs, attempts=MOST_ATTEMPTS, earned=ASSISTED, tightens=False)
            found[kind][name] = play(lanes, setting, (scale.seed, 11)).share_reached(MONITORED)
    return found


def _reviewers(scale: Scale) -> dict[str, dict[str, Any]]:
    """Return promotions with reviewers who miss errors: of an agent at 8 %, and reviews needed by one at 1 %."""
    trust = one_step()
    golden = partial(Imperfect, trust, shown=0.05, seed=scale.seed)
    window = min(1500, scale.actions // 10)
    plays: dict[str, tuple[Made, float, float]] = {
        "half missed, believed; true 8 %": (ratchet(trust), 0.08, 0.5),
        "half missed, 5 % golden, new reviewer; true 8 %": (partial(golden, misses=0.5, known=0), 0.08, 0.5),
        "half missed, 5 % golden, 40 seen before; true 8 %": (partial(golden, misses=0.5, known=40), 0.08, 0.5),
        "none missed, 40 golden seen before; true 1 %": (partial(golden, misses=0.0, known=40), 0.01, 0.0),
        "none missed, no golden; true 1 %": (ratchet(trust), 0.01, 0.0),
        "half missed, 40 golden seen before; true 1 %": (partial(golden, misses=0.5, known=40), 0.01, 0.5),
        "errors show within 1,500 actions; true 1 %": (
            partial(Maturing, trust, window=window, seed=scale.seed),
            0.01,
            0.0,
        ),
    }
    found = {}
    for name, (made, rate, missed) in plays.items():
        setting = Setting(actions=scale.actions, rate=constant(rate * (1 - missed)))
        played = play(made(scale.runs), setting, (scale.seed, 12))
        found[name] = {key: effort(played)[key] for key in ("reached", "reviews")}
    return found
