"""The trust ratchet: how a lane earns autonomy on evidence and loses it at once.

A lane goes up one level at a time, when its labels reach 1/alpha against the level's tolerance
(agents.accuracy). Any error found tightens it: everything waits for people until the error rate is
shown not to be gross. It comes down by the drift detector, one severe error, a corrected label,
silence, a new version, or a person. Its state is the fold of its ledger: the same entries give the
same lane, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from agents.lane import Lane, Override, opened
from agents.ledger import (
    Correction,
    Entry,
    Follow,
    Freeze,
    Label,
    Lower,
    NewTerms,
    NewVersion,
    Ratify,
    SetOverride,
    Signal,
    Tick,
    Unfreeze,
)
from agents.moves import Move, Turn
from agents.promotion import Naming, blockers, day_number, explained, may_rise, proven
from agents.terms import LEVELS
from agents.transfer import transferred_bound
from agents.trust import SUPERVISED, TARGETS, Trust
from core.errors import Conflict, DomainError


class IncompleteOverride(DomainError):
    """An override lacks who set it, why, or an end in the future."""

    code, status, title = "incomplete_override", 422, "An override needs a name, a reason and an end"


class NotReady(Conflict):
    """There is no promotion to ratify."""

    code, title = "promotion_not_ready", "Nothing to ratify"


@dataclass(frozen=True, slots=True)
class Moved:
    """A lane after something happened, the moves it made, in order, and the terms it stands under now."""

    lane: Lane
    moves: tuple[Move, ...]
    trust: Trust


def step(lane: Lane, trust: Trust, entry: Entry, *, naming: Naming = day_number) -> Moved:
    """Return the lane after one entry of its ledger; `naming` says how sentences name a moment.

    Time only goes forward: an entry older than the lane takes place now. Raises IncompleteOverride and NotReady.
    """
    turn = Turn(lane, trust, naming)
    _pass_time(turn, entry.at)
    match entry.what:
        case Label() as label:
            _label(turn, label)
        case Correction() as correction:
            _correct(turn, correction)
        case Signal(reason):
            turn.tighten(reason)
        case NewVersion() as version:
            _new_version(turn, version)
        case SetOverride() as override:
            _override(turn, override)
        case Freeze(reason):
            turn.tell(turn.level, SUPERVISED, "freeze", f"Frozen: {reason}.")
            turn.lane = replace(turn.lane, frozen=reason, proposed=False)
        case Unfreeze(who):
            turn.tell(SUPERVISED, turn.lane.earned, "unfreeze", f"{who} lets it go on at {LEVELS[turn.lane.earned]}.")
            turn.lane = replace(turn.lane, frozen=None)
        case Ratify(who):
            _ratify(turn, who)
        case Lower() as lower:
            _lower(turn, lower)
        case NewTerms(terms):
            _new_terms(turn, terms)
        case Follow(level):
            turn.lane = replace(turn.lane, reach=level)
            turn.lane = replace(turn.lane, proposed=turn.lane.proposed and may_rise(turn.lane, turn.trust))
        case Tick():
            pass
    return Moved(turn.lane, tuple(turn.moves), turn.trust)


def fold(trust: Trust, entries: Iterable[Entry], *, now: float, naming: Naming = day_number) -> Moved:
    """Return the lane that was opened at `now` and went through `entries`, with all its moves."""
    lane = opened(trust, now=now)
    moves: list[Move] = []
    for entry in entries:
        moved = step(lane, trust, entry, naming=naming)
        lane, trust = moved.lane, moved.trust
        moves.extend(moved.moves)
    return Moved(lane, tuple(moves), trust)


def _pass_time(turn: Turn, now: float) -> None:
    """Move the lane's clock; end what has expired, and answer silence."""
    turn.lane = lane = replace(turn.lane, now=max(turn.lane.now, now))
    if lane.override and lane.now >= lane.override.until:
        sentence = f"The override of {lane.override.who} expired: back to {LEVELS[lane.earned]}."
        turn.tell(lane.override.level, lane.earned, "override-expired", sentence)
        turn.lane = lane = replace(lane, override=None)
    silent, stale = lane.now - lane.last_label, turn.trust.stale_days
    if lane.earned > SUPERVISED and silent >= 2 * stale:
        turn.lane = replace(lane, last_label=lane.now)
        sentence = f"Nothing was reviewed for {silent:.0f} days: down to {LEVELS[lane.earned - 1]}."
        turn.demote(lane.earned - 1, "stale", sentence, 0.0)
    elif lane.earned > SUPERVISED and silent >= stale:
        turn.tighten(f"Nothing was reviewed for {silent:.0f} days")
    turn.restart_old()


def _label(turn: Turn, label: Label) -> None:
    cell = label.cell(turn.trust.assumed_catch)
    running = max(turn.lane.earned, turn.level)
    turn.count(label, cell)
    if label.answered and _react(turn, label, running):
        return
    turn.restart_futile()
    turn.rise(is_good_news=label.loss <= 0.0)


def _react(turn: Turn, label: Label, running: int) -> bool:
    """Let the brakes see a label; return whether the lane went down, which ends its part in this label."""
    turn.feed(range(1, running + 1), weight=label.weight, loss=label.loss)
    if label.severe:
        turn.end_override(above=SUPERVISED)
        wait = turn.trust.severe_cooldown_days
        turn.demote(SUPERVISED, "severe", "One severe error: back to supervised.", wait)
        return True
    if turn.weigh_tightened(label.cell(turn.trust.assumed_catch)):
        return True
    if label.loss > 0:
        turn.tighten("An error was found")
    return turn.brake(running)


def _correct(turn: Turn, correction: Correction) -> None:
    """Move the count; if it got worse, let the brakes see it now and withdraw a level whose evidence is gone."""
    old, new, earned = correction.old, correction.new, turn.lane.earned
    turn.lane = replace(
        turn.lane,
        attempts=tuple(
            attempt.moved(old, new) if attempt.start <= correction.labelled_at else attempt
            for attempt in turn.lane.attempts
        ),
    )
    if new[2] <= old[2]:
        return
    turn.feed(range(1, earned + 1), weight=new[0], loss=new[2])
    turn.tighten("An approved action was reported wrong")
    if earned == SUPERVISED or turn.brake(earned):
        return
    if not proven(turn.lane.attempt(earned), turn.trust.at(earned).tolerance):
        sentence = f"With the corrected label the evidence no longer suffices: down to {LEVELS[earned - 1]}."
        turn.earn(earned - 1, "withdrawn", sentence)  # the attempt goes on: nothing was lost but the promotion


def _new_version(turn: Turn, version: NewVersion) -> None:
    """Start all evidence anew: a patch stays and is tightened, a minor goes one down, a major to supervised.

    One that did the same in the shadow of the old stays as it is, if what was proven and what differed leave it below
    the level's tolerance, at the alpha of the attempt that begins.
    """
    earned, was_tightened = turn.lane.earned, turn.lane.tightened is not None
    proven_before = turn.lane.attempt(earned).cells if earned else {}
    level = {"patch": earned, "minor": max(SUPERVISED, earned - 1), "major": SUPERVISED}[version.kind]
    for target in TARGETS:
        turn.begin_attempt(target)
        turn.calm(target)
    if earned and version.shadowed is not None and not was_tightened:
        bound = transferred_bound(proven_before, version.shadowed, turn.lane.attempt(earned).alpha)
        if bound <= turn.trust.at(earned).tolerance:
            did = f"beside the old one it did the same {version.shadowed.same:,} of {version.shadowed.total:,} times"
            stays = f"it is wrong at most {bound:.1%} of the time and stays at {LEVELS[earned]}"
            turn.end_override(above=earned)
            turn.earn(earned, "version", f"A {version.kind} version: {did}, so {stays}.")
            turn.lane = replace(turn.lane, proposed=False)
            return
    turn.end_override(above=level)
    turn.earn(level, "version", f"A {version.kind} version: evidence starts anew at {LEVELS[level]}.")
    turn.lane = replace(turn.lane, tightened=None, proposed=False)
    turn.tighten(f"A {version.kind} version")


def _override(turn: Turn, override: SetOverride) -> None:
    """Set the level by hand, at most to the ceiling; the brakes stay on."""
    if not (override.who and override.reason and override.until > turn.lane.now):
        raise IncompleteOverride("Say who sets the level, why, and until when, which is in the future.")
    level = min(override.level, turn.trust.ceiling)
    turn.tell(turn.level, level, "override", f"{override.who} sets {LEVELS[level]}: {override.reason}.")
    turn.lane = replace(turn.lane, override=Override(level, override.until, override.who, override.reason))


def _ratify(turn: Turn, who: str) -> None:
    if not turn.lane.proposed or not may_rise(turn.lane, turn.trust):
        waiting = "; ".join(blockers(turn.lane, turn.trust)) or "it has not been proposed"
        raise NotReady(f"There is no promotion to ratify: {waiting}.")
    target = turn.lane.earned + 1
    turn.promote(target, f"{explained(turn.lane, turn.trust, target, naming=turn.naming)}; ratified by {who}")


def _lower(turn: Turn, lower: Lower) -> None:
    """Take the lane down, and with it what was set by hand above."""
    if turn.lane.override is not None and turn.lane.override.level > lower.level:
        turn.tell(turn.level, turn.lane.earned, "override-ended", f"{lower.who} ends the override: {lower.reason}.")
        turn.lane = replace(turn.lane, override=None)
    if lower.level < turn.lane.earned:
        sentence = f"{lower.who} lowers it to {LEVELS[lower.level]}: {lower.reason}."
        turn.demote(lower.level, "lowered", sentence, 0.0)


def _new_terms(turn: Turn, terms: Trust) -> None:
    """Go on under other terms: what was counted towards a level that is now judged otherwise starts over.

    A level already earned stays, but everything is held until the stricter rate is shown where it became stricter.
    """
    before, turn.trust = turn.trust, terms
    earned = turn.lane.earned
    for target in TARGETS:
        old, new = before.at(target), terms.at(target)
        if (old.tolerance, old.alpha, old.run_length) != (new.tolerance, new.alpha, new.run_length):
            turn.begin_attempt(target)
            turn.calm(target)
            turn.lane = replace(turn.lane, proposed=turn.lane.proposed and target != earned + 1)
    if earned and terms.at(earned).tolerance < before.at(earned).tolerance:
        turn.tighten("The terms became stricter")
    if turn.lane.proposed and not may_rise(turn.lane, terms):
        turn.lane = replace(turn.lane, proposed=False)
