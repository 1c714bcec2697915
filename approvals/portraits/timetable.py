"""What is still to come of an action's chain: its steps with moments, and whom they would ask as of now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.coming import coming, named
from approvals.faces.action import ChainLine
from approvals.faces.people import PersonFace
from approvals.flow.chain.people import newcomers
from approvals.plans import ChainMoment, story_of_chain
from approvals.portraits.asks import words_of
from approvals.portraits.names import called, face
from approvals.portraits.sight import Sight
from approvals.terms import Target

ENDS = {"reject": ("Rejected", "cross"), "hold": ("Held", "pause"), "approve": ("Approved", "check")}


@dataclass(frozen=True, slots=True)
class People:
    """A step to come that asks somebody: in words, the person if it is one, when, and whether in others' place."""

    name: str
    person: PersonFace | None
    at: datetime | None
    replaces: bool


def people_to_come(sight: Sight) -> tuple[People, ...]:
    """Return the steps that would ask somebody new, or others in place of those who are asked; each target once."""
    if not sight.is_pending:
        return ()
    found: list[People] = []
    known: set[tuple[str, bool]] = set()
    for one, target, emails in coming(sight.story, sight.ground):
        name, person = _called(sight, target, emails)
        if (name, one.do == "replace") not in known:
            known.add((name, one.do == "replace"))
            found.append(People(name, person, one.due, one.do == "replace"))
    return tuple(found)


def moments(sight: Sight) -> list[ChainMoment]:
    """Return every step of the chain, the end apart."""
    return story_of_chain(sight.action.plan or {}, sight.action)


def lines(sight: Sight) -> tuple[ChainLine, ...]:
    """Return the whole chain as a list, its end last; () where it has no steps."""
    steps = moments(sight)
    if not steps:
        return ()
    told = [ChainLine(_step(sight, one), one.state, one.due, skipped=_is_empty(sight, one)) for one in steps]
    action = sight.action
    if sight.is_pending and action.held_at is None:
        at = action.decide_by if action.paused_at is None else None
        told.append(ChainLine(f"{ENDS[ending(sight)][0]}, if nobody has decided", "coming", at))
    return tuple(told)


def ending(sight: Sight) -> str:
    """Return how the chain ends if nobody decides: reject, hold, or approve where that is still allowed."""
    said = str((sight.action.plan or {}).get("chain", {}).get("finally", "reject"))
    if said == "approve" and not (sight.action.risk == "low" and sight.kind.reversible):
        return "reject"
    return said


def _called(sight: Sight, target: Target, emails: tuple[str, ...]) -> tuple[str, PersonFace | None]:
    """Return what a step is called, and the person if it is one."""
    people = [sight.ground.people[email] for email in emails if email in sight.ground.people]
    names = [called(sight, one.name, one.email) for one in people]
    person = face(sight, people[0].name, people[0].email) if len(people) == 1 else None
    return named(target, names, sight.ground), person


def _step(sight: Sight, one: ChainMoment) -> str:
    if one.to is not None:
        people = newcomers(sight.story, sight.ground, one.to) if one.state != "done" and sight.is_pending else ()
        name = words_of(one.to, sight.ground.directory)
        if people:
            name = _called(sight, one.to, tuple(who.email for who in people if not who.on_behalf_of))[0]
        verb = "are" if name == "You" else "is"
        instead = " in place of those who have not voted" if one.do == "replace" else " as well"
        return f"{name} {verb} asked{instead}"
    return {
        "remind": "Whoever has not voted is reminded",
        "warn": "Whoever has not voted is warned of the end",
        "webhook": "A webhook is called",
    }.get(one.do, one.do)


def _is_empty(sight: Sight, one: ChainMoment) -> bool:
    """Whether a step found nobody when it was run."""
    return one.key in (sight.action.plan or {}).get("chain", {}).get("empty", ())
