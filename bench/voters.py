"""Four people decide the same action at the same instant, over and over: how often it is decided twice.

Every voter is a thread with a connection of its own; a barrier lets them go together. Each follows a plan of the race's
seed: approve, reject, change their mind once or twice, abstain, or approve with changes, after which the others look
again, as people do. `run` races, `check` counts afterwards what the database says.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from approvals.actors import AgentActor, PersonActor
from approvals.flow import submit, vote
from approvals.flow.refusals import AlreadyClosed, NotAsked, NotAuthorized, SelfApproval, Stale
from approvals.models import Action
from approvals.posted import CastVote, PostedAction
from core import clock, ids, tx
from core.errors import DomainError

CALLBACK = "https://agent.example/countersign"
PLANS: tuple[tuple[tuple[str, ...], int], ...] = (  # what one voter does, and how often of a hundred
    (("approve",), 44),
    (("reject",), 14),
    (("approve", "reject"), 12),
    (("approve", "abstain"), 6),
    (("abstain",), 6),
    (("edit",), 8),
    (("approve", "reject", "approve"), 5),
    (("approve", "approve"), 5),
)
_REFUSED = (AlreadyClosed, Stale, NotAsked, NotAuthorized, SelfApproval)

# Of each action: decisions, entries that it was decided, callbacks about it, and whether its votes carry its end.
_FOUND = """
select a.status,
    (select count(*) from approvals_decision d where d.org_id = a.org_id and d.action_id = a.id),
    (select count(*) from audit_entry e where e.org_id = a.org_id and e.kind = 'action.decided' and e.subject = s.name),
    (select count(*) from delivery_parcel p where p.org_id = a.org_id and p.action = a.id
        and p.kind = 'action.decided' and p.channel = 'callback'),
    (select count(distinct v.person_id) from approvals_vote v where v.org_id = a.org_id and v.action_id = a.id
        and v.standing = 'counted' and v.vote = 'approve' and v.revision = a.revision),
    (select count(*) from approvals_vote v where v.org_id = a.org_id and v.action_id = a.id
        and v.standing = 'counted' and v.vote = 'reject' and v.revision = a.revision),
    (select count(*) from approvals_vote v join accounts_person p on p.org_id = v.org_id and p.id = v.person_id
        join approvals_revision r on r.org_id = a.org_id and r.action_id = a.id and r.number = a.revision
        where v.org_id = a.org_id and v.action_id = a.id and v.standing = 'counted' and v.vote = 'approve'
            and r.author = 'person:' || lower(p.email)),
    s.name
from unnest(%s::uuid[], %s::text[]) s(id, name) join approvals_action a on a.org_id = %s and a.id = s.id
"""


@dataclass(slots=True)
class Tally:
    """What races came to. `on` are those that people voted on after the race, for it left too few votes.

    `twice`, `undecided` and `wrong` must be nothing.
    """

    races: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    on: int = 0
    twice: int = 0
    undecided: int = 0
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it to be printed."""
        return {
            "races": self.races,
            "seconds": round(self.seconds, 1),
            "ends": dict(self.ends),
            "answers": dict(self.answers),
            "voted_on_afterwards": self.on,
            "decided_twice": self.twice,
            "undecided": self.undecided,
            "wrong": self.wrong[:20],
        }


@dataclass(slots=True)
class _Race:
    """One action, and what each voter will do."""

    id: uuid.UUID
    digest: str
    plans: list[tuple[str, ...]]


def run(agent: AgentActor, voters: Sequence[PersonActor], *, races: int, seed: int = 1) -> Tally:
    """Race `races` times over actions that need two of the `voters`, and count what came of them."""
    dice, found, began = random.Random(seed), Tally(races=races), clock.monotonic()
    for batch in _batches(races):
        held = [_posted(agent, voters, dice) for _ in range(batch)]
        _race(agent.org, voters, held, found)
        _mop_up(agent.org, voters, held, found)
        check(agent.org, [race.id for race in held], found)
    found.seconds = clock.monotonic() - began
    return found


def check(org: int, actions: Sequence[uuid.UUID], found: Tally) -> None:
    """Count what the database says of actions that were raced over."""
    names = [ids.public("act", one) for one in actions]
    with tx.reading(org), connection.cursor() as cursor:
        cursor.execute(_FOUND, [list(actions), names, org])
        rows = cursor.fetchall()
    for status, decisions, entries, callbacks, approvals, rejections, own, name in rows:
        found.ends[status] += 1
        found.twice += decisions > 1 or entries > 1 or callbacks > 1
        found.undecided += status == "pending" or 0 in (decisions, entries, callbacks)
        if status == "approved" and (approvals != 2 or rejections or own):
            found.wrong.append(f"{name}: approved by {approvals}, of whom {own} wrote it, against {rejections}")
        if status == "rejected" and not rejections:
            found.wrong.append(f"{name}: rejected by nobody")
    if len(rows) != len(actions):
        found.wrong.append(f"{len(actions) - len(rows)} actions are gone")


def _batches(races: int, most: int = 250) -> Iterator[int]:
    while races:
        yield min(races, most)
        races -= min(races, most)


def _posted(agent: AgentActor, voters: Sequence[PersonActor], dice: random.Random) -> _Race:
    plans, weights = zip(*PLANS, strict=True)
    posted = PostedAction(body=b"{}", action="refund.create", arguments=_arguments(), callback_url=CALLBACK)
    told, _ = submit.submit(agent, posted)
    identifier = ids.parse("act", told["id"])
    assert identifier is not None
    return _Race(identifier, told["digest"], dice.choices(plans, weights, k=len(voters)))


def _arguments(customer: str = "Marta") -> dict[str, Any]:
    return {"amount": "6000.00", "currency": "EUR", "customer": {"name": customer}}


def _race(org: int, voters: Sequence[PersonActor], races: Sequence[_Race], found: Tally) -> None:
    """Let every voter go through the races; before each they wait for one another."""
    barrier, lock, raised = threading.Barrier(len(voters)), threading.Lock(), list[BaseException]()

    def vote_on_all(place: int, voter: PersonActor) -> None:
        answers: Counter[str] = Counter()
        try:
            for race in races:
                barrier.wait(60)
                _follow(org, voter, race, race.plans[place], answers)
        except BaseException as problem:
            raised.append(problem)
            barrier.abort()
        finally:
            connection.close()
        with lock:
            found.answers += answers

    threads = [threading.Thread(target=vote_on_all, args=one) for one in enumerate(voters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    if raised:
        raise raised[0]


def _follow(org: int, voter: PersonActor, race: _Race, plan: Sequence[str], answers: Counter[str]) -> None:
    """Cast the votes of a plan one after the other; whoever is told that the action changed looks at it again."""
    digest = race.digest
    for how in plan:
        for _ in range(5):
            answer = _cast(org, voter, race.id, digest, how)
            answers[answer if isinstance(answer, str) else answer.code] += 1
            if not isinstance(answer, Stale):
                break
            digest = str(answer.extra["digest"])


def _cast(org: int, voter: PersonActor, identifier: uuid.UUID, digest: str, how: str) -> DomainError | str:
    if how == "edit":
        cast = CastVote("approve", digest, arguments=_arguments(voter.name))
    else:
        cast = CastVote(how, digest, comment="Not this one." if how == "reject" else "")
    try:
        vote.vote(org, identifier, actor=voter, cast=cast)
    except _REFUSED as refused:
        return refused
    return how


def _mop_up(org: int, voters: Sequence[PersonActor], races: Sequence[_Race], found: Tally) -> None:
    """Let people vote on, one after the other, where changes and abstentions left too few votes."""
    with tx.reading(org):
        pending = Action.objects.filter(pk__in=[race.id for race in races], status="pending")
        left = set(pending.values_list("pk", flat=True))
    for race in races:
        if race.id not in left:
            continue
        found.on += 1
        for voter in voters:
            _follow(org, voter, race, ("approve",), Counter())
