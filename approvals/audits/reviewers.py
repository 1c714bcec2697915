"""How those who review do it: what practice shows they catch, how long they read, how often they approve beside others.

Figures of the last 90 days. They are for admins, and of a person only where five or more review: else of all together.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection

from approvals.ratchet.reviewers import proven

SPAN, LATELY = timedelta(days=90), timedelta(days=7)
FEWEST = 5  # people below whom only totals are told
ENOUGH_PRACTICE, MISSED_SHARE = 5, 0.3
ENOUGH_VOTES, FAR, APART = 30, 3.0, 0.1  # votes; standard deviations; share
ENOUGH_TIMED, COLLAPSED = 20, 1 / 3

_FIGURES = """
with said as (
    select v.person_id, a.agent_id, a.type, a.risk, (v.vote = 'approve')::int as yes, v.review_seconds as seconds,
        v.cast_at > %(lately)s as late
    from approvals_vote v join approvals_action a on a.org_id = v.org_id and a.id = v.action_id
    where v.org_id = %(org)s and v.standing in ('counted', 'superseded') and v.vote in ('approve', 'reject')
        and v.cast_at > %(since)s and a.kind = 'approval'
), lane as (
    select agent_id, type, risk, count(*) as n, sum(yes) as yes from said group by 1, 2, 3
), mine as (
    select person_id, agent_id, type, risk, count(*) as n, sum(yes) as yes from said group by 1, 2, 3, 4
), beside as (
    select person_id, sum(m.n) as n, sum(m.yes) as yes, sum(m.n * ((l.yes - m.yes)::float / (l.n - m.n))) as theirs
    from mine m join lane l using (agent_id, type, risk) where l.n > m.n group by 1
), timed as (
    select person_id, count(*) as n, sum(yes) as yes,
        percentile_cont(0.5) within group (order by seconds) as half,
        count(seconds) filter (where late) as late_n,
        percentile_cont(0.5) within group (order by seconds) filter (where late) as late_half,
        count(seconds) filter (where not late) as early_n,
        percentile_cont(0.5) within group (order by seconds) filter (where not late) as early_half
    from said group by 1
), practised as (
    select person_id, count(*) filter (where verdict = 'reject') as caught,
        count(*) filter (where verdict = 'approve') as missed
    from approvals_audit where org_id = %(org)s and kind = 'practice' and answered_at > %(since)s group by 1
)
select p.id, p.name, coalesce(t.n, 0), coalesce(t.yes, 0), coalesce(b.n, 0), coalesce(b.yes, 0), coalesce(b.theirs, 0),
    t.half, coalesce(t.late_n, 0), t.late_half, coalesce(t.early_n, 0), t.early_half,
    coalesce(g.caught, 0), coalesce(g.missed, 0)
from accounts_person p left join timed t on t.person_id = p.id left join beside b on b.person_id = p.id
left join practised g on g.person_id = p.id
where p.org_id = %(org)s and p.archived_at is null and (t.n > 0 or g.person_id is not null)
order by p.name, p.id
"""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One person's reviews, or everybody's (`person` None).

    `approved` of `votes`. `beside` of the votes were on lanes that others vote on too: `beside_yes` of them approvals,
    where the others' rate would have given `expected`. Times are medians in seconds, None where nobody measured.
    """

    person: uuid.UUID | None
    name: str
    votes: int
    approved: int
    beside: int
    beside_yes: int
    expected: float
    seconds: float | None
    late: int
    late_seconds: float | None
    early: int
    early_seconds: float | None
    caught: int
    missed: int

    @property
    def catches(self) -> float | None:
        """The share of wrong requests they are proven to catch, in [0, 1]; None while too little is known."""
        return proven(self.caught, self.missed)


def reviewers(org: int, now: datetime) -> tuple[Reviewer, ...]:
    """Return everybody who reviewed lately, in the scope that is open; all as one where they are too few."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"org": org, "since": now - SPAN, "lately": now - LATELY})
        found = tuple(_read(*row) for row in cursor.fetchall())
    return found if len(found) >= FEWEST else _together(found)


def alarms(one: Reviewer) -> tuple[str, ...]:
    """Return what an admin should look at, as sentences."""
    said = []
    practised = one.caught + one.missed
    if practised >= ENOUGH_PRACTICE and one.missed > MISSED_SHARE * practised:
        said.append(f"approved {one.missed} of {practised} practice requests, which were wrong")
    if one.beside >= ENOUGH_VOTES:
        share, theirs = one.beside_yes / one.beside, one.expected / one.beside
        spread = math.sqrt(max(one.beside * theirs * (1.0 - theirs), 1.0))
        if one.beside_yes - one.expected > FAR * spread and share - theirs > APART:
            said.append(f"approves {share:.0%} where others approve {theirs:.0%} of the same kinds of request")
    late, early = one.late_seconds or 0.0, one.early_seconds or 0.0
    if min(one.late, one.early) >= ENOUGH_TIMED and late < COLLAPSED * early:
        said.append(f"reads for {late:.0f} s this week, and for {early:.0f} s before")
    return tuple(said)


def _read(
    person: uuid.UUID,
    name: str,
    votes: int,
    approved: int,
    beside: int,
    beside_yes: int,
    expected: float,
    *more: float | None,
) -> Reviewer:
    seconds, late, late_seconds, early, early_seconds, caught, missed = more
    return Reviewer(
        person=person,
        name=name,
        votes=int(votes),
        approved=int(approved),
        beside=int(beside),
        beside_yes=int(beside_yes),
        expected=float(expected),
        seconds=seconds,
        late=int(late or 0),
        late_seconds=late_seconds,
        early=int(early or 0),
        early_seconds=early_seconds,
        caught=int(caught or 0),
        missed=int(missed or 0),
    )


def _together(found: Iterable[Reviewer]) -> tuple[Reviewer, ...]:
    """Return all as one; of times nothing is told, nor of who differs from whom."""
    total: Reviewer | None = None
    for one in found:
        plain = replace(one, person=None, name="Everybody", beside=0, seconds=None, late=0, early=0)
        total = plain if total is None else _sum(total, plain)
    return (total,) if total else ()


def _sum(one: Reviewer, other: Reviewer) -> Reviewer:
    return replace(
        one,
        votes=one.votes + other.votes,
        approved=one.approved + other.approved,
        caught=one.caught + other.caught,
        missed=one.missed + other.missed,
    )
