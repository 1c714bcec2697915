"""The demo's past: weeks of work played through the real flows, in order, with the clock turned."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from pathlib import Path
from random import Random

import structlog

from accounts.models import Organization, Person
from agents.models import Agent
from agents.terms import Money
from approvals import tell
from approvals.actors import AgentActor, PersonActor, ReporterActor
from approvals.demo.stories import Proposal, propose
from approvals.electors import electors
from approvals.flow import ask, claim, finish, lapse, reply, report, start, submit, vote
from approvals.flow.apply import apply
from approvals.flow.delegate import delegate
from approvals.ground import look
from approvals.posted import CastVote, PostedAction, PostedDelegation
from approvals.story import load
from core import clock, ids, tx
from core.errors import DomainError

log = structlog.get_logger(__name__)

DOCUMENT = Path(__file__).with_name("halden.yaml")
DAYS = 21
A_DAY = 6
PATIENCE = 12.0  # seconds: on a slow machine the past has fewer actions, not a longer wait
SEED = 20261120


@dataclass(slots=True)
class Playhouse:
    """The cast, a queue of what happens next, and the real moment at which the play ends."""

    org: int
    slug: str
    agents: dict[str, AgentActor]
    people: dict[str, PersonActor]
    end: datetime
    random: Random
    until: float
    queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    posted: int = 0
    turn: int = 0

    def later(self, at: datetime, what: Callable[[], None]) -> None:
        """Let something happen at `at`, unless the play is over by then."""
        if at < self.end:
            self.turn += 1
            heappush(self.queue, (at, self.turn, what))

    def play(self) -> None:
        """Play everything in order."""
        while self.queue:
            at, _, what = heappop(self.queue)
            with clock.turned(at - clock.real()), tell.muted():
                lapse.sweep(at=at, org=self.org)
                try:
                    what()
                except DomainError as refused:  # as in life: somebody came too late, or second
                    log.info("demo_refused", code=refused.code)


def fill(*, days: int = DAYS, a_day: int = A_DAY, seed: int = SEED) -> Playhouse:
    """Make the demo organization and play its past. Returns the playhouse with how much was posted."""
    now = clock.now()
    with clock.turned(clock.shift() - timedelta(days=days, hours=1)):
        applied = apply(DOCUMENT.read_bytes(), author="operator", reason="Halden starts with Countersign")
    house = open_house(applied.org, end=now, seed=seed)
    for day in range(days + 1):
        morning = (now - timedelta(days=days - day)).replace(hour=7, minute=0, second=0, microsecond=0)
        count = a_day if morning.weekday() < 5 else max(1, a_day // 4)
        for _ in range(count):
            at = morning + timedelta(minutes=house.random.uniform(0, 600))
            house.later(at, lambda at=at: post(house, at))  # type: ignore[misc]
    for minutes in (4, 11, 19, 27, 38, 52, 75, 100):
        at = now - timedelta(minutes=minutes)
        house.later(at, lambda at=at: post(house, at, keep=True))  # type: ignore[misc]
    house.play()
    lend(house, now)
    return house


def lend(house: Playhouse, now: datetime) -> None:
    """Priya goes on leave the day after tomorrow, and Jonas decides for her: a delegation to look at."""
    starts = (now + timedelta(days=2)).replace(hour=7, minute=0, second=0, microsecond=0)
    leave = PostedDelegation(
        delegate="jonas@halden.example",
        starts=starts,
        until=starts + timedelta(days=7),
        max_amount=Money(Decimal(1000), "EUR"),
        reason="Annual leave",
    )
    with tell.muted():
        delegate(house.org, actor=house.people["priya@halden.example"], posted=leave)


def open_house(org: int, *, end: datetime, seed: int) -> Playhouse:
    """Gather the cast of an organization."""
    with tx.reading(org):
        slug = Organization.objects.get(pk=org).slug
        agents = {
            agent.slug: AgentActor(org, slug, agent.pk, agent.slug, uuid.UUID(int=0)) for agent in Agent.objects.all()
        }
        people = {
            person.email: PersonActor(
                org, slug, person.pk, person.email, person.name, frozenset(person.roles), channel="web"
            )
            for person in Person.objects.all()
        }
    until = clock.monotonic() + PATIENCE
    return Playhouse(org, slug, agents, people, end, Random(seed), until)  # noqa: S311 - a play, not a secret


def post(house: Playhouse, at: datetime, *, keep: bool = False) -> None:
    """An agent asks; with `keep` nobody answers before the play ends."""
    if not keep and clock.monotonic() > house.until:
        return
    said = propose(house.random)
    body = said.body(f"run-{at:%m%d}-{house.posted}")
    posted = PostedAction(
        body=json.dumps(body).encode(),
        action=said.action,
        arguments=said.arguments,
        summary=said.summary,
        reason=said.reason,
        confidence=said.confidence,
        environment=body["environment"],
        agent_version=body["agent_version"],
        run_id=body["run_id"],
        reject_options=tuple(body["reject_options"]),
    )
    made, _ = submit.submit(house.agents[said.agent], posted)
    house.posted += 1
    identifier = ids.parse("act", made["id"])
    if made["status"] != "pending" or identifier is None or keep or house.random.random() < 0.03:
        return
    if house.random.random() < 0.05:
        house.later(at + timedelta(minutes=3), lambda: question(house, identifier, said))
    delay = timedelta(minutes=min(house.random.lognormvariate(2.6, 0.9), 200))
    house.later(at + delay, lambda: decide(house, identifier, said, at + delay))


def question(house: Playhouse, identifier: uuid.UUID, said: Proposal) -> None:
    """Somebody asks first; the agent answers at once."""
    who = chosen(house, identifier)
    if who is None:
        return
    ask.ask(house.org, identifier, actor=who, text="Where do I see this in the ticket?")
    reply.reply(house.org, identifier, actor=house.agents[said.agent], text="In the attachment of the first message.")


def decide(house: Playhouse, identifier: uuid.UUID, said: Proposal, at: datetime) -> None:
    """Somebody decides, and somebody else after them if one is not enough."""
    who = chosen(house, identifier)
    if who is None:
        return
    with tx.reading(house.org):
        action = load(identifier).action
    digest = action.digest
    if action.claimed_by_id is None and house.random.random() < 0.3:
        claim.claim(house.org, identifier, actor=who)
    seconds = round(house.random.uniform(8, 90), 1)
    if said.flaw and house.random.random() < 0.93:
        cast = CastVote("reject", digest, comment=said.flaw, reject_option="wrong", review_seconds=seconds)
    elif said.fix is not None:
        cast = CastVote("approve", digest, comment="Half of it.", arguments=said.fix, review_seconds=seconds)
    else:
        cast = CastVote("approve", digest, review_seconds=seconds)
    made = vote.vote(house.org, identifier, actor=who, cast=cast)
    if made["status"] == "pending":
        then = at + timedelta(minutes=house.random.uniform(2, 40))
        house.later(then, lambda: decide(house, identifier, said, then))
    elif made["status"] == "approved":
        agent = house.agents[said.agent]
        house.later(at + timedelta(seconds=4), lambda: execute(house, identifier, agent, made["digest"], said, at))


def execute(
    house: Playhouse, identifier: uuid.UUID, agent: AgentActor, digest: str, said: Proposal, at: datetime
) -> None:
    """The agent does what was approved, and a day later it is known whether that was right."""
    start.start(house.org, identifier, actor=agent, digest=digest)
    status = "failed" if house.random.random() < 0.02 else "succeeded"
    finish.finish(house.org, identifier, actor=agent, status=status, detail="")
    if house.random.random() < 0.2:
        verdict = "incorrect" if said.flaw else "correct"
        crm = ReporterActor(house.org, house.slug, "crm")
        house.later(
            at + timedelta(hours=26),
            lambda: _done(report.report(house.org, identifier, actor=crm, verdict=verdict, severity="", note="")),
        )


def chosen(house: Playhouse, identifier: uuid.UUID) -> PersonActor | None:
    """Return somebody who may still vote, or None if it has ended."""
    with tx.reading(house.org):
        story = load(identifier)
        if story.action.status != "pending":
            return None
        may = electors(story, look(story.agent.pk))[story.action.stage - 1]
        voted = {one.person.email for one in story.votes if one.revision == story.action.revision}
        open_to = sorted(set().union(*may) - voted)
    return house.people[house.random.choice(open_to)] if open_to else None


def _done(_: object) -> None:
    return
