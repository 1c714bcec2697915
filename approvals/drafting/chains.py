"""Edits of one chain of the plain document: its steps, the waits between them, its end. Pure.

A chain is seen as waits: the first before step 1, one after each step, the last before the end. Steps that trade places
leave the waits where they are; a wait that changes moves everything after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from approvals.configuration.times import share_of
from approvals.drafting.rows import Document, Row, Unfit, is_new, put, row_of, rows_of
from approvals.drafting.spans import seconds_of, spelled

Plain = Mapping[str, Any]
DO = ("remind", "warn", "add", "replace", "webhook", "repeat")
ENDS = ("reject", "hold", "approve")
MOST_STEPS = 50


def within_of(chain: Plain) -> int:
    """Return how long the chain lets people decide, in seconds."""
    return seconds_of(chain["decide_within"])


def moments(chain: Plain) -> list[Fraction]:
    """Return when each step comes, in seconds of the chain's clock after the start."""
    within = within_of(chain)
    return [_moment(step["at"], within) for step in chain.get("steps", ())]


def waits(chain: Plain) -> list[Fraction]:
    """Return the waits in seconds: before each step, and before the end."""
    points = [Fraction(0), *moments(chain), Fraction(within_of(chain))]
    return [later - earlier for earlier, later in pairwise(points)]


def set_wait(chain: Row, place: int, seconds: int) -> None:
    """Change one wait (from 0); what comes after it moves, and the end with it."""
    points = moments(chain)
    shift = seconds - waits(chain)[place]
    for number, step in enumerate(chain.get("steps", ())):
        # Shares would move with the end, so what a page edits becomes lengths.
        step["at"] = spelled(max(1, int(points[number] + (shift if number >= place else 0))))
    chain["decide_within"] = spelled(max(1, int(within_of(chain) + shift)))


def move_step(chain: Row, place: int, by: int) -> None:
    """Let a step trade places with its neighbour; when things happen stays."""
    steps = chain.get("steps", [])
    other = place + by
    if not (0 <= place < len(steps) and 0 <= other < len(steps)):
        raise Unfit("This step cannot go further. Nothing was changed.")
    steps[place]["at"], steps[other]["at"] = steps[other]["at"], steps[place]["at"]
    steps[place], steps[other] = steps[other], steps[place]


def remove_step(chain: Row, place: int) -> None:
    """Take a step out; the others keep their time, and repeats still begin with the same step."""
    steps = chain.get("steps", [])
    if not 0 <= place < len(steps):
        raise Unfit("This step is not there any more. Nothing was changed.")
    del steps[place]
    for step in steps:
        if step["do"] == "repeat" and step.get("from", 1) > place + 1:
            put(step, "from", step["from"] - 1, 1)
    put(chain, "steps", steps, [])


def add_step(chain: Row, step: Row) -> None:
    """Put a step last, half-way through the last wait."""
    if len(chain.get("steps", ())) >= MOST_STEPS:
        raise Unfit(f"A chain has {MOST_STEPS} steps at most. Nothing was changed.")
    left = waits(chain)[-1]
    if left < 2:
        raise Unfit("There is no time left for a step before the end. Make the last wait longer first.")
    at = int(within_of(chain) - left) + _half(int(left))
    chain.setdefault("steps", []).append({"at": spelled(at), **step})


def set_step(step: Row, said: Mapping[str, Any]) -> None:
    """Change what a step does: `said` has "do" and what belongs to it ("to", "url", "from", "times")."""
    for name in ("to", "url", "from", "times"):
        step.pop(name, None)
    step.update(said)


def add_chain(document: Document, slug: str) -> None:
    """Make a chain of four hours with one reminder."""
    if not is_new(document, "chains", slug):
        raise Unfit("There is such a chain already.", {"slug": f"“{slug}” is taken. Write another name."})
    row = {"slug": slug, "decide_within": "4h", "steps": [{"at": "2h", "do": "remind"}]}
    rows_of(document, "chains").append(row)


def remove_chain(document: Document, slug: str) -> None:
    """Take a chain out that no route names."""
    chain = row_of(document, "chains", slug)
    users = [row["name"] for row in document.get("routes", ()) if row.get("chain") == slug]
    if users:
        raise Unfit(f"Route “{users[0]}” goes this way. Give it another chain first. Nothing was changed.")
    document["chains"].remove(chain)


def _moment(at: str, within: int) -> Fraction:
    share = share_of(at)
    return Fraction(share) * within if share is not None else Fraction(seconds_of(at))


def _half(seconds: int) -> int:
    """Return about half of a length, in whole minutes where there are some."""
    half = seconds // 2
    return half // 60 * 60 if half >= 120 else max(half, 1)
