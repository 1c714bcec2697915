"""How much each person is asked and answers, from the real past: for whoever plans a cover."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.db import connection

from agents.terms import Money
from core import tx

DAYS = 30
FEW = 5  # answers below which no usual time is told

_ASKED = """
with found as (
    select s.person_id, s.action_id, g.slug, a.type, s.left_at is null as waits, s.since >= %(since)s as fresh,
        %(value)s::numeric is not null and a.amount is not null
            and (a.currency <> %(currency)s or a.amount > %(value)s::numeric) as beyond
    from approvals_asked s
    join approvals_action a on a.org_id = s.org_id and a.id = s.action_id
    join agents_agent g on g.org_id = a.org_id and g.id = a.agent_id
    where s.org_id = %(org)s and s.person_id = any(%(people)s) and (s.left_at is null or s.left_at >= %(since)s)
)
select person_id, slug, type, count(distinct action_id) filter (where fresh),
    count(distinct action_id) filter (where waits)
from found where not beyond group by person_id, slug, type
"""
_ANSWERS = """
select person_id, count(*), percentile_cont(0.5) within group (order by extract(epoch from left_at - since))
from approvals_asked
where org_id = %(org)s and person_id = any(%(people)s) and left_why = 'voted' and left_at >= %(since)s
group by person_id
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of somebody's requests is meant: agents by slug, kinds by glob, amounts up to; empty is all of it."""

    agents: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_amount: Money | None = None

    def holds(self, agent: str, action_type: str) -> bool:
        """Whether requests of this agent and kind are meant."""
        if self.agents and agent not in self.agents:
            return False
        return not self.actions or any(fnmatchcase(action_type, glob) for glob in self.actions)


@dataclass(frozen=True, slots=True)
class Load:
    """One person's last days, thirty unless asked otherwise: how many requests reached them, how many wait now,
    how many they answered and how fast.

    `usual` is the median from being asked to voting, None below five votes.
    """

    asked: int = 0
    waiting: int = 0
    answered: int = 0
    usual: timedelta | None = None

    @property
    def a_day(self) -> float:
        """How many requests reach them on a day."""
        return self.asked / DAYS


EVERYTHING = Scope()


def loads(
    people: Sequence[uuid.UUID], *, now: datetime, scope: Scope = EVERYTHING, days: int = DAYS
) -> dict[uuid.UUID, Load]:
    """Return the load of each of `people` in so many days within a scope, in the organization that is open."""
    most = scope.max_amount
    values: dict[str, Any] = {
        "org": tx.current().org,
        "people": list(people),
        "since": now - timedelta(days=days),
        "value": most.value if most else None,
        "currency": most.currency if most else "",
    }
    asked = dict.fromkeys(people, 0)
    waiting = dict.fromkeys(people, 0)
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, values)
        for person, agent, kind, fresh, waits in cursor.fetchall():
            if scope.holds(agent, kind):
                asked[person] += fresh
                waiting[person] += waits
        cursor.execute(_ANSWERS, values)
        answers = {person: (count, half) for person, count, half in cursor.fetchall()}
    return {
        one: Load(asked[one], waiting[one], answers.get(one, (0, None))[0], _usual(*answers.get(one, (0, None))))
        for one in people
    }


def _usual(count: int, seconds: float | None) -> timedelta | None:
    return timedelta(seconds=float(seconds)) if seconds is not None and count >= FEW else None
