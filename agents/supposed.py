"""What other terms would have made of a lane: its ledger folded again, from supervised, as if they had been in force.

Labels keep the weight of the samples that were drawn, and nobody is asked again: where people have to agree, they agree
at once. What people did with the level by hand they did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agents.lane import Lane, opened
from agents.ledger import Entry, Label, NewTerms, Ratify, SetOverride, Tick
from agents.moves import Move
from agents.promotion import Naming, day_number
from agents.ratchet import step
from agents.trust import Trust


@dataclass(frozen=True, slots=True)
class Supposed:
    """A lane as it would be, with every move it would have made, and those that changed its level in force."""

    lane: Lane
    trust: Trust
    moves: tuple[Move, ...]
    steps: tuple[tuple[float, int, int, str], ...]  # when, level before, level after, code of the move

    @property
    def level(self) -> int:
        """The level it would have now."""
        return self.lane.level(self.trust)


def supposed(trust: Trust, entries: Sequence[Entry], *, until: float, naming: Naming = day_number) -> Supposed:
    """Return what a lane would be at `until` that was opened with its first entry and went through all of them."""
    trust = replace(trust, ratified=False)
    lane = opened(trust, now=entries[0].at if entries else until)
    moves: list[Move] = []
    steps: list[tuple[float, int, int, str]] = []
    for entry in (*_kept(entries), Entry(until, Tick())):
        before = lane.level(trust)
        moved = step(lane, trust, entry, naming=naming)
        lane = moved.lane
        moves.extend(moved.moves)
        if lane.level(trust) != before:
            code = moved.moves[-1].code if moved.moves else ""
            codes = [one.code for one in moved.moves if one.before != one.after]
            steps.append((lane.now, before, lane.level(trust), codes[0] if codes else code))
    return Supposed(lane, trust, tuple(moves), tuple(steps))


def reviews_in(entries: Iterable[Entry]) -> int:
    """Return how many of the entries are labels that somebody gave."""
    return sum(isinstance(one.what, Label) and one.what.answered for one in entries)


def _kept(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Yield what would have happened under other terms too."""
    for one in entries:
        if isinstance(one.what, NewTerms | Ratify):
            continue
        if isinstance(one.what, SetOverride) and one.what.until <= one.at:
            continue  # it would be refused
        yield one
