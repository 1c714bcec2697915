"""How much do people have to look at until an agent is autonomous, and from then on?"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.ratchet.cast import Scale, ladder, ladder_peers, one_step, oracle, peers, ratchet
from bench.ratchet.play import NEVER, Found, Setting, constant, play
from bench.ratchet.promotions import OURS
from bench.ratchet.rules import Rule

RATES = (0.005, 0.01, 0.02, 0.04)
SWEPT = (0.03, 0.035, 0.045, 0.05, 0.06, 0.10)  # besides RATES
CLIMBING = (0.002, 0.005, 0.01, 0.02, 0.03)
LIMIT = 0.02  # of the ladder's last step: the rules beside it play those who are not below it


def measure(scale: Scale) -> dict[str, Any]:
    """Return reviews to autonomy and the share reviewed then, for one step and the ladder; and what goes out wrong."""
    return {"one_step": _one_step(scale), "ladder": _climbs(scale)}


def _one_step(scale: Scale) -> dict[str, dict[str, Any]]:
    rules = {OURS: ratchet(one_step(0.01))} | peers()
    found = {
        name: {f"{rate}": _steady(made(scale.runs), rate, scale.actions, scale.seed) for rate in (*RATES, *SWEPT)}
        for name, made in rules.items()
    }
    known = {f"{rate}": _steady(oracle(rate, 0.10)(scale.runs), rate, scale.actions, scale.seed) for rate in RATES}
    return found | {"oracle": known}


def _climbs(scale: Scale) -> dict[str, dict[str, Any]]:
    found = {}
    for name, made in ({"ratchet": ratchet(ladder())} | ladder_peers()).items():
        rates = CLIMBING if name == "ratchet" else [rate for rate in CLIMBING if rate >= LIMIT]
        found[name] = {f"{rate}": _steady(made(scale.runs), rate, scale.long, scale.seed) for rate in rates}
    return found


def _steady(rule: Rule, rate: float, actions: int, seed: int) -> dict[str, Any]:
    """Play agents whose rate does not change; what is counted is counted in the second half."""
    setting = Setting(actions=actions, rate=constant(rate), mark=actions // 2)
    return told(play(rule, setting, (seed, 4, round(rate * 1e6))))


def told(found: Found) -> dict[str, Any]:
    """Return what a play says of effort. Reviews and actions are means over the runs that reached the top."""
    there = found.reached[-1] != NEVER
    return {
        "reached": float(there.mean()),
        "reviews": float(np.mean(found.reviews_then[-1][there])) if there.any() else None,
        "actions": float(np.mean(found.reached[-1][there])) + 1 if there.any() else None,
        "share": found.review_share,
        "outgoing": found.outgoing,
        "falls": float(found.falls.mean()) * 10_000 / found.actions,
    }
