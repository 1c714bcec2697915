"""The single moves of a lane, up, down and sideways: each makes a new lane and says so in one sentence.

A turn holds the lane while one entry of its ledger is worked through (agents.ratchet).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf, log, nextafter

from agents.accuracy import CALM, EASE_ALPHA, FUTILE, Cell, drift, fed, log_evidence, share_of_alpha
from agents.lane import Attempt, Lane, Period, Tightened, placed
from agents.ledger import Label
from agents.promotion import Naming, day_number, explained, may_rise
from agents.terms import LEVELS
from agents.trust import SUPERVISED, TARGETS, Trust

MOST_DOUBLINGS = 6  # of the cool-down: 14 days become at most 896


@dataclass(frozen=True, slots=True)
class Move:
    """One transition: levels before and after, as places in LEVELS, a short code and one sentence for people."""

    at: float
    before: int
    after: int
    code: str
    sentence: str


@dataclass(slots=True)
class Turn:
    """The lane as it stands while one entry is worked through, and the moves made so far."""

    lane: Lane
    trust: Trust
    naming: Naming = day_number
    moves: list[Move] = field(default_factory=list)
    has_counted: bool = False

    @property
    def level(self) -> int:
        """The level in force."""
        return self.lane.level(self.trust)

    def tell(self, before: int, after: int, code: str, sentence: str) -> None:
        """Note a move."""
        self.moves.append(Move(self.lane.now, before, after, code, sentence))

    def end_override(self, above: int) -> None:
        """End an override to more than a level; what people set lower stays."""
        if self.lane.override is not None and self.lane.override.level > above:
            self.lane = replace(self.lane, override=None)

    def earn(self, level: int, code: str, sentence: str) -> None:
        """Make `level` the earned one; the waits begin again if it is another.

        What people set at or below the earned level only ever lowers: it ends where the lane falls below it.
        """
        self.tell(self.lane.earned, level, code, sentence)
        if self.lane.override is not None and self.lane.override.level <= self.lane.earned:
            self.end_override(above=level)
        if level != self.lane.earned:
            self.lane = replace(self.lane, earned=level, level_since=self.lane.now, level_labels=0, proposed=False)

    def begin_attempt(self, target: int) -> None:
        """Begin the next attempt at `target`, with less alpha than the last one of the period.

        It begins after a label that was counted in this turn, so that a correction of that label leaves it alone.
        """
        lane, period = self.lane, self.lane.period
        if lane.now - period.start >= self.trust.budget_days:
            period = Period(lane.now)
        number = period.attempts[target - 1] + 1
        start = nextafter(lane.now, inf) if self.has_counted else lane.now
        attempt = Attempt(number, share_of_alpha(self.trust.at(target).alpha, number), start, {})
        self.lane = replace(
            lane,
            period=replace(period, attempts=placed(period.attempts, target, number)),
            attempts=placed(lane.attempts, target, attempt),
        )

    def calm(self, level: int) -> None:
        """Reset the drift detector of `level`."""
        self.lane = replace(self.lane, detectors=placed(self.lane.detectors, level, CALM))

    def feed(self, levels: range, *, weight: float, loss: float) -> None:
        """Let the drift detectors of `levels` see a label."""
        detectors = list(self.lane.detectors)
        for level in levels:
            tolerance = self.trust.at(level).tolerance
            detectors[level - 1] = fed(detectors[level - 1], tolerance, weight=weight, loss=loss)
        self.lane = replace(self.lane, detectors=tuple(detectors))

    def tighten(self, why: str, gross: float = 1.0) -> None:
        """Hold everything until the error rate is shown not to be gross. Does nothing where nothing is ever alone.

        A lane that is frozen or was set to supervised for a time is tightened too: it comes back to what it earned.
        """
        running = max(self.level, self.lane.earned)
        if running == SUPERVISED or self.lane.tightened is not None:
            return
        gross = min(gross, self.trust.at(running).gross)
        self.lane = replace(self.lane, tightened=Tightened(gross, {}))
        sentence = f"{why}: everything waits for people until fewer than {gross:.1%} are shown to be wrong."
        self.tell(self.lane.earned, self.lane.earned, "tighten", sentence)

    def demote(self, level: int, code: str, sentence: str, cooldown: float) -> None:
        """Go down to `level`: new attempts above it, a cool-down in days that doubles each time, and tightened."""
        gross = self.trust.at(self.lane.earned).gross if self.lane.earned else 1.0
        if self.lane.tightened is not None:
            gross = min(gross, self.lane.tightened.gross)
        self.earn(level, code, sentence)
        for target in TARGETS[level:]:
            self.begin_attempt(target)
            self.calm(target)
        demotions = self.lane.period.demotions
        until = self.lane.now + cooldown * 2.0 ** min(demotions, MOST_DOUBLINGS)
        self.lane = replace(
            self.lane,
            period=replace(self.lane.period, demotions=demotions + 1),
            no_promotion_before=max(self.lane.no_promotion_before, until),
            tightened=None,
            proposed=False,
        )
        self.tighten(f"After a demotion ({code})", gross)

    def weigh_tightened(self, cell: Cell) -> bool:
        """Count a label since the lane was tightened: ease it, or go down and return True if it only got worse."""
        tightened = self.lane.tightened
        if tightened is None:
            return False
        seen: Cell = (1.0, cell[1], cell[2])  # all are reviewed while tightened
        cells = {**tightened.cells, seen: tightened.cells.get(seen, 0) + 1}
        self.lane = replace(self.lane, tightened=Tightened(tightened.gross, cells))
        evidence, labels = log_evidence(cells, tightened.gross), sum(cells.values())
        if evidence >= log(1.0 / EASE_ALPHA):
            self.lane = replace(self.lane, tightened=None)
            sentence = f"After {labels} reviews fewer than {tightened.gross:.1%} are shown to be wrong: eased."
            self.tell(self.lane.earned, self.lane.earned, "eased", sentence)
        elif evidence < -FUTILE and self.lane.earned > SUPERVISED:
            lower = self.lane.earned - 1
            sentence = f"In {labels} reviews since it was tightened the evidence only got worse: down to"
            self.demote(lower, "unproven", f"{sentence} {LEVELS[lower]}.", self.trust.cooldown_days)
            return True
        return False

    def brake(self, level: int) -> bool:
        """Go down, or stop the override, if the drift detector of `level` sounds; return whether it did."""
        if level == SUPERVISED:
            return False
        score, terms = drift(self.lane.detector(level)), self.trust.at(level)
        if score < terms.run_length:
            return False
        sentence = f"Evidence of {score:,.0f} to {terms.run_length:,.0f} that more than {terms.tolerance:.1%} are wrong"
        if level > self.lane.earned:
            self.lane = replace(self.lane, override=None)
            self.tell(level, self.lane.earned, "override-stopped", f"{sentence}: the override ends.")
            self.calm(level)
            self.tighten("An override was stopped")
        else:
            lower = level - 1
            self.demote(lower, "drift", f"{sentence}: down to {LEVELS[lower]}.", self.trust.cooldown_days)
        return True

    def restart_futile(self) -> None:
        """Begin anew the attempts whose evidence will not come back."""
        for target in TARGETS[self.lane.earned :]:
            if log_evidence(self.lane.attempt(target).cells, self.trust.at(target).tolerance) < -FUTILE:
                self._restart(target, "the evidence speaks against it 50 to 1")

    def restart_old(self) -> None:
        """Begin anew the attempts at higher levels whose evidence is too old to tell about today."""
        for target in TARGETS[self.lane.earned :]:
            attempt = self.lane.attempt(target)
            if attempt.cells and self.lane.now - attempt.start >= self.trust.evidence_days:
                self._restart(target, f"its evidence goes back {self.trust.evidence_days:.0f} days")

    def rise(self, *, is_good_news: bool = True) -> None:
        """Go one level up, or propose to, if nothing stands in the way; an error is never what a lane goes up on."""
        if not may_rise(self.lane, self.trust):
            self.lane = replace(self.lane, proposed=False) if self.lane.proposed else self.lane
            return
        if not is_good_news:
            return
        target = self.lane.earned + 1
        sentence = explained(self.lane, self.trust, target, naming=self.naming)
        if not self.trust.ratified:
            self.promote(target, sentence)
        elif not self.lane.proposed:
            self.lane = replace(self.lane, proposed=True)
            self.tell(self.lane.earned, self.lane.earned, "proposed", sentence)

    def promote(self, target: int, sentence: str) -> None:
        """Go up to `target`, whose drift detector begins calm."""
        self.earn(target, "promote", sentence)
        self.calm(target)

    def count(self, label: Label, cell: Cell) -> None:
        """Count a label towards every target, and as one of this level if somebody answered."""
        lane, self.has_counted = self.lane, True
        self.lane = replace(
            lane,
            attempts=tuple(attempt.with_label(cell) for attempt in lane.attempts),
            last_label=lane.now if label.answered else lane.last_label,
            level_labels=lane.level_labels + label.answered,
        )

    def _restart(self, target: int, why: str) -> None:
        self.begin_attempt(target)
        attempt = self.lane.attempt(target)
        sentence = f"Attempt {attempt.number} at {LEVELS[target]} begins, for {why}; it may spend {attempt.alpha:.3%}."
        self.tell(self.lane.earned, self.lane.earned, "restart", sentence)
