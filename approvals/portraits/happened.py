"""What the chain did to an action so far, from history: reminders, warnings, stages, time that was given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from approvals.faces.action import MomentFace
from approvals.faces.times import clock, length
from approvals.portraits.names import called, some_of
from approvals.portraits.sight import Sight
from audit.queries import Told

Facts = Mapping[str, Any]


def moments(sight: Sight) -> list[MomentFace]:
    """Return the moments of the chain; who was asked by it stands among those who were asked."""
    found = (_SAYS[one.kind](sight, one) for one in sight.entries if one.kind in _SAYS)
    return [one for one in found if one is not None]


def _step(sight: Sight, one: Told) -> MomentFace | None:
    facts: Facts = one.facts
    people = _names(sight, facts.get("people", ()))
    match facts.get("do"):
        case "remind":
            return MomentFace(f"Reminded {people}" if people else "Nobody to remind", _at(one))
        case "warn":
            text = f"Warned {people} that the time runs out" if people else "Nobody to warn"
            return MomentFace(text, _at(one))
        case "webhook":
            return MomentFace("Called a webhook", _at(one))
        case "replace":
            return MomentFace("Whoever had not voted was replaced", _at(one))
    if not people:
        return MomentFace("Nobody new to ask", _at(one), f"Step {facts.get('step', '')}")
    return None


def _extended(sight: Sight, one: Told) -> MomentFace:
    by = length(timedelta(seconds=float(one.facts.get("seconds", 0))))
    return MomentFace(f"{by} more time", _at(one), "Nobody could be asked during an outage", "now")


def _stage(sight: Sight, one: Told) -> MomentFace:
    return MomentFace(f"Step {one.facts.get('stage')} of {one.facts.get('of')} began", _at(one), tone="now")


def _escalated(sight: Sight, one: Told) -> MomentFace:
    who = one.actor.removeprefix("person:")
    return MomentFace(f"{_name(sight, who)} moved it on", _at(one))


def _reminded(sight: Sight, one: Told) -> MomentFace:
    who = _name(sight, one.actor.removeprefix("person:"))
    return MomentFace(f"{who} reminded {_names(sight, one.facts.get('people', ()))}", _at(one))


def _reapplied(sight: Sight, one: Told) -> MomentFace:
    who = _name(sight, one.actor.removeprefix("person:"))
    said = f"{who} put it on the road of today"
    return MomentFace(said, _at(one), f"Configuration version {one.facts.get('config_version', '')}", "now")


def _at(one: Told) -> datetime:
    return datetime.fromisoformat(one.at)


def _names(sight: Sight, emails: Any) -> str:
    names = sorted(_name(sight, str(email)) for email in emails) if isinstance(emails, list | tuple) else []
    return some_of(["you" if name == "You" else name for name in names], word="and", most=3)


def _name(sight: Sight, email: str) -> str:
    known = sight.ground.people.get(email.lower())
    return called(sight, known.name if known else email, email)


def extension(sight: Sight) -> str:
    """Return that an outage gave time back, as a sentence; "" if none did."""
    seconds = (sight.action.plan or {}).get("chain", {}).get("extended")
    if not seconds or not sight.is_pending or sight.action.decide_by is None:
        return ""
    until = clock(sight.action.decide_by, sight.now, sight.zone)
    by = length(timedelta(seconds=float(seconds)))
    return f"Nobody could be asked during an outage, so it got {by} more, once. It now ends at {until}."


_SAYS: dict[str, Callable[[Sight, Told], MomentFace | None]] = {
    "action.step_run": _step,
    "action.extended": _extended,
    "action.stage_opened": _stage,
    "action.escalated": _escalated,
    "action.reminded": _reminded,
    "action.reapplied": _reapplied,
}
