"""How its lane treats an action that is posted: drawn once, when it arrives, and kept with it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal

from agents.conditions import Facts
from agents.limits import Usage
from agents.policy import Verdict, decide
from agents.sampling import Proposed, Review, always, review
from agents.standing import Standing, smallest_chances, standing
from agents.terms import ActionType
from agents.trust import SUPERVISED, Trust, trust_of
from approvals.ground import Ground
from approvals.routing import choose
from core import ids, vault


def judge(
    ground: Ground,
    kind: ActionType,
    facts: Facts,
    usage: Usage,
    *,
    identifier: uuid.UUID,
    oddity: str,
    is_question: bool,
) -> tuple[Verdict, Review | None]:
    """Return the verdict on an action that is posted, and how its lane treats it where that has a say.

    `oddity` is what is unusual about it, or "". What people are asked about for another reason than the lane's was sure
    to be looked at, and its review says so.
    """
    drawn = None if is_question else treat(ground, kind, facts, identifier=identifier, oddity=oddity)
    verdict = _verdict(ground, kind, facts, usage, drawn)
    if drawn is None or verdict.by not in ("ratchet", "route"):
        return verdict, None
    is_unsure = verdict.strict or (verdict.by == "route" and not drawn.waits)
    if drawn.probability < 1.0 and (why := "policy is unsure" if is_unsure else _why_asked(ground, facts)):
        asked = ask_anyway(ground, kind, facts, why)  # whatever was drawn: it was sure to be looked at
        return _verdict(ground, kind, facts, usage, asked), asked
    return verdict, drawn


def treat(ground: Ground, kind: ActionType, facts: Facts, *, identifier: uuid.UUID, oddity: str) -> Review:
    """Return how the lane treats an action, by the draw for its id."""
    trust = trust_of(kind, facts.risk)
    lane = standing(ground.lanes, kind.type, facts.risk, facts.confidence, trust.selective)
    if lane is None or not kind.known:
        return _in_lanes(always(trust, level=SUPERVISED, why="supervised"), ground, kind, facts, trust, lane)
    if _is_untold(facts, trust):
        return ask_anyway(ground, kind, facts, "its amount cannot be held against the hard limit")
    proposed = Proposed(
        id=ids.public("act", identifier),
        amount=facts.amount.value if facts.amount else Decimal(0),
        confidence=1.0 if facts.confidence is None else facts.confidence,
        irreversible=not kind.reversible,
        flags=_flags(kind, facts, trust, oddity),
    )
    secret, level = vault.derived(f"sampling {ground.org.pk}"), lane.level_at(ground.now, trust)
    treated = review(proposed, trust, secret, level=level, tightened=lane.tightened)
    return _in_lanes(treated, ground, kind, facts, trust, lane)


def ask_anyway(ground: Ground, kind: ActionType, facts: Facts, why: str) -> Review:
    """Return the review of an action that people are asked about whatever its lane says; `why` in a few words."""
    trust = trust_of(kind, facts.risk)
    lane = standing(ground.lanes, kind.type, facts.risk, facts.confidence, trust.selective)
    level = lane.level_at(ground.now, trust) if lane is not None and kind.known else SUPERVISED
    asked = always(trust, level=level, why=why, tightened=lane is not None and lane.tightened)
    return _in_lanes(asked, ground, kind, facts, trust, lane)


def _in_lanes(
    drawn: Review, ground: Ground, kind: ActionType, facts: Facts, trust: Trust, lane: Standing | None
) -> Review:
    """Return the review with what its label counts in each lane, where confident actions have lanes of their own."""
    if not trust.selective or not kind.known:
        return drawn
    smallest = smallest_chances(ground.lanes, kind.type, facts.risk, facts.confidence, trust, ground.now)
    weights = {floor: min(1.0, chance / drawn.probability) for floor, chance in smallest.items()}
    return replace(drawn, floor=lane.floor if lane is not None else 0.0, weights=weights)


def _verdict(ground: Ground, kind: ActionType, facts: Facts, usage: Usage, drawn: Review | None) -> Verdict:
    return decide(
        facts,
        agent=ground.terms,
        type=kind,
        rules=ground.policy.rules,
        usage=usage,
        paused=ground.paused,
        review=drawn,
        frozen=ground.is_frozen(kind.type, facts.risk),
    )


def _why_asked(ground: Ground, facts: Facts) -> str:
    """Return why the route asks people whatever the level, in a few words; "" if it does not."""
    chosen = choose(ground.policy.routes, facts)
    if chosen.strict:
        return "unsure which route it takes"
    return f"the route “{chosen.route.name}” always asks" if chosen.route.always_ask else ""


def _is_untold(facts: Facts, trust: Trust) -> bool:
    """Whether nobody can tell that the amount is not above the hard limit: there is none, or in another currency."""
    return trust.hard_amount is not None and (facts.amount is None or facts.amount.currency != trust.currency)


def _flags(kind: ActionType, facts: Facts, trust: Trust, oddity: str) -> tuple[str, ...]:
    """Return what makes an action one to look at more closely."""
    flags = ["unusual"] if oddity else []
    if kind.amount is not None and facts.amount is None:
        flags.append("no amount")
    if facts.amount is not None and trust.currency and facts.amount.currency != trust.currency:
        flags.append("another currency")  # the limits are in one, and nobody converts
    if trust.min_confidence and facts.confidence is None:
        flags.append("no confidence stated")
    return tuple(flags)
