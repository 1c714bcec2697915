"""How much do people have to look at until an agent is autonomous, and from then on?"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.ratchet.cast import Scale, ladder, ladder_peers, one_step, oracle, peers, ratchet
from bench.ratchet.play import NEVER, Found, Setting, constant, play
from bench.ratchet.rules import Rule

RATES = (0.005, 0.01, 0.02, 0.04)
CLIMBING = (0.002, 0.005, 0.01, 0.02, 0.03)
SWEPT = (0.01, 0.02, 0.03, 0.035, 0.04, 0.045, 0.05, 0.06, 0.08, 0.10, 0.15)


def measure(scale: Scale) -> dict[str, Any]:
    """Return reviews to autonomy and the share reviewed then, for one step and the ladder; and what goes out wrong."""
    return {"one_step": _one_step(scale), "ladder": _climbs(scale), "outgoing": _outgoing(scale)}


def _one_step(scale: Scale) -> dict[str, dict[str, Any]]:
    rules = {f"ratchet, alpha {alpha:.0%}": ratchet(one_step(alpha)) for alpha in (0.01, 0.05)} | peers()
    found: dict[str, dict[str, Any]] = {name: {} for name in rules}
    found["oracle"] = {}
    for rate in RATES:
        for name, made in (rules | {"oracle": oracle(rate, 0.10)}).items():
            found[name][f"{rate}"] = told(_steady(made(scale.runs), rate, scale.actions, scale.seed))
    return found


def _climbs(scale: Scale) -> dict[str, dict[str, Any]]:
    rules = {"ratchet": ratchet(ladder())} | ladder_peers()
    return {
        name: {f"{rate}": told(_steady(made(scale.runs), rate, scale.long, scale.seed)) for rate in CLIMBING}
        for name, made in rules.items()
    }


def _outgoing(scale: Scale) -> dict[str, dict[str, float]]:
    rules = {"ratchet, alpha 1%": ratchet(one_step(0.01))} | peers()
    return {
        name: {f"{rate}": _steady(made(scale.runs), rate, scale.actions, scale.seed).outgoing for rate in SWEPT}
        for name, made in rules.items()
    }


def _steady(rule: Rule, rate: float, actions: int, seed: int) -> Found:
    """Play agents whose rate does not change; what is counted is counted in the second half."""
    setting = Setting(actions=actions, rate=constant(rate), mark=actions // 2)
    return play(rule, setting, (seed, 4, round(rate * 1e6)))


def told(found: Found) -> dict[str, Any]:
    """Return what a play says of effort. Reviews and actions are means over the runs that reached the top."""
    there = found.reached[-1] != NEVER
    return {
        "reached": float(there.mean()),
        "reviews": float(np.mean(found.reviews_then[-1][there])) if there.any() else None,
        "actions": float(np.mean(found.reached[-1][there])) + 1 if there.any() else None,
        "share": found.review_share,
        "falls": float(found.falls.mean()) * 10_000 / found.actions,
    }
