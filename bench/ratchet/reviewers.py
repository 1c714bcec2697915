"""The ratchet with people who miss errors, and with errors that show late."""

from __future__ import annotations

import numpy as np

from agents.accuracy import catch_rate
from agents.trust import Trust
from bench.ratchet.cast import MOST_ATTEMPTS
from bench.ratchet.lanes import Flags, Whole
from bench.ratchet.rules import Ratchet

RECOUNTED = 10  # golden items after which a catch rate is counted anew


class Imperfect(Ratchet):
    """One reviewer a lane, who misses errors and golden items alike.

    The labels are what the reviewer says. `known`: golden items shown before the first action; `shown`: how many are
    shown for each review after it. The catch rate is `agents.accuracy.catch_rate`, every ten items anew.
    """

    def __init__(self, trust: Trust, count: int, *, misses: float, known: int, shown: float, seed: int) -> None:
        super().__init__(trust, count, attempts=MOST_ATTEMPTS)
        self._misses, self._shown, self._chance = misses, shown, np.random.default_rng((seed, 7))
        self._seen: Whole = np.full(count, known)
        self._missed: Whole = self._chance.binomial(known, misses, count)
        self._rates: dict[tuple[int, int], int] = {}
        self._catch: Whole = np.zeros(count, dtype=np.int64)
        self._recount(np.arange(count))

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""
        self.label(who, 2 * wrong.astype(np.int64), now, weight=self.weighed(who, flagged), catch=self._catch[who])
        golden = who[self._chance.random(who.size) < self._shown]
        self._seen[golden] += 1
        self._missed[golden] += self._chance.random(golden.size) < self._misses
        self._recount(golden[self._seen[golden] % RECOUNTED == 0])

    def _recount(self, who: Whole) -> None:
        for lane in who:
            counts = int(self._seen[lane] - self._missed[lane]), int(self._missed[lane])
            if counts not in self._rates:
                self._rates[counts] = round(100 * catch_rate(*counts))
            self._catch[lane] = self._rates[counts]


class Maturing(Ratchet):
    """Reviewers see nothing; errors are reported within a window, and a review is good once it has passed."""

    def __init__(self, trust: Trust, count: int, *, window: int, seed: int) -> None:
        super().__init__(trust, count, attempts=MOST_ATTEMPTS)
        self._window, self._number, self._chance = window, 0, np.random.default_rng((seed, 8))
        self._bad: dict[int, list[Whole]] = {}
        self._good: dict[int, Whole] = {}

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take what is reported now, and what has been good for the window; remember what was reviewed now."""
        bad = who[wrong]
        late = self._chance.integers(1, self._window + 1, bad.size)
        for wait in np.unique(late):
            self._bad.setdefault(self._number + int(wait), []).append(bad[late == wait])
        self._good[self._number + self._window] = who[~wrong]
        reported = np.concatenate([np.zeros(0, dtype=np.int64), *self._bad.pop(self._number, [])])
        while reported.size:  # one label a lane at a time
            lanes, first = np.unique(reported, return_index=True)
            self.label(lanes, np.full(lanes.size, 2), now)
            reported = np.delete(reported, first)
        good = self._good.pop(self._number, None)
        if good is not None and good.size:
            self.label(good, np.zeros(good.size, dtype=np.int64), now)
        self._number += 1
