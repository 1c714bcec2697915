"""The demo's past: weeks of work played through the real flows, in order, with the clock turned."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from accounts.models import Organization, Person
from agents.models import Agent
from agents.terms import Money
from approvals import tell
from approvals.actors import AgentActor, PersonActor, ReporterActor
from approvals.demo.house import Playhouse, chosen
from approvals.demo.lanes import BEGINS, posted_of, remember
from approvals.demo.stories import Proposal, propose
from approvals.flow import ask, claim, finish, reply, report, start, submit, vote
from approvals.flow.apply import apply
from approvals.flow.delegate import delegate
from approvals.posted import CastVote, PostedDelegation
from approvals.story import load
from core import clock, ids, tx

DOCUMENT = Path(__file__).with_name("halden.yaml")
DAYS = 21
A_DAY = 6
CALM, A_CALM_TIME = ("refunds", "catalogue", "outreach"), timedelta(days=11)  # who makes no mistakes lately
PATIENCE = 12.0  # seconds: on a slow machine the past has fewer actions, not a longer wait
SEED = 20261120
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def fill(*, days: int = DAYS, a_day: int = A_DAY, seed: int = SEED) -> Playhouse:
    """Make the demo organization and play its past. Returns the playhouse with how much was posted."""
    now = clock.now()
    with clock.turned(clock.shift() - timedelta(days=max(days, BEGINS), hours=1)):
        applied = apply(DOCUMENT.read_bytes(), author="operator", reason="Halden starts with Countersign")
    house = open_house(applied.org, end=now, seed=seed, busy_from=now - timedelta(days=days + 1))
    remember(house, now)
    house.later(house.busy_from, lambda: begin(house))
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


def begin(house: Playhouse) -> None:
    """Look at the clock: from here on it counts how long the play takes."""
    house.until = clock.monotonic() + PATIENCE


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


def open_house(org: int, *, end: datetime, seed: int, busy_from: datetime = LONG_AGO) -> Playhouse:
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
    return Playhouse(org, slug, agents, people, end, Random(seed), until, busy_from)  # noqa: S311 - a play, not a secret


def post(house: Playhouse, at: datetime, *, keep: bool = False) -> None:
    """An agent asks; with `keep` nobody answers before the play ends."""
    if not keep and clock.monotonic() > house.until:
        return
    said = propose(house.random)
    while (said.flaw or said.fix) and said.agent in CALM and house.end - at < A_CALM_TIME:
        said = propose(house.random)
    made, _ = submit.submit(house.agents[said.agent], posted_of(said, f"run-{at:%m%d}-{house.posted}"))
    house.posted += 1
    identifier = ids.parse("act", made["id"])
    if made["status"] == "approved" and identifier is not None:
        execute_later(house, identifier, said, made["digest"], at)
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
        execute_later(house, identifier, said, made["digest"], at)


def execute_later(house: Playhouse, identifier: uuid.UUID, said: Proposal, digest: str, at: datetime) -> None:
    """Let the agent do in a moment what was approved at `at`."""
    agent = house.agents[said.agent]
    house.later(at + timedelta(seconds=4), lambda: execute(house, identifier, agent, digest, said, at))


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


def _done(_: object) -> None:
    return
