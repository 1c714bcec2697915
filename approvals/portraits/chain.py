"""The chain line: who has decided, who holds it until when, who is next, how it ends if nobody decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.electorate import able, counted
from approvals.faces.action import ChainStep
from approvals.faces.people import PersonFace
from approvals.faces.times import clock, left
from approvals.models import Asked, Vote
from approvals.portraits.asks import words_of
from approvals.portraits.names import called, face, some_of
from approvals.portraits.sight import Sight
from approvals.portraits.timetable import ENDS, People, ending
from approvals.quorum import Plan
from approvals.routing import resolve

VOTED = {"approve": "approved", "reject": "rejected", "abstain": "left it to others"}
MOST_TO_COME = 3
ENDED = {
    "approved": ("Approved", "check"),
    "rejected": ("Rejected", "cross"),
    "expired": ("Expired", "clock"),
    "withdrawn": ("Taken back by the agent", "undo"),
    "superseded": ("Replaced", "again"),
}


def chain(sight: Sight, coming: Sequence[People]) -> tuple[ChainStep, ...]:
    """Return the steps, in order of time; `coming` are those of its timetable that would ask somebody."""
    if not sight.is_pending:
        return (*(_done(sight, vote) for vote in sight.standing), _ended(sight))
    now = [vote for vote in sight.standing if vote.stage == sight.action.stage]
    done = (_done(sight, vote) for vote in now)
    return (*_closed(sight), *done, _now(sight, coming), *_stages(sight), *_next(sight, coming), *_end(sight))


def head(sight: Sight, coming: Sequence[People]) -> str:
    """Return the whole chain in a few words: "Your turn, 26 min left"; "" for what has ended."""
    if not sight.is_pending:
        return ""
    action = sight.action
    if action.held_at is not None:
        return "Held: it waits without a clock"
    if action.paused_at is not None:
        return "Waiting for the agent’s answer"
    turn = "Your turn" if sight.is_asked and sight.refusal is None else f"With {_holders(sight)}"
    until = _until(sight, coming)
    return f"{turn}, {left(until, sight.now)} left" if until else turn


def rest(sight: Sight, coming: Sequence[People]) -> str:
    """Return who came before and how it ends: "1 of 2 have approved. Rejected at 17:00 if nobody decides."."""
    action, said = sight.action, []
    stages = len(_plan(sight).stages) if action.plan else 1
    if stages > 1:
        said.append(f"Step {action.stage} of {stages}.")
    if action.needed > 1:
        said.append(f"{action.approvals} of {action.needed} have approved.")
    if action.paused_at is not None and action.lapse_at is not None:
        said.append(f"Goes on at {clock(action.lapse_at, sight.now, sight.zone)} at the latest.")
    elif action.lapse_at is not None and action.decide_by is not None:
        if coming and coming[0].at is not None:
            said.append(f"Then {coming[0].name} from {clock(coming[0].at, sight.now, sight.zone)}.")
        how = ENDS[ending(sight)][0]
        said.append(f"{how} at {clock(action.decide_by, sight.now, sight.zone)} if nobody decides.")
    return " ".join(said)


def next_name(sight: Sight, coming: Sequence[People]) -> str:
    """Return whom moving it on now would ask; "" if that is nobody new."""
    if coming:
        return coming[0].name
    fallback = _fallback(sight)
    return fallback.name if fallback else ""


def _plan(sight: Sight) -> Plan:
    return Plan.from_json(sight.action.plan or {})


def _done(sight: Sight, vote: Vote) -> ChainStep:
    name, email = vote.person.name, vote.person.email
    return ChainStep(
        of_whom(sight, called(sight, name, email), vote),
        "done",
        person=face(sight, name, email),
        before=VOTED[vote.vote],
        at=vote.cast_at,
        vote=vote.vote,
    )


def of_whom(sight: Sight, name: str, row: Vote | Asked) -> str:
    """Return a name, and in whose place: "Jonas Berg for Priya Raman"."""
    if row.on_behalf_of_id is None:
        return name
    owner = next((known for known in sight.ground.people.values() if known.id == row.on_behalf_of_id), None)
    if owner is None:
        return name
    whose = called(sight, owner.name, owner.email)
    return f"{name} for {'you' if whose == 'You' else whose}"


def _closed(sight: Sight) -> tuple[ChainStep, ...]:
    """Return the stages that were met, each as one step."""
    if sight.action.stage < 2:
        return ()
    plan = _plan(sight)
    found = []
    for number, stage in enumerate(plan.stages[: sight.action.stage - 1], start=1):
        votes = [vote for vote in counted(sight.story) if vote.stage == number and vote.vote == "approve"]
        names = [of_whom(sight, called(sight, one.person.name, one.person.email), one) for one in votes]
        name = " and ".join(words_of(one.target, sight.ground.directory) for one in stage.requirements)
        said = f"approved by {some_of(names, word='and')}" if names else "was met"
        found.append(ChainStep(name, "done", before=said, at=votes[-1].cast_at if votes else None, vote="approve"))
    return tuple(found)


def _now(sight: Sight, coming: Sequence[People]) -> ChainStep:
    action = sight.action
    if action.held_at is not None:
        return ChainStep("Held", "now", icon="pause", after="nobody who may decide can be reached")
    if action.paused_at is not None:
        name = sight.story.agent.name
        said = "owes an answer; the clock goes on"
        if action.lapse_at is None:
            return ChainStep(name, "now", icon="ask", after="owes an answer; the clock stands still")
        return ChainStep(name, "now", icon="ask", before=said, at=action.lapse_at, after=" at the latest")
    return ChainStep(
        _holders(sight), "now", person=_one_person(sight), at=_until(sight, coming), left=True, after=_count(sight)
    )


def _until(sight: Sight, coming: Sequence[People]) -> datetime | None:
    """Return until when those asked hold it alone: the next step that asks somebody, else the end."""
    end = sight.action.decide_by
    return min([end, *(one.at for one in coming if one.at is not None)]) if end else None


def _count(sight: Sight) -> str:
    action = sight.action
    return f", {action.approvals} of {action.needed} given" if action.needed > 1 else ""


def _one_person(sight: Sight) -> PersonFace | None:
    asked = _holding(sight)
    if sight.is_asked:
        return face(sight, sight.viewer.name, sight.viewer.email)
    return face(sight, asked[0].person.name, asked[0].person.email) if len(asked) == 1 else None


def _holding(sight: Sight) -> list[Asked]:
    """Return who is asked now, the reader first; not who has lent their seat to one of them."""
    lent = {one.on_behalf_of_id for one in sight.asked_now if one.on_behalf_of_id is not None}
    mine = sight.viewer.person_id
    there = [one for one in sight.asked_now if one.person_id == mine or one.person_id not in lent]
    return sorted(there, key=lambda one: one.person_id != mine)


def _holders(sight: Sight) -> str:
    """Return who is asked now, the reader first, each with whom they stand in for."""
    names = [of_whom(sight, called(sight, one.person.name, one.person.email), one) for one in _holding(sight)]
    return some_of(names) or "Nobody"


def _stages(sight: Sight) -> tuple[ChainStep, ...]:
    """Return the stages to come, after the open one."""
    if not sight.action.plan:
        return ()
    directory = sight.ground.directory
    return tuple(
        ChainStep(
            " and ".join(words_of(one.target, directory) for one in stage.requirements),
            "next",
            after=f"then, {stage.needed} {'approval' if stage.needed == 1 else 'approvals'}",
        )
        for stage in _plan(sight).stages[sight.action.stage :]
    )


def _next(sight: Sight, coming: Sequence[People]) -> tuple[ChainStep, ...]:
    """Return who is asked next if nobody decides, by the chain and by the fallback, in order."""
    found = [
        ChainStep(
            one.name,
            "next",
            person=one.person,
            before="from" if one.at else "",
            at=one.at,
            after=("" if one.at else "next") + (", in their place" if one.replaces else ""),
        )
        for one in coming[:MOST_TO_COME]
    ]
    if len(coming) > MOST_TO_COME:
        found.append(ChainStep(f"{len(coming) - MOST_TO_COME} more", "next", after="after that"))
    fallback = _fallback(sight)
    return (*found, fallback) if fallback else tuple(found)


def _fallback(sight: Sight) -> ChainStep | None:
    plan = sight.action.plan or {}
    if not plan or plan.get("fallback_used"):
        return None
    target = Plan.from_json(plan).fallback
    if target is None:
        return None
    asked = {one.person.email.lower() for one in sight.asked_now}
    if not set(able(resolve(target, sight.ground.directory), sight.story, sight.ground)) - asked:
        return None  # whoever would step in is asked already, or may not decide this
    person = sight.ground.directory.people.get(target.name.lower()) if target.kind == "person" else None
    if person is None:
        return ChainStep(words_of(target, sight.ground.directory), "next", after="if the others cannot")
    name, shown = called(sight, person.name, person.email), face(sight, person.name, person.email)
    return ChainStep(name, "next", person=shown, after="if the others cannot")


def _end(sight: Sight) -> tuple[ChainStep, ...]:
    action = sight.action
    if action.held_at is not None or action.lapse_at is None:
        return ()
    name, icon = ENDS[ending(sight)]
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
