"""How the demo's lanes came to where they stand: five months of reviews that were right, and the errors people found.

What was right is told to the lanes some days at a time; its actions are not kept any more. Every error is an action
of its own, posted and judged by the real flows, and so is every promotion that somebody agrees to. The lanes' ledgers,
moves and sentences are made as ever (agents.keeping).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from agents.keeping import Given, append, hold_or_open
from agents.ledger import Label
from agents.models import LabelRow, LaneRow
from agents.terms import LEVELS
from agents.trust import MONITORED, trust_of
from approvals.actors import ReporterActor
from approvals.demo.house import Playhouse, chosen
from approvals.demo.stories import Proposal, campaign, invoice, prices, refund, replicas, volumes
from approvals.flow import report, set_level, submit, trust_sweep, vote
from approvals.ground import stand
from approvals.posted import CastVote, PostedAction
from core import ids, tx

BEGINS = 153  # days back, when Halden began with its first agents
READ = timedelta(minutes=12)
WHO = "dana@halden.example"
Tale = Callable[[Random], Proposal]


@dataclass(frozen=True, slots=True)
class Season:
    """A time in the life of a lane: from `first` to `last`, in days back, so many clean reviews `every` few days."""

    first: float
    last: float
    every: float
    clean: int


@dataclass(frozen=True, slots=True)
class Course:
    """The life of one lane. `errors` are days back; those at which it stands below `unless_below` did not happen.

    Somebody agrees to its promotions until `agreed_until`, in days back.
    """

    agent: str
    tale: Tale
    reviewer: str
    seasons: tuple[Season, ...]
    errors: tuple[float, ...] = ()
    unless_below: int = 0
    agreed_until: float = 0.0


COURSES = (
    Course(
        "refunds",
        refund,
        "priya@halden.example",
        (Season(152, 48, 5, 10), Season(42, 22, 5, 12), Season(21, 0.5, 5, 20)),
        errors=tuple(46 - 0.4 * n for n in range(6)),
        unless_below=MONITORED,
        agreed_until=47,
    ),
    Course(
        "catalogue",
        prices,
        "mei@halden.example",
        (Season(148, 90, 6, 11), Season(89, 0.7, 11, 12)),
        errors=(103.2,),
    ),
    Course("invoices", invoice, "priya@halden.example", (Season(150, 1, 8, 10),), errors=(131.3, 0.11)),
    Course(
        "outreach",
        campaign,
        "mei@halden.example",
        (Season(140, 0.6, 9, 9),),
        errors=(118.4,),
        agreed_until=200,
    ),
    Course("platform", replicas, "jonas@halden.example", (Season(90, 1, 9, 5),)),
    Course("platform", volumes, "jonas@halden.example", (Season(88, 2, 14, 3),), errors=(33.6,)),
)


def remember(house: Playhouse, now: datetime, courses: Sequence[Course] = COURSES) -> None:
    """Let the past of every lane happen in the play that ends `now`."""
    for course in courses:
        for season in course.seasons:
            back = season.first
            while back >= season.last:
                house.later(now - timedelta(days=back), partial(_visit, house, course, season.clean, back))
                back -= season.every
        for back in course.errors:
            at = now - timedelta(days=back)
            house.later(at, partial(_mistake, house, course, at))
    for back in (*range(22), *range(28, BEGINS, 30)):
        at = now - timedelta(days=back, minutes=30)
        house.later(at, partial(_pass_time, house, at))


def _visit(house: Playhouse, course: Course, clean: int, back: float) -> None:
    said = course.tale(house.random)
    proposed = _reviewed(house.org, course, said.action, clean, house.agents[course.agent].agent_id)
    if proposed is not None and back > course.agreed_until:
        risk, level = proposed
        set_level.set_level(
            house.org,
            actor=house.people[WHO],
            agent=course.agent,
            action=said.action,
            risk=risk,  # type: ignore[arg-type]  # rows have one of RISKS
            level=LEVELS[level],
            reason="The evidence is there",
        )


@tx.use_case
def _reviewed(org: int, course: Course, kind: str, clean: int, agent: uuid.UUID) -> tuple[str, int] | None:
    """Let so many reviews of a lane be right; return its risk and next level if that is proposed."""
    ground = stand(agent)
    terms = ground.terms.type_named(kind)
    row = hold_or_open(agent, kind, terms.risk, trust_of(terms, terms.risk), now=ground.now)
    source = "audit" if row.level >= MONITORED and not row.tightened else "decision"
    said = [_label(row, course.reviewer, source, number, ground.now) for number in range(1, clean + 1)]
    given = [Given(Label(0.0), one.pk) for one in said]
    kept = append(row, given, now=ground.now, by=f"person:{course.reviewer}", said=said)
    return (terms.risk, kept.lane.earned + 1) if kept.row.proposed else None


def _label(row: LaneRow, reviewer: str, source: str, number: int, now: datetime) -> LabelRow:
    action = ids.new()
    return LabelRow(
        id=ids.new(),
        org_id=row.org_id,
        lane_id=row.pk,
        action=action,
        once=f"{source}:{ids.public('act', action)}",
        source=source,
        loss=0.0,
        weight=1.0,
        reviewer=reviewer,
        said_at=now,
        entry=row.entries + number,
    )


def _mistake(house: Playhouse, course: Course, at: datetime) -> None:
    """Let the agent ask for something wrong: people refuse it, or it went through and is reported."""
    said = course.tale(house.random)
    while not said.flaw and course.tale is not prices:
        said = course.tale(house.random)
    if _level(house, course, said) < course.unless_below:
        return
    made, _ = submit.submit(house.agents[course.agent], posted_of(said, f"run-{at:%m%d}-{house.posted}"))
    house.posted += 1
    identifier = ids.parse("act", made["id"])
    assert identifier is not None
    house.later(at + READ, partial(_found, house, identifier, made, said))


def _level(house: Playhouse, course: Course, said: Proposal) -> int:
    with tx.reading(house.org):
        row = LaneRow.objects.filter(agent_id=house.agents[course.agent].agent_id, type=said.action, floor=0).first()
        return row.earned if row is not None else 0


def _found(house: Playhouse, identifier: uuid.UUID, made: dict[str, str], said: Proposal) -> None:
    flaw = said.flaw or "Two of these were on sale already, so they would go out below cost."
    if made["status"] == "approved":
        crm = ReporterActor(house.org, house.slug, "crm")
        report.report(house.org, identifier, actor=crm, verdict="incorrect", severity="major", note=flaw)
    elif (who := chosen(house, identifier)) is not None:
        cast = CastVote("reject", made["digest"], comment=flaw, reject_option="wrong", review_seconds=48.0)
        vote.vote(house.org, identifier, actor=who, cast=cast)


def _pass_time(house: Playhouse, at: datetime) -> None:
    """Let the engine come by."""
    trust_sweep.sweep(at=at, org=house.org)


def posted_of(said: Proposal, run: str) -> PostedAction:
    """Return a proposal as an agent posts it."""
    body = said.body(run)
    return PostedAction(
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
