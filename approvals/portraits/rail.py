"""Beside the action: limits and how much of them it uses, similar decisions, and what happened so far."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.viewer import Viewer
from approvals import shadow
from approvals.faces.action import MomentFace, SimilarFace
from approvals.faces.limits import LimitFace, limit
from approvals.faces.times import day
from approvals.habits import noun_of
from approvals.models import Action, Asked, Decision, Vote
from approvals.portraits import happened
from approvals.portraits.chain import of_whom
from approvals.portraits.content import author
from approvals.portraits.names import called, some_of
from approvals.portraits.sight import Sight
from core import ids

BY = {
    "ratchet": "Trust let it through",
    "rule": "A rule decided it",
    "limit": "A limit refused it",
    "paused": "The agent is paused",
    "deadline": "Nobody decided in time",
}
RAN = {
    "started": ("The agent started", "now"),
    "succeeded": ("Done, the agent says", "ok"),
    "failed": ("The agent failed", "bad"),
    "lapsed": ("Not started in time", "bad"),
    "revoked": ("The approval was taken back", "bad"),
}
VOTED = {"approve": ("approved", "ok"), "reject": ("rejected", "bad"), "abstain": ("left it to the others", "")}


def limits(sight: Sight) -> tuple[LimitFace, ...]:
    """Return the meters of the limits that this action counts against, if approved."""
    usage, most = sight.usage, sight.kind.limits
    if usage is None:
        return ()
    found = []
    amount = sight.amount
    if most.max_amount is not None and amount is not None and amount.currency == most.max_amount.currency:
        label = f"Per {noun_of(sight.action.type)[0]}"
        found.append(limit(label, amount.value, Decimal(0), most.max_amount.value, most.max_amount.currency))
    a_day = most.amount_per_day
    if a_day is not None and amount is not None and amount.currency == a_day.currency:
        spent = usage.spent(a_day.currency)
        found.append(limit("Today, if approved", spent, amount.value, a_day.value, a_day.currency))
    if most.per_hour is not None:
        others = max(0, usage.recent_hour - 1)
        found.append(limit("This hour", Decimal(others), Decimal(1), Decimal(most.per_hour)))
    return tuple(found)


def similar(sight: Sight) -> tuple[SimilarFace, ...]:
    """Return the nearest decided actions of the lane, and how each was decided."""
    if sight.past is None:
        return ()
    faces = []
    for one in sight.past.alike:
        action = sight.past.earlier.get(one.key)
        if action is not None:
            url = f"/actions/{ids.public('act', action.pk)}"
            faces.append(SimilarFace(one.decision, action.title, url, remark(action, sight.now, sight.viewer)))
    return tuple(faces)


def moments(sight: Sight) -> tuple[MomentFace, ...]:
    """Return what happened, in order of time."""
    found = [
        _asked_first(sight),
        *_asked_later(sight),
        *_no_longer(sight),
        *_changes(sight),
        *_votes(sight),
        *_questions(sight),
    ]
    found += [*happened.moments(sight), *_end(sight)]
    return tuple(sorted(found, key=lambda one: one.at or sight.action.created_at))


def remark(action: Action, now: datetime, viewer: Viewer) -> str:
    """Return how an action ended, in a few words: "Replacement sent instead. Priya, 4 Nov"."""
    decision: Decision | None = getattr(action, "decision", None)
    if decision is None:
        return ""
    people = [str(person["name"]).split()[0] for person in decision.people if person.get("name")]
    on = day(decision.decided_at, now, viewer.timezone)
    return ". ".join(part for part in (decision.comment.strip().rstrip("."), ", ".join([*people[:2], on])) if part)


def _asked_first(sight: Sight) -> MomentFace:
    action = sight.action
    route = action.verdict.get("route")
    told = f"Route “{route}”, version {action.config_version}" if route else str(action.verdict.get("reason", ""))
    watched = shadow.sentence(action.verdict.get("shadow"))
    return MomentFace("Asked", action.created_at, f"{told.rstrip('.')}. {watched}" if watched else told)


def _asked_later(sight: Sight) -> list[MomentFace]:
    """Return who was asked after the beginning, one line for each moment and reason."""
    later: dict[tuple[datetime, str], list[Asked]] = {}
    for asked in sight.story.asked:
        if asked.since > sight.action.created_at:
            later.setdefault((asked.since, asked.via), []).append(asked)
    return [
        MomentFace(
            f"Sent to {some_of([_name(sight, one) for one in asked], word='and', most=3)}",
            at,
            f"{via[:1].upper()}{via[1:]}",
        )
        for (at, via), asked in later.items()
    ]


def _no_longer(sight: Sight) -> list[MomentFace]:
    """Return who is no longer asked because what they were lent ended, one line for each moment."""
    over: dict[datetime, list[Asked]] = {}
    for asked in sight.story.asked:
        if asked.left_why == "delegation_ended" and asked.left_at is not None:
            over.setdefault(asked.left_at, []).append(asked)
    found = []
    for at, those in over.items():
        names = some_of([_name(sight, one) for one in those], word="and", most=3)
        found.append(MomentFace(f"{names[:1].upper()}{names[1:]} no longer asked", at, "The delegation ended"))
    return found


def _name(sight: Sight, asked: Asked) -> str:
    name = called(sight, asked.person.name, asked.person.email)
    return of_whom(sight, "you" if name == "You" else name, asked)


def _changes(sight: Sight) -> list[MomentFace]:
    changed = sight.story.revisions[1:]
    return [
        MomentFace(f"{author(sight, one.author)} changed it", one.created_at, f"Revision {one.number}")
        for one in changed
    ]


def _votes(sight: Sight) -> list[MomentFace]:
    return [_vote(sight, vote) for vote in sight.story.votes]


def _vote(sight: Sight, vote: Vote) -> MomentFace:
    said, tone = VOTED[vote.vote]
    who = of_whom(sight, called(sight, vote.person.name, vote.person.email), vote)
    stands = vote.standing == Vote.Standing.COUNTED
    remark = "" if stands else _FALLEN[vote.standing]
    quote = vote.comment
    if quote and _hidden(sight, vote):
        quote, remark = "", "Note hidden until you decide"
    if vote.edited:
        said = "approved with changes"
    return MomentFace(f"{who} {said}", vote.cast_at, remark, tone if stands else "", quote)


_FALLEN: dict[Any, str] = {
    Vote.Standing.SUPERSEDED: "Replaced by a later vote",
    Vote.Standing.DISMISSED: "Dismissed: the content changed",
    Vote.Standing.VOID: "Void: may no longer decide",
    Vote.Standing.LATE: "Too late, not counted",
}


def _hidden(sight: Sight, vote: Vote) -> bool:
    """Whether the note is kept from a reader who is still to decide: the second judgement is independent."""
    mine = vote.person_id == sight.viewer.person_id
    return sight.is_pending and not mine and sight.refusal is None and sight.own_vote is None


def _questions(sight: Sight) -> list[MomentFace]:
    found = []
    for one in sight.story.questions:
        who = called(sight, one.person.name, one.person.email)
        found.append(MomentFace(f"{who} asked the agent", one.asked_at, quote=one.text))
        if one.replied_at is not None:
            found.append(MomentFace("The agent answered", one.replied_at, quote=one.reply))
    return found


def _end(sight: Sight) -> list[MomentFace]:
    action, decision = sight.action, sight.story.decision
    found = []
    if action.held_at is not None:
        found.append(MomentFace("Held", action.held_at, "Nobody who may decide could be reached", "now"))
    if decision is not None:
        word = {"approved": "Approved", "answered": "Answered"}.get(decision.outcome, "Rejected")
        tone = "bad" if decision.outcome == "rejected" else "ok"
        found.append(MomentFace(word, decision.decided_at, BY.get(decision.by, ""), tone))
    elif action.closed_at is not None:
        found.append(MomentFace(action.status.capitalize(), action.closed_at))
    if action.execution:
        said, tone = RAN[action.execution]
        found.append(MomentFace(said, action.execution_at, tone=tone))
    for report in sight.story.reports:
        tone = "ok" if report.verdict == "correct" else "bad"
        found.append(MomentFace(f"Reported {report.verdict}", report.at, f"By {report.reporter}", tone, report.note))
    return found
