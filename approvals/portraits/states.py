"""Every state that is not plain waiting, as notes: what happened, whether anything was recorded, what now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.electorate import able
from approvals.faces import notes
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.times import left
from approvals.flow.refusals import NotAsked, SeatTaken
from approvals.models import Decision
from approvals.portraits import happened
from approvals.portraits.chain import of_whom
from approvals.portraits.names import called, some_of
from approvals.portraits.sight import Sight

BY_POLICY = frozenset({"ratchet", "rule", "limit", "paused"})


def states(sight: Sight, onward: str = "") -> tuple[NoteFace, ...]:
    """Return the notes of an action as it is, most important first. `onward` is whom moving it on would ask."""
    return tuple(_waiting(sight, onward) if sight.is_pending else _over(sight))


def deciders(sight: Sight) -> str:
    """Return who can decide it, as a sentence: "Luis Ortega or Priya Raman can."."""
    fit = set(able([one.person.email for one in sight.asked_now], sight.story, sight.ground))
    names = [
        of_whom(sight, called(sight, one.person.name, one.person.email), one)
        for one in sight.asked_now
        if one.person.email.lower() in fit
    ]
    return f"{some_of(names, most=3)} can." if names else "Nobody who is asked can: an admin has been told."


def _waiting(sight: Sight, onward: str) -> list[NoteFace]:
    action, found = sight.action, []
    if action.held_at is not None:
        found.append(notes.held(_held(action.held_reason)))
    if sight.ground.paused:
        agent = sight.story.agent
        found.append(notes.paused(agent.name, agent.paused_reason if agent.paused_at else sight.ground.why_paused))
    if sight.own_vote is not None:
        have, needed = action.approvals, action.needed
        found.append(notes.voted(sight.own_vote.vote, have=have, needed=needed, actions=_remind(sight)))
    elif sight.refusal is not None:
        found.append(_not_theirs(sight, onward))
    if extended := happened.extension(sight):
        found.append(NoteFace("More time.", extended, icon="clock", live=""))
    found += _questions(sight)
    return found


def _held(reason: str) -> str:
    """Return the reason of a hold as a sentence, without the code it begins with."""
    said = reason.partition(": ")[2] or reason
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _not_theirs(sight: Sight, onward: str) -> NoteFace:
    refusal, actions = sight.refusal, (*_remind(sight), *_escalate(sight, onward))
    if refusal is None or isinstance(refusal, NotAsked):
        return notes.not_yours(deciders(sight), actions)
    if isinstance(refusal, SeatTaken):
        return NoteFace(f"{refusal.title}.", refusal.detail, icon="lock", live="", actions=actions)
    return notes.barred(refusal.code, actions)


def _escalate(sight: Sight, onward: str) -> tuple[NoteAction, ...]:
    """Return the button of an admin who may not decide it, but may move it on."""
    if not onward or not sight.viewer.has("admin"):
        return ()
    fields = (("epoch", str(sight.action.epoch)),)
    return (NoteAction(f"Escalate now to {onward}", f"{sight.url}/escalate", post=True, quiet=True, fields=fields),)


def _remind(sight: Sight) -> tuple[NoteAction, ...]:
    """Return the button that reminds the others who are asked and can decide, if there are any."""
    others = [one for one in sight.asked_now if one.person_id != sight.viewer.person_id]
    awake = [one.person for one in others if one.snoozed_until is None or one.snoozed_until <= sight.now]
    fit = set(able([person.email for person in awake], sight.story, sight.ground))
    names = sorted({person.name for person in awake if person.email.lower() in fit})
    label = f"Remind {some_of(names, word='and')}"
    return (NoteAction(label, f"{sight.url}/remind", post=True),) if names else ()


def _questions(sight: Sight) -> list[NoteFace]:
    asked = sight.story.open_question
    if asked is not None:
        name = called(sight, asked.person.name, asked.person.email)
        return [notes.asked_agent(name, asked.asked_at, sight.now, text=asked.text)]
    answered = [one for one in sight.story.questions if one.replied_at is not None]
    return [notes.answered(answered[-1].text, answered[-1].reply)] if answered else []


def _over(sight: Sight) -> list[NoteFace]:
    action, now, zone = sight.action, sight.now, sight.zone
    found = []
    if action.execution:
        at = action.execution_at or now
        found.append(notes.execution(action.execution, at, now, zone, detail=action.execution_detail))
    found += _undelivered(sight)
    found.append(ended(sight))
    if action.status == "approved" and not action.execution and action.execute_by is not None:
        found.append(_ready(sight))
    return found


def ended(sight: Sight) -> NoteFace:
    """Return how an action that is closed ended."""
    action, decision, now, zone = sight.action, sight.story.decision, sight.now, sight.zone
    closed_at = action.closed_at or now
    if action.status == "expired":
        return notes.expired(closed_at, now, zone, who=_asked_in_vain(sight))
    if action.status == "superseded":
        return notes.superseded("")
    if decision is None:
        return notes.withdrawn(closed_at, now, zone)
    if decision.by in BY_POLICY:
        return notes.by_policy(decision.outcome, decision.comment)
    return notes.decided(
        decision.outcome,
        who_decided(sight, decision),
        decision.decided_at,
        now,
        zone,
        edited=decision.edited,
        comment=decision.comment or decision.answer,
    )


def who_decided(sight: Sight, decision: Decision) -> str:
    """Return who brought it to its end: "You and Jonas Berg", or "the deadline"."""
    wanted = "reject" if decision.outcome == "rejected" else "approve"
    people = [person for person in decision.people if person.get("vote") == wanted]
    names = [_decider(sight, person) for person in people]
    return some_of(names, word="and", most=3) or "the deadline"


def _decider(sight: Sight, person: Mapping[str, Any]) -> str:
    """Return somebody who decided, with whom they decided for: "Jonas Berg on behalf of Priya Raman"."""
    name = called(sight, str(person.get("name", "")), str(person.get("email", "")))
    name = "you" if name == "You" else name
    owner = str(person.get("on_behalf_of") or "")
    if not owner:
        return name
    known = sight.ground.people.get(owner.lower())
    whose = called(sight, known.name if known else owner, owner)
    return f"{name} on behalf of {'you' if whose == 'You' else whose}"


def _asked_in_vain(sight: Sight) -> str:
    people = {asked.person_id: asked.person for asked in sight.story.asked}
    names = [called(sight, person.name, person.email) for person in people.values()]
    return some_of(sorted(names, key=lambda name: name != "You"), word="and", most=4) or "Nobody"


def _undelivered(sight: Sight) -> list[NoteFace]:
    parcel = sight.parcel
    if parcel is None:
        return []
    next_at = parcel.due_at if parcel.status == "waiting" else None
    said = parcel.last_error.strip().rstrip(".")
    return [notes.undelivered(f"{said}.", next_at=next_at, attempts=parcel.attempts, now=sight.now, zone=sight.zone)]


def _ready(sight: Sight) -> NoteFace:
    until = sight.action.execute_by
    rest = f"It has {left(until, sight.now)} left to do so." if until and until > sight.now else ""
    return NoteFace("The agent has not started yet.", rest, icon="clock", live="")
