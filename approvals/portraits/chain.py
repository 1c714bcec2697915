"""The chain line: who has decided, who holds it until when, who is next, how it ends if nobody decides."""

from __future__ import annotations

from approvals.electors import able
from approvals.faces.action import ChainStep
from approvals.faces.people import PersonFace
from approvals.faces.times import clock, left
from approvals.models import Vote
from approvals.portraits.names import called, face, some_of
from approvals.portraits.sight import Sight
from approvals.quorum import Plan
from approvals.routing import resolve
from approvals.terms import Target

VOTED = {"approve": "approved", "reject": "rejected", "abstain": "left it to others"}
ENDED = {
    "approved": ("Approved", "check"),
    "rejected": ("Rejected", "cross"),
    "expired": ("Expired", "clock"),
    "withdrawn": ("Taken back by the agent", "undo"),
    "superseded": ("Replaced", "again"),
}


def chain(sight: Sight) -> tuple[ChainStep, ...]:
    """Return the steps, in order of time."""
    done = tuple(_done(sight, vote) for vote in sight.standing)
    if not sight.is_pending:
        return (*done, _ended(sight))
    return (*done, _now(sight), *_next(sight), *_end(sight))


def head(sight: Sight) -> str:
    """Return the whole chain in a few words: "Your turn, 26 min left"; "" for what has ended."""
    if not sight.is_pending:
        return ""
    action = sight.action
    if action.held_at is not None:
        return "Held: it waits without a clock"
    if action.paused_at is not None:
        return "Waiting for the agent’s answer"
    turn = "Your turn" if sight.is_asked and sight.refusal is None else f"With {_holders(sight)}"
    return f"{turn}, {left(action.decide_by, sight.now)} left" if action.decide_by else turn


def rest(sight: Sight) -> str:
    """Return who came before and how it ends: "1 of 2 have approved. Rejected at 17:00 if nobody decides."."""
    action = sight.action
    said = []
    if action.needed > 1:
        said.append(f"{action.approvals} of {action.needed} have approved.")
    if action.lapse_at is not None and action.paused_at is None and action.decide_by is not None:
        how = "Held" if _finally(sight) == "hold" else "Rejected"
        said.append(f"{how} at {clock(action.decide_by, sight.now, sight.zone)} if nobody decides.")
    return " ".join(said)


def _done(sight: Sight, vote: Vote) -> ChainStep:
    name, email = vote.person.name, vote.person.email
    return ChainStep(
        called(sight, name, email),
        "done",
        person=face(sight, name, email),
        before=VOTED[vote.vote],
        at=vote.cast_at,
    )


def _now(sight: Sight) -> ChainStep:
    action = sight.action
    if action.held_at is not None:
        return ChainStep("Held", "now", icon="pause", after="nobody who may decide can be reached")
    if action.paused_at is not None:
        return ChainStep(sight.story.agent.name, "now", icon="ask", after="owes an answer; the clock stands still")
    person = _one_person(sight)
    return ChainStep(_holders(sight), "now", person=person, at=action.decide_by, left=True, after=_count(sight))


def _count(sight: Sight) -> str:
    action = sight.action
    return f", {action.approvals} of {action.needed} have approved" if action.needed > 1 else ""


def _one_person(sight: Sight) -> PersonFace | None:
    asked = sight.asked_now
    if sight.is_asked:
        return face(sight, sight.viewer.name, sight.viewer.email)
    return face(sight, asked[0].person.name, asked[0].person.email) if len(asked) == 1 else None


def _holders(sight: Sight) -> str:
    """Return who is asked now, the reader first."""
    asked = sorted(sight.asked_now, key=lambda one: one.person_id != sight.viewer.person_id)
    names = [called(sight, one.person.name, one.person.email) for one in asked]
    return some_of(names) or "Nobody"


def _next(sight: Sight) -> tuple[ChainStep, ...]:
    plan = sight.action.plan or {}
    if not plan or plan.get("fallback_used"):
        return ()
    target = Plan.from_json(plan).fallback
    if target is None:
        return ()
    asked = {one.person.email.lower() for one in sight.asked_now}
    if not set(able(resolve(target, sight.ground.directory), sight.story, sight.ground)) - asked:
        return ()  # whoever would step in is asked already, or may not decide this
    name, person = _told(sight, target)
    return (ChainStep(name, "next", person=person, after="if the others cannot"),)


def _told(sight: Sight, target: Target) -> tuple[str, PersonFace | None]:
    directory = sight.ground.directory
    if target.kind == "team":
        team = directory.teams.get(target.name)
        return (team.name if team else target.name), None
    if target.kind == "role":
        return f"Every {target.name}", None
    person = directory.people.get(target.name.lower())
    if person is None:
        return target.name, None
    return called(sight, person.name, person.email), face(sight, person.name, person.email)


def _end(sight: Sight) -> tuple[ChainStep, ...]:
    action = sight.action
    if action.held_at is not None or action.lapse_at is None:
        return ()
    name, icon = ("Held", "pause") if _finally(sight) == "hold" else ("Rejected", "cross")
    if action.paused_at is not None or action.decide_by is None:
        return (ChainStep(name, "end", icon=icon, after="if nobody decides"),)
    return (ChainStep(name, "end", icon=icon, before="at", at=action.decide_by, after=", if nobody decides"),)


def _ended(sight: Sight) -> ChainStep:
    name, icon = ENDED[sight.action.status]
    decision = sight.story.decision
    if decision is not None and decision.outcome == "answered":
        name = "Answered"
    elif decision is not None and decision.edited:
        name = "Approved with changes"
    return ChainStep(name, "end", icon=icon, before="at", at=sight.action.closed_at)


def _finally(sight: Sight) -> str:
    return str((sight.action.plan or {}).get("chain", {}).get("finally", "reject"))
