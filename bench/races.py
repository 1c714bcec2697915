"""(9) Races: four people decide the same action at the same instant, two of whom are needed (bench.voters)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.stage import Stage
from core import clock

AT_ONCE = 2  # processes


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Race in four organizations, two at a time, and add up what was found; the audit chains are verified after."""
    each = 2_500 if full else 100
    cast = stage.script("bench.cast", {"first": 7000, "orgs": 4, "agents": 1, "people": 4})
    began = clock.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(lambda one: stage.script("bench.racing", one), _given(cast, each)))
    found: dict[str, Any] = {"seconds": clock.monotonic() - began}
    for name in ("races", "decided_twice", "undecided", "voted_on_afterwards", "broken"):
        found[name] = sum(one[name] for one in told)
    for name in ("ends", "answers"):
        found[name] = dict(sum((Counter(one[name]) for one in told), Counter[str]()))
    found["wrong"] = [sentence for one in told for sentence in one["wrong"]]
    return found


def _given(cast: list[dict[str, Any]], each: int) -> list[dict[str, Any]]:
    return [
        {
            "org": org["org"],
            "slug": org["slug"],
            "agent": org["agents"][0]["slug"],
            "people": [one["email"] for one in org["people"] if one["email"].startswith("person")],
            "races": each,
            "seed": number,
        }
        for number, org in enumerate(cast)
    ]
