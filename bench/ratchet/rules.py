"""Rules in common use, on arrays: each decides after every label, which is how people look at dashboards.

All know two levels, supervised and autonomous, unless they say otherwise, and forget what they saw at each change.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Protocol

import numpy as np
from scipy.special import betainc

from agents.trust import RUN_LENGTH
from bench.ratchet.lanes import Flags, Floats, Lanes, Whole

LONGEST = 40_001  # labels that a table of bounds goes to
Certain = Callable[[Whole, Whole], Flags]  # labels, wrong: whether the rule is certain


class Rule(Protocol):
    """What plays with agents: the level of each, and the chance that people look at its next action."""

    top: int
    level: Whole

    def chances(self, flagged: Flags | None = None) -> Floats:
        """Return the chance that the next action of each is reviewed."""

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""

    def restart(self, who: Whole, now: float) -> None:
        """Let these agents come back as new ones."""


class Ratchet(Lanes):
    """The product's ratchet, with reviewers who miss nothing."""

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""
        self.label(who, 2 * wrong.astype(np.int64), now, weight=self.weighed(who, flagged))


class Peer:
    """What the rules have in common: levels, and a share of actions that is looked at in each."""

    def __init__(self, count: int, shares: tuple[float, ...]) -> None:
        self.count, self.top = count, len(shares) - 1
        self.level: Whole = np.zeros(count, dtype=np.int64)
        self._shares = np.array(shares)

    def chances(self, flagged: Flags | None = None) -> Floats:
        """Return the chance that the next action of each is reviewed."""
        return self._shares[self.level]

    def restart(self, who: Whole, now: float) -> None:
        """Let these agents come back as new ones."""
        self.level[who] = 0
        self.forget(who)

    def forget(self, who: Whole) -> None:
        """Forget what was seen of these agents."""
        raise NotImplementedError

    def move(self, who: Whole, by: int) -> None:
        """Raise or lower these agents and forget what was seen of them."""
        self.level[who] += by
        self.forget(who)


class Window(Peer):
    """Up and down by the last `size` labels: at each level at most so many wrong to be allowed there.

    `most[k]` errors among the last `size` allow level k + 1; more, and what is there goes down. `down`: labels that
    must have been seen at a level before it may be lost, and errors among them from which it is.
    """

    def __init__(
        self, count: int, shares: tuple[float, ...], size: int, most: tuple[int, ...], down: tuple[int, int]
    ) -> None:
        super().__init__(count, shares)
        self.size, self._fewest, self._errors = size, *down
        self._most = np.array([*most, -1])
        self._keeps = np.array([0, *most])
        self._last = np.zeros((count, size), dtype=np.int64)
        self._place: Whole = np.zeros(count, dtype=np.int64)
        self._seen: Whole = np.zeros(count, dtype=np.int64)
        self._wrong: Whole = np.zeros(count, dtype=np.int64)

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""
        place, now_wrong = self._place[who], wrong.astype(np.int64)
        self._wrong[who] += now_wrong - self._last[who, place]
        self._last[who, place] = now_wrong
        self._place[who] = (place + 1) % self.size
        self._seen[who] += 1
        level, errors = self.level[who], self._wrong[who]
        falls = (level > 0) & (self._seen[who] >= self._fewest) & (errors >= self._keeps[level] + self._errors)
        rises = (self._seen[who] >= self.size) & (errors <= self._most[level])
        self.move(who[falls], -1)
        self.move(who[rises & ~falls], 1)

    def forget(self, who: Whole) -> None:
        """Forget what was seen of these agents."""
        self._last[who] = 0
        self._place[who] = self._seen[who] = self._wrong[who] = 0


class Bound(Peer):
    """Up when a bound on the error rate is below the next level's tolerance, down when the other is above this one's.

    `below` and `above` are, by level, tables of the most and the fewest errors among n labels that make it so.
    """

    def __init__(self, count: int, shares: tuple[float, ...], below: list[Whole], above: list[Whole]) -> None:
        super().__init__(count, shares)
        never = np.full(LONGEST, -1)
        self._below, self._above = np.array([*below, never]), np.array([never + LONGEST + 1, *above])
        self._seen: Whole = np.zeros(count, dtype=np.int64)
        self._wrong: Whole = np.zeros(count, dtype=np.int64)

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""
        self._seen[who] += 1
        self._wrong[who] += wrong
        level, seen, errors = self.level[who], self._seen[who], self._wrong[who]
        rises, falls = errors <= self._below[level, seen], errors >= self._above[level, seen]
        self.move(who[rises], 1)
        self.move(who[falls & ~rises], -1)

    def forget(self, who: Whole) -> None:
        """Forget what was seen of these agents."""
        self._seen[who] = self._wrong[who] = 0


class Clearance(Peer):
    """Continuous sampling: `clean` in a row go one level up, one error goes one down.

    With two levels CSP-1 (Dodge 1943), with more a CSP-M (Lieberman and Solomon 1955).
    """

    def __init__(self, count: int, shares: tuple[float, ...], clean: int) -> None:
        super().__init__(count, shares)
        self._clean = clean
        self._row: Whole = np.zeros(count, dtype=np.int64)

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""
        self._row[who] = np.where(wrong, 0, self._row[who] + 1)
        self.move(who[wrong & (self.level[who] > 0)], -1)
        self.move(who[(self._row[who] >= self._clean) & (self.level[who] < self.top)], 1)

    def forget(self, who: Whole) -> None:
        """Forget what was seen of these agents."""
        self._row[who] = 0


class Oracle(Peer):
    """What knows both true rates: Wald's ratio test (1945) upwards, a Shiryaev–Roberts sum downwards."""

    def __init__(
        self, count: int, shares: tuple[float, ...], tolerance: float, alpha: float, good: float, bad: float
    ) -> None:
        super().__init__(count, shares)
        self._needed = log(1.0 / alpha)
        self._up = log((1 - good) / (1 - tolerance)), log(good / tolerance)
        self._down = (1 - bad) / (1 - tolerance), bad / tolerance
        self._ratio: Floats = np.zeros(count)
        self._score: Floats = np.zeros(count)

    def learn(self, who: Whole, wrong: Flags, now: float, flagged: Flags | None = None) -> None:
        """Take one label for each of `who`."""
        self._ratio[who] += np.where(wrong, self._up[1], self._up[0])
        score = (self._score[who] + 1) * np.where(wrong, self._down[1], self._down[0])
        self._score[who] = np.minimum(score, 2 * RUN_LENGTH)
        level = self.level[who]
        rises, falls = (
            (level == 0) & (self._ratio[who] >= self._needed),
            (level == 1) & (self._score[who] >= RUN_LENGTH),
        )
        self.move(who[rises], 1)
        self.move(who[falls], -1)

    def forget(self, who: Whole) -> None:
        """Forget what was seen of these agents."""
        self._ratio[who] = self._score[who] = 0.0


def wilson(z: float, tolerance: float) -> tuple[Certain, Certain]:
    """Return whether Wilson's interval (1927), `z` standard deviations, is below the tolerance, and whether above."""

    def bound(seen: Whole, wrong: Whole, sign: int) -> Floats:
        share = wrong / seen
        middle = share + z * z / (2 * seen)
        spread = z * np.sqrt(share * (1 - share) / seen + z * z / (4 * seen * seen))
        found: Floats = (middle + sign * spread) / (1 + z * z / seen)
        return found

    return (
        lambda seen, wrong: bound(seen, wrong, 1) < tolerance,
        lambda seen, wrong: bound(seen, wrong, -1) > tolerance,
    )


def beta(certainty: float, tolerance: float) -> tuple[Certain, Certain]:
    """Return whether, from a uniform prior, the error rate is below the tolerance with this certainty, or above it."""
    return (
        lambda seen, wrong: np.asarray(betainc(wrong + 1, seen - wrong + 1, tolerance) > certainty),
        lambda seen, wrong: np.asarray(betainc(wrong + 1, seen - wrong + 1, tolerance) < 1 - certainty),
    )


def most_wrong(certain: Certain) -> Whole:
    """Return, by number of labels, the most errors that leave the rule certain; -1 if none does."""
    low, high = np.full(LONGEST, -1), np.arange(LONGEST)  # certain at low, not at high
    seen = np.maximum(np.arange(LONGEST), 1)
    while (high - low > 1).any():
        middle = np.maximum((low + high) // 2, 0)
        yes = certain(seen, middle)
        low, high = np.where(yes & (high - low > 1), middle, low), np.where(~yes & (high - low > 1), middle, high)
    return low


def fewest_wrong(certain: Certain) -> Whole:
    """Return, by number of labels, the fewest errors from which the rule is certain."""
    return most_wrong(lambda seen, wrong: ~certain(seen, wrong)) + 1
