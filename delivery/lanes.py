"""Who goes next: letters wait in lanes, one for each organization's endpoint, and no lane holds up another.

Pure but for its own memory; time is a number of seconds that the caller gives. A lane lets two letters out abreast.
One whose endpoint does not answer in time is closed for 5 s, then 10, 20 … up to 5 min, then tried with one letter at
full length; all such lanes together may hold half the threads. What waits in a closed lane is handed back unsent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from delivery.transports.base import Letter, Result

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
ENOUGH = 16  # letters waiting in a lane: no more are taken for it


@dataclass(slots=True)
class Lane:
    """One endpoint's letters in this process."""

    waiting: deque[Letter] = field(default_factory=deque)
    away: int = 0
    silent: int = 0
    closed_until: float = 0.0


class Lanes:
    """All lanes of one channel. `threads` letters may be away at once, `abreast` of them on one lane."""

    def __init__(self, *, threads: int, abreast: int) -> None:
        self._threads = threads
        self._abreast = abreast
        self._lanes: dict[str, Lane] = {}

    @property
    def away(self) -> int:
        """Return how many letters are being sent at this moment."""
        return sum(lane.away for lane in self._lanes.values())

    @property
    def waiting(self) -> int:
        """Return how many letters are taken and not yet away."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def in_line(self) -> list[Letter]:
        """Return the letters that are taken and not yet away."""
        return [letter for lane in self._lanes.values() for letter in lane.waiting]

    def drop(self, letters: set[UUID]) -> None:
        """Forget those of these letters (ids) that are not yet away."""
        if letters:
            for lane in self._lanes.values():
                lane.waiting = deque(one for one in lane.waiting if one.id not in letters)

    def add(self, letter: Letter) -> None:
        """Put a letter at the end of its lane."""
        self._lanes.setdefault(letter.lane, Lane()).waiting.append(letter)

    def shut(self, at: float) -> list[str]:
        """Return the names of lanes for which nothing more should be taken now."""
        crowded = self._silent_away() >= self._threads // 2
        return [
            name
            for name, lane in self._lanes.items()
            if at < lane.closed_until or len(lane.waiting) >= ENOUGH or (lane.silent and (lane.away or crowded))
        ]

    def start(self, at: float) -> list[Letter]:
        """Return the letters that may go now, one lane after the other, and count them as away."""
        going: list[Letter] = []
        free = self._threads - self.away
        moved = True
        while free > 0 and moved:
            moved = False
            for lane in self._lanes.values():
                if free > 0 and self._may_go(lane, at):
                    lane.away += 1
                    free -= 1
                    moved = True
                    going.append(lane.waiting.popleft())
        return going

    def done(self, letter: Letter, result: Result, at: float) -> None:
        """Note that a letter came back, and close its lane if nobody answered or it was asked to wait."""
        lane = self._lanes[letter.lane]
        lane.away -= 1
        if result.timed_out:
            lane.silent += 1
            lane.closed_until = at + min(FIRST_PAUSE * 2 ** min(lane.silent - 1, 10), LONGEST_PAUSE)
        else:
            lane.silent = 0
            if result.status in {429, 503} and result.retry_after:
                lane.closed_until = at + min(result.retry_after, timedelta(seconds=LONGEST_PAUSE)).total_seconds()

    def hand_back(self, at: float, *, before: float = float("-inf")) -> list[Letter]:
        """Take out letters of closed lanes, and those taken before the moment `before`, whose lease runs out."""
        back: list[Letter] = []
        for name, lane in list(self._lanes.items()):
            late = [one for one in lane.waiting if one.taken < before or at < lane.closed_until]
            if late:
                back += late
                lane.waiting = deque(one for one in lane.waiting if one not in late)
            if not lane.waiting and not lane.away and not lane.silent and at >= lane.closed_until:
                del self._lanes[name]
        return back

    def _may_go(self, lane: Lane, at: float) -> bool:
        if not lane.waiting or at < lane.closed_until:
            return False
        if lane.silent:
            return lane.away == 0 and self._silent_away() < self._threads // 2
        return lane.away < self._abreast

    def _silent_away(self) -> int:
        return sum(lane.away for lane in self._lanes.values() if lane.silent)
