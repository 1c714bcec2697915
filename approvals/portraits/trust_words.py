"""Trust in words: what a level means, what is missing to the next one, what a move was, what somebody may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from agents.accuracy import EASE_ALPHA, clean_needed
from agents.lane import Lane, cells_as_json
from agents.promotion import proven
from agents.terms import LEVELS, ActionType
from agents.trust import SUPERVISED, TARGETS, LevelTerms, Trust
from approvals.faces.times import many
from approvals.faces.trust import ActsFace, CheckFace, NextFace, RungFace
from approvals.faces.trust_chart import ReliabilityFace
from approvals.portraits.trust_read import band_of
from approvals.ratchet.levels import Rights, force

METER = 200.0
SPANS = ((1, "a day"), (3, "3 days"), (7, "a week"), (14, "2 weeks"), (30, "30 days"))
BRAKES = frozenset({"tighten", "eased", "restart", "proposed"})  # moves that leave the level as it was
BY_PEOPLE = frozenset({"override", "override-ended", "freeze", "unfreeze", "lowered"})
MOVES: Mapping[str, str] = {
    "promote": "Raised",
    "proposed": "Ready to rise",
    "tighten": "Everything waits",
    "eased": "Back to samples",
    "drift": "Lowered, more errors",
    "severe": "Lowered, severe error",
    "unproven": "Lowered, got worse",
    "withdrawn": "Lowered, corrected",
    "stale": "Lowered, nothing reviewed",
    "lowered": "Lowered by hand",
    "version": "New version",
    "override": "Set by hand",
    "override-expired": "Set by hand, over",
    "override-stopped": "Set by hand, stopped",
    "override-ended": "Set by hand, ended",
    "freeze": "Frozen",
    "unfreeze": "Let go on",
}


def percent(share: float) -> str:
    """Return a share with one decimal, the digits that matter of an accuracy: 0.98 is "98.0%"."""
    return f"{share * 100:.1f}%"


def share_words(share: float) -> str:
    """Return how many of some are taken: 0.1 is "1 in 10", 0.3 "3 in 10", 0.07 "7%", 1 "every"."""
    if share >= 1.0:
        return "every"
    for one, of in ((1, round(1 / share)), (round(share * 10), 10)):
        if one and abs(one / of - share) < 1e-6:
            return f"{one} in {of}"
    return f"{share * 100:g}%"


def rungs(lane: Lane, trust: Trust, since: str) -> tuple[RungFace, ...]:
    """Return the ladder; `since` is the day on which the level of today began."""
    here = lane.level(trust)
    found = []
    for number, level in enumerate(LEVELS):
        state = "past" if number < here else "cur" if number == here else "next" if number == here + 1 else ""
        words = rung_words(number, trust)
        badge = f"Now, since {since}" if number == here else ""
        found.append(RungFace(number + 1, level, words, state, badge))
    return tuple(found)


def rung_words(level: int, trust: Trust) -> str:
    """Return what happens to requests at a level."""
    if level == SUPERVISED:
        return "Every request waits for a person."
    if level > trust.ceiling:
        return f"Policy stops at {LEVELS[trust.ceiling]} here."
    terms = trust.at(level)
    clear, flagged = share_words(terms.sample), share_words(terms.sample_flagged)
    if terms.holds:
        both = (
            "Every request waits"
            if clear == flagged == "every"
            else f"{_of_clear(clear)} and {_of_flagged(flagged)} wait"
        )
        return f"{both} for a person. The rest goes through."
    after = "all are" if clear == "every" else f"{clear} {_verb(clear, 'is', 'are')}"
    return f"Clear requests go through; {after} looked at afterwards. {_flagged_waits(flagged)}"


def _verb(words: str, one: str, more: str) -> str:
    return one if words.startswith("1 in ") else more


def _of_clear(words: str) -> str:
    return "All clear requests" if words == "every" else f"{words} clear requests"


def _of_flagged(words: str) -> str:
    return "every flagged one" if words == "every" else f"{words} flagged ones"


def _flagged_waits(words: str) -> str:
    return "Flagged ones wait." if words == "every" else f"Of flagged ones {words} {_verb(words, 'waits', 'wait')}."


def next_level(lane: Lane, trust: Trust, named: Callable[[float], str]) -> NextFace:
    """Return what stands between the lane and its next level; all hold if and only if it may rise.

    `lane` is as it stands today, `named` says how a moment is called.
    """
    target = lane.earned + 1
    if target > min(trust.ceiling, TARGETS[-1]):
        top = "It is as high as there is." if lane.earned == TARGETS[-1] else _why_ceiling(trust)
        return NextFace("", said=top)
    terms = trust.at(target)
    checks = [
        _accuracy(lane, trust, target, named),
        _count(lane, terms, named),
        _days(lane, terms, named),
        _quiet(lane, named),
        _eased(lane, trust),
    ]
    if lane.frozen is not None:
        checks.append(CheckFace(False, "Not frozen", f"Frozen: {lane.frozen}"))
    return NextFace(LEVELS[target], tuple(checks), _ending(trust))


def _why_ceiling(trust: Trust) -> str:
    return (
        f"Policy lets this go to {LEVELS[trust.ceiling]} at most: by its risk, because it cannot be undone, or by its "
        "`ceiling` in the configuration."
    )


def _ending(trust: Trust) -> str:
    if trust.ratified:
        return "When all of these hold, somebody has to agree."
    return "When all of these hold, it rises by itself."


def _accuracy(lane: Lane, trust: Trust, target: int, named: Callable[[float], str]) -> CheckFace:
    terms, attempt = trust.at(target), lane.attempt(target)
    needed, found = 1.0 - terms.tolerance, band_of(cells_as_json(attempt.cells), attempt.alpha)
    holds = proven(attempt, terms.tolerance)
    title = f"Whole band above {percent(needed)}"
    if not found.reviewed:
        more = clean_needed(attempt.cells, terms.tolerance, attempt.alpha, trust.assumed_catch)
        return CheckFace(False, title, _about(more) or "Nothing reviewed yet", 0.0)
    low = f"Low end is {percent(found.low)}, {found.reviewed:,} reviewed since {named(attempt.start)}"
    if holds:
        return CheckFace(True, title, low)
    more = clean_needed(attempt.cells, terms.tolerance, attempt.alpha, trust.assumed_catch)
    total = sum(attempt.cells.values())
    meter = METER * total / (total + more) if more else 0.0
    return CheckFace(False, title, f"{low}. {_about(more) or 'Too close to its limit to say when'}", round(meter, 1))


def _about(more: int | None) -> str:
    return "" if more is None else f"About {many(more, 'more clean review')}"


def _count(lane: Lane, terms: LevelTerms, named: Callable[[float], str]) -> CheckFace:
    done, needed = lane.level_labels, terms.min_labels
    remark = f"{done:,} since {named(lane.level_since)}"
    if done >= needed:
        return CheckFace(True, f"{many(needed, 'review')} at this level", remark)
    return CheckFace(False, f"{many(needed, 'review')} at this level", f"{done:,} of {needed:,}", METER * done / needed)


def _days(lane: Lane, terms: LevelTerms, named: Callable[[float], str]) -> CheckFace:
    spent, needed = lane.now - lane.level_since, terms.min_days
    title = f"{needed:g} {'day' if needed == 1 else 'days'} at this level"
    if spent >= needed:
        return CheckFace(True, title, f"Since {named(lane.level_since)}")
    return CheckFace(False, title, f"On {named(lane.level_since + needed)}", round(METER * spent / needed, 1))


def _quiet(lane: Lane, named: Callable[[float], str]) -> CheckFace:
    title = "Time since it was last lowered"
    if lane.now >= lane.no_promotion_before:
        return CheckFace(True, title, "Enough" if lane.period.demotions else "Not lowered of late")
    return CheckFace(False, title, f"Nothing rises before {named(lane.no_promotion_before)}")


def _eased(lane: Lane, trust: Trust) -> CheckFace:
    title = "No error that is still being looked into"
    if lane.tightened is None:
        return CheckFace(True, title, "Samples as usual")
    more = clean_needed(lane.tightened.cells, lane.tightened.gross, EASE_ALPHA, trust.assumed_catch)
    about = f" {_about(more)}." if more is not None else ""
    rate = f"fewer than {percent(lane.tightened.gross)} are shown to be wrong"
    return CheckFace(False, title, f"Everything waits for people until {rate}.{about}")


def acts(lane: Lane, trust: Trust, rights: Rights, *, known: bool) -> ActsFace:
    """Return what somebody may do with a lane as it stands today."""
    stands, frozen = force(lane, trust), lane.frozen is not None
    top = trust.ceiling if known else stands
    may_rise = rights.may_raise and not frozen
    return ActsFace(
        raise_to=LEVELS[lane.earned + 1] if may_rise and lane.proposed else "",
        by_hand=LEVELS[stands + 1 : top + 1] if may_rise else (),
        lower_to=tuple(reversed(LEVELS[:stands])) if rights.may_lower else (),
        may_freeze=rights.may_lower and not frozen,
        may_unfreeze=rights.may_raise and frozen,
        why_not=_why_not(rights, frozen=frozen),
        spans=SPANS,
    )


def _why_not(rights: Rights, *, frozen: bool) -> str:
    if rights.is_owner:
        return "This agent is yours: whoever owns an agent never gives it more freedom. Another admin can."
    if not rights.is_admin:
        return "An admin who does not own the agent can raise it."
    return "It is frozen. Let it go on first." if frozen else ""


def evidence_words(evidence: Mapping[str, Any]) -> str:
    """Return what was known when a move was made: "216 reviewed, at least 95.4% right, 95.0% needed for monitored"."""
    reviewed = int(evidence.get("reviewed", 0))
    if not reviewed:
        return "The evidence begins anew."
    wrong = int(evidence.get("wrong", 0))
    return (
        f"{reviewed:,} reviewed, {wrong:,} wrong; at least {percent(float(evidence['accuracy']))} right, "
        f"{percent(float(evidence['required']))} needed for {evidence['target']}"
    )


def title_of(kind: ActionType, floor: float) -> str:
    """Return what a lane is called: its type, and how sure the agent has to be where that makes it a lane."""
    return f"{kind.type}, at least {floor:.0%} sure" if floor else kind.type


def is_people(code: str, sentence: str) -> bool:
    """Whether a person made a move, and not the evidence."""
    return code in BY_PEOPLE or (code == "promote" and "; ratified by " in sentence)


def too_early(count: int, of: int) -> ReliabilityFace:
    """Return the drawing of a confidence that was stated too seldom."""
    return ReliabilityFace((), "", "", "", too_early=f"Too early to say, {count:,} of {of}.")


def until_of(now: datetime, span: str) -> datetime | None:
    """Return when an override of that many days ends; None for "" and for what no form of ours sends."""
    known = {str(number) for number, _ in SPANS}
    return now + timedelta(days=int(span)) if span in known else None
