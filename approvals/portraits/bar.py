"""The decision bar: what this reader may press now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from approvals.electorate import able
from approvals.electors import was_asked
from approvals.faces.arguments import fields
from approvals.faces.decide import (
    ChoiceFace,
    DecideFace,
    FieldFace,
    OptionFace,
    confirm_text,
    friction,
    spoken_amount,
    why,
)
from approvals.faces.times import clock, zone_of
from approvals.portraits.names import some_of
from approvals.portraits.sight import Sight
from approvals.present import amount_json

UNDOABLE = frozenset({"low", "medium"})
MOST_NAMES = 100
MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a refused form had in it, to be shown again: sentences, the comment, and fields with their own errors."""

    errors: tuple[str, ...] = ()
    comment: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


NOTHING_TYPED = Typed()


def confirm_of(sight: Sight) -> str:
    """Return the text that approving asks to type; "" below high risk."""
    amount = amount_json(sight.action)
    return confirm_text(sight.action.risk, str(amount["value"]) if amount else "", sight.public_id)


def amount_of(sight: Sight) -> str:
    """Return the amount as buttons say it: "€1,840.00", or ""."""
    amount = amount_json(sight.action)
    return spoken_amount(str(amount["value"]), str(amount["currency"])) if amount else ""


def bar(
    sight: Sight, *, next_url: str = "", locked: str = "", typed: Typed = NOTHING_TYPED, onward: str = ""
) -> DecideFace | None:
    """Return what may be pressed, or None where there is nothing. `onward` is whom moving it on would ask."""
    if sight.is_pending and sight.refusal is None:
        return _deciding(sight, next_url, locked, typed, onward)
    if may_revoke(sight):
        return DecideFace(
            url=sight.url,
            digest=sight.action.digest,
            risk=sight.action.risk,
            may_revoke=True,
            may_ask=False,
            errors=typed.errors,
        )
    return None


def may_revoke(sight: Sight) -> bool:
    """Whether the reader can take an approval back that the agent has not used."""
    if sight.action.status != "approved" or sight.action.execution:
        return False
    owns = sight.ground.terms.owner == sight.viewer.email.lower()
    return sight.viewer.has("admin") or owns or was_asked(sight.story, sight.viewer.email)


def _deciding(sight: Sight, next_url: str, locked: str, typed: Typed, onward: str) -> DecideFace:
    action, offer = sight.action, sight.action.offer
    question = action.kind == "question"
    choices = tuple(
        ChoiceFace(str(one["name"]), str(one.get("title") or one["name"])) for one in offer.get("choices", ())
    )
    options = tuple(
        OptionFace(str(one["name"]), str(one.get("title") or one["name"]), str(one.get("prompt") or ""))
        for one in offer.get("reject_options", ())
    )
    amount = amount_json(action)
    behalf_said, behalf_until = _behalf_said(sight)
    return DecideFace(
        url=sight.url,
        digest=action.digest,
        risk=action.risk,
        why=why(action.risk, reversible=sight.kind.reversible),
        friction=friction(action.risk),
        confirm=confirm_of(sight),
        confirm_of="the amount" if amount else "the last four characters of its number",
        amount="" if question else amount_of(sight),
        question=question,
        choices=choices,
        free_text=question and not choices,
        reject_options=options,
        fields=() if question else _fields(sight, typed),
        may_ask=sight.story.open_question is None,
        may_abstain=len(sight.asked_now) > 1 and sight.is_asked,
        hand_off_to=_others(sight),
        snooze=_snooze(sight) if sight.is_asked else (),
        locked=locked,
        errors=typed.errors,
        comment=typed.comment,
        next_url=next_url,
        undo_seconds=sight.viewer.undo_seconds if action.risk in UNDOABLE else 0,
        second=_second(sight),
        epoch=action.epoch if onward else None,
        onward=onward,
        behalf=_behalf(sight) if len(sight.owners) > 1 or _lent(sight) else (),
        behalf_said=behalf_said,
        behalf_until=behalf_until,
    )


def _lent(sight: Sight) -> bool:
    """Whether the seat the reader would fill is somebody else's."""
    return sight.place is not None and sight.place.stand_in is not None


def _behalf(sight: Sight) -> tuple[tuple[str, str], ...]:
    """Return the seats there are to choose from, as the form sends and shows them."""
    people = sight.ground.people
    return tuple(
        (email, "Yourself" if email == sight.viewer.email.lower() else people[email].name)
        for email in sight.owners
        if email in people
    )


def _behalf_said(sight: Sight) -> tuple[str, str]:
    """Return in whose name the reader decides, and until when they may; "" twice for themselves."""
    place = sight.place
    if place is None or place.stand_in is None or place.owner not in sight.ground.people:
        return "", ""
    directory = sight.ground.directory
    lent = {one.id: one for one in directory.delegations}
    ends = [lent[one].period.until for one in place.stand_in.delegations if one in lent]
    until = f"until {clock(min(ends), sight.now, sight.zone)}" if ends else ""
    over = [sight.ground.people[one].name for one in place.stand_in.path[1:-1] if one in sight.ground.people]
    by = f", by way of {some_of(over, word='and')}" if over else ""
    return f"You decide on behalf of {sight.ground.people[place.owner].name}{by}", until


def _fields(sight: Sight, typed: Typed) -> tuple[FieldFace, ...]:
    found = fields(sight.arguments, sight.kind.schema)
    return tuple(
        replace(one, value=typed.values.get(one.name, one.value), error=typed.faults.get(one.name, "")) for one in found
    )


def _second(sight: Sight) -> str:
    """Return where this reader stands among the approvals: "Jonas Berg approved, you are the second of 2."."""
    action = sight.action
    if action.needed < 2:
        return ""
    names = [
        vote.person.name
        for vote in sight.standing
        if vote.vote == "approve" and vote.person_id != sight.viewer.person_id
    ]
    if sight.own_vote is not None:
        return "Your vote counts already; another one replaces it."
    if not names:
        return f"{action.needed} people must approve; you would be the first."
    if len(names) + 1 == action.needed:
        return f"{some_of(names, word='and')} approved; yours would be the last of {action.needed}."
    return f"{some_of(names, word='and')} approved; {action.needed} are needed."


def _others(sight: Sight) -> tuple[tuple[str, str], ...]:
    """Return whom it can be handed to: those who may decide it and are not asked yet, by name."""
    there = {asked.person.email.lower() for asked in sight.asked_now} | {sight.viewer.email.lower()}
    fit = able([email for email in sight.ground.people if email not in there], sight.story, sight.ground)
    named = sorted((sight.ground.people[email].name, email) for email in fit if email in sight.ground.people)
    return tuple((email, name) for name, email in named[:MOST_NAMES])


def _snooze(sight: Sight) -> tuple[tuple[str, str], ...]:
    """Return the moments to snooze to that come before the deadline."""
    here = zone_of(sight.zone)
    morning = datetime.combine((sight.now.astimezone(here) + timedelta(days=1)).date(), MORNING, here)
    offered = (
        (sight.now + timedelta(minutes=30), "For 30 minutes"),
        (sight.now + timedelta(hours=2), "For 2 hours"),
        (morning, "Until tomorrow, 09:00"),
    )
    end = sight.action.lapse_at
    return tuple((at.isoformat(timespec="seconds"), label) for at, label in offered if end is None or at < end)
