"""Whose turn it is: the cursors, the loads and the memory that assigning needs, read and kept in one transaction.

Whoever picks first locks the cursors of the route (rows of `Turn`), so that two posts at the same instant are counted
one after the other and take different people. Locks are taken in this order everywhere: the action's row, the agent's,
the cursors, the head of the audit chain.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from agents.models import Agent
from approvals.assignment import (
    BY_LOAD,
    BY_TURNS,
    LEAST_LOADED,
    STICKY,
    Load,
    Need,
    Picked,
    by_load,
    in_turn,
    reason,
    seated,
)
from approvals.ground import Ground
from approvals.models import Turn
from approvals.story import Story
from approvals.terms import Target
from core import tx

REMEMBERED = 200  # of an agent's latest actions, among which the last one of a run is looked for
IDLE = 50  # asks that ended, of each person, among which the latest is looked for

_Place = tuple[str, int, int]  # route, stage, requirement
_Wish = list[tuple[str, str]]  # e-mails in order of preference, each with why

_LOADS = f"""
select lower(p.email),
    coalesce((select sum(1 + floor(greatest(extract(epoch from %(now)s - k.since), 0) / 3600) / 24)
        from approvals_asked k join approvals_action a on a.org_id = k.org_id and a.id = k.action_id
        where k.org_id = p.org_id and k.person_id = p.id and k.left_at is null and a.status = 'pending'
            and (a.claimed_by_id is null or a.claimed_until <= %(now)s)), 0)::float8,
    greatest(
        (select max(k.since) from approvals_asked k
            where k.org_id = p.org_id and k.person_id = p.id and k.left_at is null),
        (select max(ended.since) from (select k.since from approvals_asked k
            where k.org_id = p.org_id and k.person_id = p.id and k.left_at is not null
            order by k.left_at desc limit {IDLE}) ended))
from accounts_person p where p.org_id = %(org)s and p.id = any(%(people)s)
"""  # noqa: S608 - a number of ours

_FAVOURITES = f"""
with latest as (
    select a.org_id, a.id, a.run_id <> '' and a.run_id = %(run)s as same,
        coalesce(a.plan->>'assign', 'all') <> 'all' as assigned
    from approvals_action a
    where a.org_id = %(org)s and a.agent_id = %(agent)s and a.id <> %(but)s order by a.id desc limit {REMEMBERED}
), had as (
    select l.id, l.same, 1 as decided, v.cast_at as at, coalesce(v.on_behalf_of_id, v.person_id) as person
    from latest l join approvals_vote v on v.org_id = l.org_id and v.action_id = l.id
    where v.standing = 'counted' and v.vote <> 'abstain'
    union all
    select l.id, l.same, 0, k.since, coalesce(k.on_behalf_of_id, k.person_id)
    from latest l join approvals_asked k on k.org_id = l.org_id and k.action_id = l.id
    where l.assigned and k.step = '' and k.left_why in ('', 'voted', 'closed')
)
select lower(p.email), had.same, had.decided = 1 from had join accounts_person p on p.id = had.person
order by had.same desc, had.id desc, had.decided desc, had.at desc
"""  # noqa: S608 - a number of ours


class Picker:
    """Picks who is asked (an `assignment.Pick`), and moves the cursors when told to `keep` what was picked.

    Call it only inside a use case, at most for one route. With `lock_agent` the agent's row is locked first, as the
    post that follows would do.
    """

    def __init__(
        self, ground: Ground, *, run_id: str, action: uuid.UUID | None = None, lock_agent: bool = False
    ) -> None:
        self._ground, self._run, self._action = ground, run_id, action
        self._lock_agent = lock_agent
        self._moved: dict[_Place, tuple[Turn, str]] = {}

    def __call__(self, route: str, assign: str, stage: int, needs: Sequence[Need]) -> tuple[tuple[Picked, ...], ...]:
        """Return who is picked for each need; see `assignment.Pick`."""
        turns = self._locked(route, stage, needs)
        wishes = self._wishes(assign, needs, turns)
        chosen = seated([[email for email, _ in wish] for wish in wishes], [need.seats for need in needs])
        picked = tuple(
            tuple(Picked(email, dict(wish)[email]) for email in people)
            for wish, people in zip(wishes, chosen, strict=True)
        )
        if assign != LEAST_LOADED:
            for need, people in zip(needs, picked, strict=True):
                self._move((route, stage, need.requirement), need, turns[need.requirement], people)
        return picked

    @tx.inside_use_case
    def keep(self) -> None:
        """Write the cursors as they stand after what was picked: those picked have been asked."""
        for turn, last in self._moved.values():
            turn.last = last
            turn.save(update_fields=["last"])
        self._moved = {}

    @tx.inside_use_case
    def _locked(self, route: str, stage: int, needs: Sequence[Need]) -> dict[int, Turn]:
        """Return the cursors of the stage by requirement, all of the route locked; those that are missing are made."""
        if self._lock_agent:
            Agent.objects.select_for_update(no_key=True).get(pk=self._ground.agent.pk)
        found = _cursors(route, stage)
        missing = [need.requirement for need in needs if need.requirement not in found]
        if missing:
            made = [Turn(org=self._ground.org, route=route, stage=stage, requirement=place) for place in missing]
            Turn.objects.bulk_create(made, ignore_conflicts=True)
            found = _cursors(route, stage)
        return found

    def _wishes(self, assign: str, needs: Sequence[Need], turns: dict[int, Turn]) -> list[_Wish]:
        """Return for each need who should have it, in order of preference."""
        if assign == LEAST_LOADED:
            loads = self._loads({email for need in needs for email in need.able})
            return [[(email, self._via(BY_LOAD, need.target)) for email in by_load(need.able, loads)] for need in needs]
        known = self._favourites() if assign == STICKY else []
        return [self._by_turns(need, turns[need.requirement].last, known) for need in needs]

    def _by_turns(self, need: Need, last: str, favourites: _Wish) -> _Wish:
        """Return the favourites who are able, then the others by turns."""
        wish = {email: via for email, via in reversed(favourites) if email in need.able}
        first = [email for email in dict.fromkeys(email for email, _ in favourites) if email in wish]
        via = self._via(BY_TURNS, need.target)
        turned = in_turn(self._order(need), need.able, last)
        return [(email, wish.get(email, via)) for email in dict.fromkeys([*first, *turned])]

    def _order(self, need: Need) -> tuple[str, ...]:
        """Return those whom the target names, in its own order, whether they are able or not."""
        return tuple(dict.fromkeys([*self._ground.directory.members(need.target), *need.able]))

    def _move(self, place: _Place, need: Need, turn: Turn, people: Sequence[Picked]) -> None:
        """Note who had the last turn: the furthest in the cyclic order, of those who are picked because of it."""
        turned = in_turn(self._order(need), need.able, turn.last)
        theirs = [turned.index(one.email) for one in people if one.via == self._via(BY_TURNS, need.target)]
        if theirs:
            self._moved[place] = (turn, turned[max(theirs)])

    def _via(self, how: str, target: Target) -> str:
        return reason(how, target, self._ground.directory.teams)

    def _loads(self, people: Iterable[str]) -> dict[str, Load]:
        ground = self._ground
        known = [ground.people[email].id for email in people if email in ground.people]
        return loads_of(ground.org.pk, known, ground.now)

    def _favourites(self) -> _Wish:
        """Return who decided or had the latest actions of the run, then of the agent, newest first, each with why."""
        ground = self._ground
        but = self._action or uuid.UUID(int=0)
        with connection.cursor() as cursor:
            cursor.execute(_FAVOURITES, {"org": ground.org.pk, "agent": ground.agent.pk, "run": self._run, "but": but})
            rows: list[tuple[str, bool, bool]] = cursor.fetchall()
        return [
            (email, f"{'decided' if decided else 'has'} the last one of this {'run' if same else 'agent'}")
            for email, same, decided in rows
        ]


class _KeptAtOnce(Picker):
    """A picker for flows in which whoever is picked is asked, or nothing happens at all."""

    def __call__(self, route: str, assign: str, stage: int, needs: Sequence[Need]) -> tuple[tuple[Picked, ...], ...]:
        found = super().__call__(route, assign, stage, needs)
        self.keep()
        return found


def picker(story: Story, ground: Ground) -> Picker:
    """Return what picks the people of a later stage, or more of them, inside a use case that holds the action."""
    return _KeptAtOnce(ground, run_id=story.action.run_id, action=story.action.pk)


def loads_of(org: int, people: Sequence[uuid.UUID], now: datetime) -> dict[str, Load]:
    """Return what waits at the moment `now` for each of `people` (ids), by e-mail."""
    with connection.cursor() as cursor:
        cursor.execute(_LOADS, {"now": now, "org": org, "people": list(people)})
        rows: list[tuple[str, float, datetime | None]] = cursor.fetchall()
    return {email: Load(weight, last) for email, weight, last in rows}


def _cursors(route: str, stage: int) -> dict[int, Turn]:
    rows = Turn.objects.select_for_update().filter(route=route).order_by("stage", "requirement")
    return {turn.requirement: turn for turn in rows if turn.stage == stage}
