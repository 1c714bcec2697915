"""What a draft would have moved: the last actions walked again, by what is in force and by the draft.

Both roads are walked as if nobody had answered, by the same code and with the people of today; how far an action
really came is told by how long it really waited. Writes nothing. Known limits: sums a day and numbers waiting at once
are taken as unused, and where a route assigns, whoever comes first has the turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organization
from agents.limits import Usage
from agents.terms import RISKS, AgentTerms, Money
from approvals.models import Action
from approvals.past import NOTHING, Posted, Used, bodies_of
from approvals.simulating import words
from approvals.simulating.simulate import simulate
from approvals.simulating.terms import Simulation, Supposed, spelled
from approvals.simulations import Court, court_of
from core import ids, tx
from escalations.plan import timetable
from escalations.terms import Target

MOST_TOLD = 100
_CHUNK = 200
_ASKING = ("asked", "added", "replaced")


@dataclass(frozen=True, slots=True)
class Way:
    """How one action would have gone: whom it asks, when and for what, if nobody answers, and how it ends.

    `steps` are (how long after the post, what, e-mails) of everything after the start.
    """

    route: str | None
    needed: int
    asked: tuple[str, ...]
    steps: tuple[tuple[timedelta, str, tuple[str, ...]], ...]
    ends_after: timedelta
    outcome: str

    def as_json(self) -> dict[str, Any]:
        """Return it for the API."""
        return {
            "route": self.route,
            "needed": self.needed,
            "asked": list(self.asked),
            "steps": [
                {"after": after.total_seconds(), "kind": kind, "people": list(people)}
                for after, kind, people in self.steps
            ],
            "end": {"after": self.ends_after.total_seconds(), "outcome": self.outcome},
        }


@dataclass(frozen=True, slots=True)
class Move:
    """One past action that would have gone another way."""

    action: str
    title: str
    posted_at: datetime
    before: Way
    after: Way

    @property
    def text(self) -> str:
        """The difference as a sentence."""
        return f"{self.action} ({self.title}): {'; '.join(_differences(self.before, self.after))}."

    def as_json(self) -> dict[str, Any]:
        """Return it for the API."""
        return {
            "id": self.action,
            "title": self.title,
            "posted_at": spelled(self.posted_at),
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """What a draft would have moved. `reached` says for how many actions each step's people were reached, of both."""

    considered: int
    moves: tuple[Move, ...] = ()
    reached: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """How many actions would have gone another way, in a sentence."""
        if not self.considered:
            return "There are no actions yet to try this on."
        return f"Of the last {self.considered:,} actions {len(self.moves):,} would have gone another way."

    @property
    def lines(self) -> tuple[str, ...]:
        """Whom the draft would have reached more or less often, each a sentence."""
        return tuple(
            f"It would have reached {who} for {after:,} instead of {before:,}."
            for who, (before, after) in self.reached.items()
            if before != after
        )

    def as_json(self) -> dict[str, Any]:
        """Return it for the API; at most 100 actions, the newest."""
        return {
            "considered": self.considered,
            "different": len(self.moves),
            "headline": self.headline,
            "reached": [
                {"who": who, "before": before, "after": after} for who, (before, after) in self.reached.items()
            ],
            "actions": [move.as_json() for move in self.moves[:MOST_TOLD]],
        }


def moved_in(org: int, document: str | bytes, *, last: int) -> Moved:
    """Return what `document` would have changed for the last actions of the organization, newest first.

    Raises InvalidDocument, and InvalidFields for a document about another organization.
    """
    with tx.reading(org):
        root = Organization.objects.get(pk=org)
        old, new = court_of(root), court_of(root, document)
        actions = list(Action.objects.select_related("agent").order_by("-id")[:last])
        used = Used(actions)
        moves: list[Move] = []
        counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for start in range(0, len(actions), _CHUNK):
            chunk = actions[start : start + _CHUNK]
            bodies = bodies_of(chunk)
            for action in chunk:
                posted, usage = bodies.get(action.pk, NOTHING), used.at(action)
                was, would = (_walk(court, action, posted, usage) for court in (old, new))
                for court, told, count in zip((old, new), (was, would), counts, strict=True):
                    count.update(_reached(court, told, _waited(action)))
                before, after = _way(was), _way(would)
                if before != after:
                    public = ids.public("act", action.pk)
                    moves.append(Move(public, action.title, action.created_at, before, after))
    reached = {who: (counts[0][who], counts[1][who]) for who in sorted(counts[0].keys() | counts[1].keys())}
    return Moved(len(actions), tuple(moves), reached)


def _walk(court: Court, action: Action, posted: Posted, usage: Usage) -> Simulation:
    agent = court.policy.agent(action.agent.slug) or AgentTerms(action.agent.slug, action.agent.name)
    stated = Money(action.amount, action.currency) if action.amount is not None else None
    is_read = agent.type_named(action.type).amount is not None
    supposed = Supposed(
        agent=action.agent.slug,
        action=action.type,
        amount=None if is_read else stated,
        risk=posted["risk"] if posted["risk"] in RISKS else None,
        arguments=posted["arguments"],
        environment=action.environment,
        agent_version=action.agent_version,
        confidence=action.confidence,
        requested_by=action.requested_by,
        rate=usage.recent_hour,
    )
    return simulate(court.policy, court.directory, supposed, action.created_at, pick=court.pick)


def _way(told: Simulation) -> Way:
    first = [event for event in told.events if event.at == told.at and event.kind in _ASKING]
    rest = [event for event in told.events if event not in first and event.kind != "end"]
    return Way(
        route=told.route,
        needed=told.needed,
        asked=tuple(sorted({one.email for event in first for one in event.people if not one.struck})),
        steps=tuple(
            (event.at - told.at, event.kind, tuple(sorted(one.email for one in event.people if not one.struck)))
            for event in rest
        ),
        ends_after=(told.end.at or told.at) - told.at,
        outcome=told.end.outcome,
    )


def _waited(action: Action) -> timedelta | None:
    """Return how long people took to decide it; None if nobody did, or has."""
    is_people = action.status in ("approved", "rejected") and action.verdict.get("by") == "route"
    return action.closed_at - action.created_at if is_people and action.closed_at else None


def _reached(court: Court, told: Simulation, waited: timedelta | None) -> set[str]:
    """Return whose turn it came to before the action was really decided: "Finance", "whoever is on call in duty"."""
    if told.chain is None:
        return set()
    named = {entry.key: entry.to for entry in timetable(court.policy.chain(told.chain)) if entry.to}
    reached = [
        named[event.step]
        for event in told.events
        if event.kind in _ASKING and event.step in named and (waited is None or event.at - told.at < waited)
    ]
    return {_who(target, court) for target in reached}


def _who(target: Target, court: Court) -> str:
    """Return a target in words."""
    match target.kind:
        case "team":
            team = court.directory.teams.get(target.name)
            return team.name if team else target.name
        case "person":
            person = court.directory.people.get(target.name.lower())
            return person.name if person else target.name
        case "role":
            return f"everybody with the role {target.name}"
        case "schedule":
            return f"whoever is {'next on call' if target.who == 'next' else 'on call'} in {target.name}"
    of = {"asked": "whoever is asked", "owner": "the agent's owner"}
    return f"the manager of {of.get(target.name, 'whoever started it')}"


def _differences(before: Way, after: Way) -> list[str]:
    """Return what differs, each as part of a sentence."""
    told = []
    if before.route != after.route:
        told.append(f"would take {_route(after)} instead of {_route(before)}")
    if before.asked != after.asked:
        told.append(f"would ask {words.listed(after.asked)} instead of {words.listed(before.asked)}")
    if before.needed != after.needed:
        told.append(f"would need {after.needed} approvals instead of {before.needed}")
    if before.steps != after.steps:
        told.append(_step_difference(before, after))
    if (before.outcome, before.ends_after) != (after.outcome, after.ends_after):
        told.append(f"would end {_end(after)}, not {_end(before)}")
    return told


def _route(way: Way) -> str:
    return f"route “{way.route}”" if way.route else "no route"


def _end(way: Way) -> str:
    return f"{way.outcome} after {words.length(way.ends_after)}" if way.ends_after else f"{way.outcome} at once"


def _step_difference(before: Way, after: Way) -> str:
    """Return the first step that differs: "would be reminded after 30 min, not after 2 h"."""
    for number, (was, would) in enumerate(zip(before.steps, after.steps, strict=False), start=1):
        if was == would:
            continue
        if was[1:] == would[1:]:
            people = words.listed(would[2])
            return f"{people} would be {would[1]} after {words.length(would[0])}, not after {words.length(was[0])}"
        return f"step {number} would have {words.listed(would[2])} {would[1]} after {words.length(would[0])}"
    count = len(after.steps) - len(before.steps)
    return f"{abs(count)} {'more' if count > 0 else 'fewer'} step{'' if abs(count) == 1 else 's'} would be run"
