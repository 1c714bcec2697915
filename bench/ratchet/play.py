"""One play: a rule and as many agents as it has lanes, action by action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bench.ratchet.lanes import Flags, Floats, Whole
from bench.ratchet.rules import Ratchet, Rule

NEVER = np.iinfo(np.int64).max
POINTS = 60
Rate = Callable[[int, Rule], float | Floats]  # the chance that the next action of each agent is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all agents of a play have in common.

    `days`: what the whole play lasts. `mark`: the action from which reviews, errors and moves are counted. `flagged`,
    `flagged_errors`: the share of actions that is flagged, and of errors that are flagged. `reported`, `late`: the
    share of unseen errors that is reported, and how many actions later in the mean. `restarts`: an agent comes back as
    a new one after each error that was seen. `to_the_top`: the play ends once all have been there.
    """

    actions: int
    rate: Rate
    mark: int = 0
    days: float = 80.0
    flagged: float = 0.0
    flagged_errors: float = 0.0
    reported: float = 0.0
    late: float = 50.0
    restarts: bool = False
    to_the_top: bool = False


@dataclass(slots=True)
class Found:
    """What was counted, by run. An error that nobody looked at has slipped through."""

    actions: int  # since the mark
    reached: Whole  # by level: the first action after which it was reached, or NEVER
    reviews_then: Whole  # by level: reviews until then
    reviews: Whole  # since the mark, as all that follow
    slipped: Whole
    rises: Whole  # to the top
    falls: Whole
    seen: Whole  # errors that were reviewed
    at_fall: Whole  # errors that had slipped through at the first fall, or NEVER
    fell: Whole  # the action, from the mark, of the first fall, or NEVER
    course: list[float] = field(default_factory=list)  # mean `slipped` at POINTS moments from the mark to the end

    def share_reached(self, level: int) -> float:
        """Return the share of runs that ever were at `level`."""
        return float((self.reached[level] != NEVER).mean())

    @property
    def review_share(self) -> float:
        """The share of actions that people looked at."""
        return float(self.reviews.mean()) / self.actions

    @property
    def outgoing(self) -> float:
        """The share of all actions that were wrong and that nobody looked at."""
        return float(self.slipped.mean()) / self.actions


def constant(rate: float) -> Rate:
    """Return an agent that is wrong at this rate, always."""
    return lambda _number, _rule: rate


def play(rule: Rule, setting: Setting, seed: tuple[int, ...]) -> Found:
    """Play `setting` by `rule`. With one seed, every rule meets the same agents."""
    count, chance = rule.level.size, np.random.default_rng(seed)
    reports = Reports(setting, count, np.random.default_rng((*seed, 1)))
    zero = np.zeros(count, dtype=np.int64)
    reached = np.full((rule.top + 1, count), NEVER)
    found = Found(
        actions=setting.actions - setting.mark,
        reached=reached,
        reviews_then=np.zeros_like(reached),
        reviews=zero.copy(),
        slipped=zero.copy(),
        rises=zero.copy(),
        falls=zero.copy(),
        seen=zero.copy(),
        at_fall=zero + NEVER,
        fell=zero + NEVER,
    )
    reviews = zero.copy()
    for number in range(setting.actions):
        now = number * setting.days / setting.actions
        if setting.reported and isinstance(rule, Ratchet):
            rule.tighten(reports.due(number))
        draws = chance.random((3 if setting.flagged else 2, count))
        flagged, rate = _flagged(setting, draws[-1], setting.rate(number, rule))
        wrong = draws[0] < rate
        looked = draws[1] < rule.chances(flagged)
        who, before = np.flatnonzero(looked), rule.level.copy()
        rule.learn(who, wrong[who], now, flagged)
        if setting.restarts:
            rule.restart(np.flatnonzero(wrong & looked & (rule.level <= before)), now)
        reviews += looked
        _note_rises(found, rule, before, number, reviews)
        if setting.to_the_top and found.reached[-1].max() != NEVER:
            break
        reports.note(number, wrong & ~looked)
        if number >= setting.mark:
            _tally(found, rule, before, looked, wrong, number - setting.mark)
    return found


class Reports:
    """Errors that slipped through and are reported later."""

    def __init__(self, setting: Setting, count: int, chance: np.random.Generator) -> None:
        self._setting, self._count, self._chance = setting, count, chance
        self._waiting: dict[int, list[Whole]] = {}

    def note(self, number: int, slipped: Flags) -> None:
        """Draw which errors of action `number` will be reported, and when."""
        if not self._setting.reported:
            return
        who = np.flatnonzero(slipped & (self._chance.random(self._count) < self._setting.reported))
        late = 1 + self._chance.exponential(self._setting.late, who.size).astype(np.int64)
        for wait in np.unique(late):
            self._waiting.setdefault(number + int(wait), []).append(who[late == wait])

    def due(self, number: int) -> Whole:
        """Return the lanes that a report reaches now."""
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *self._waiting.pop(number, [])]))


def _flagged(setting: Setting, draw: Floats, rate: float | Floats) -> tuple[Flags | None, float | Floats]:
    """Return which actions are flagged, and each one's chance to be wrong."""
    if not setting.flagged:
        return None, rate
    flagged = draw < setting.flagged
    in_flagged = rate * setting.flagged_errors / setting.flagged
    in_clear = rate * (1 - setting.flagged_errors) / (1 - setting.flagged)
    return flagged, np.where(flagged, in_flagged, in_clear)


def _note_rises(found: Found, rule: Rule, before: Whole, number: int, reviews: Whole) -> None:
    for lane in np.flatnonzero(rule.level > before):
        level = rule.level[lane]
        if found.reached[level, lane] == NEVER:
            found.reached[level, lane], found.reviews_then[level, lane] = number, reviews[lane]


def _tally(found: Found, rule: Rule, before: Whole, looked: Flags, wrong: Flags, number: int) -> None:
    found.reviews += looked
    found.slipped += wrong & ~looked
    found.seen += wrong & looked
    found.rises += (rule.level > before) & (rule.level == rule.top)
    fell = rule.level < before
    found.falls += fell
    found.at_fall[fell] = np.minimum(found.at_fall[fell], found.slipped[fell])
    found.fell[fell] = np.minimum(found.fell[fell], number)
    if (number + 1) * POINTS // found.actions > number * POINTS // found.actions:
        found.course.append(float(found.slipped.mean()))
