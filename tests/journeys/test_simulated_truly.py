"""The simulator says what the flows do: the same people at the same moments, and the same end, whatever the document.

Each case is a made-up organization. Its action is posted for real, the clock is turned from moment to moment, the
engine sweeps and people vote; then the simulator is asked about that very post.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import Organization
from approvals.configuration.faults import InvalidDocument
from approvals.flow import lapse, lend
from approvals.models import Action, Asked, Decision
from approvals.simulating.printed import lines
from approvals.simulating.simulate import simulate
from approvals.simulating.terms import Answer, Simulation, Supposed
from approvals.simulations import court_of
from audit.models import Entry
from core import clock, tx
from core.errors import DomainError
from tests.play import cast, key_of, post, refund
from tests.world import Document, World, make_world

Told = dict[str, Any]
PEOPLE = ("ana", "bo", "cy", "dee", "gus", "hal")
NEAR = timedelta(seconds=20)
"""How far a real moment may lie from the simulated one: machines are slow, spans here are minutes at least."""
CASES = (*range(20), 36, 63, 70, 71, 73, 76, 154, 168)
"""Two dozen, and those by which faults were found once."""
ZONE = "Europe/Amsterdam"


@dataclass(frozen=True)
class Case:
    """One made-up document, an amount, and who votes when (minutes after the post)."""

    document: Document
    amount: str
    votes: tuple[tuple[int, str, str], ...]


def made_up(number: int, slug: str) -> Case:
    """Return case `number`: always the same for a number, but for names and days."""
    luck = random.Random(number)
    mail = {name: f"{name}@{slug}.test" for name in (*PEOPLE, "eve", "boss")}
    now = clock.now()

    def when(minutes: int) -> str:
        return (now + timedelta(minutes=minutes)).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")

    people: list[Told] = [{"email": mail["eve"], "name": "Eve", "roles": ["auditor"]}]
    people.append({"email": mail["boss"], "name": "Boss", "roles": luck.choice([["approver"], ["viewer"]])})
    for name in PEOPLE:
        person: Told = {"email": mail[name], "name": name.title(), "roles": ["approver"]}
        if name == "ana":
            person["roles"] = ["admin", "approver"]
        if luck.random() < 0.6:
            person["manager"] = mail["boss" if name in ("ana", "hal") else luck.choice(["ana", "boss", "hal"])]
        if luck.random() < 0.2:
            person["authority"] = {"max_amount": "100 EUR"}
        if luck.random() < 0.3:
            start = luck.choice([-600, -60, 95])
            person["away"] = [{"starts": when(start), "until": when(start + luck.choice([130, 900]))}]
        people.append(person)

    def target() -> Told:
        return luck.choice(
            [
                {"person": mail[luck.choice(PEOPLE)]},
                {"team": luck.choice(["one", "two"])},
                {"role": luck.choice(["admin", "approver"])},
                {"schedule": "duty", "who": luck.choice(["on_call", "next"])},
                {"manager_of": luck.choice(["asked", "owner", "requester"])},
            ]
        )

    def requirement() -> Told:
        of = luck.choice([{"team": "one"}, {"team": "two"}, {"role": "approver"}, {"role": "approver"}, target()])
        return {"approvals": luck.choice([1, 1, 1, 2]), "from": of}

    stages: list[Any] = []
    for _ in range(luck.choice([1, 1, 2])):
        rows = [requirement() for _ in range(luck.choice([1, 1, 2]))]
        stages.append(rows)
    steps: list[Told] = []
    at = 0
    for _ in range(luck.choice([0, 2, 3, 4, 5])):
        at += luck.choice([7, 20, 35])
        do = luck.choice(["remind", "warn", "add", "add", "replace", "webhook"])
        step: Told = {"at": f"{at}m", "do": do}
        if do in ("add", "replace"):
            step["to"] = target()
        if do == "webhook":
            step["url"] = "https://hooks.example.test/countersign"
        steps.append(step)
    if steps and luck.random() < 0.4:
        at += 11
        first = luck.randint(1, len(steps))
        steps.append({"at": f"{at}m", "do": "repeat", "from": first, "times": luck.choice([1, 2, 4])})
    route: Told = {
        "name": "all",
        "stages": stages,
        "chain": "slow",
        "assign": luck.choice(["all", "all", "round_robin"]),
    }
    if luck.random() < 0.4:
        route["fallback"] = luck.choice([{"person": mail[luck.choice(PEOPLE)]}, {"team": "two"}])
    lent = []
    for _ in range(luck.choice([0, 0, 1, 2])):
        grantor, delegate = luck.sample(PEOPLE, 2)
        start = luck.choice([-120, -120, 25, 90])
        lent.append(
            {
                "from": mail[grantor],
                "to": mail[delegate],
                "starts": when(start),
                "until": when(start + luck.choice([150, 170, 1200])),
                "reason": "leave",
                "waiting_too": luck.random() < 0.8,
            }
        )
    document: Document = {
        "version": 1,
        "organization": {"slug": slug, "name": "Made up", "timezone": ZONE},
        "people": people,
        "teams": [
            {"slug": "one", "name": "One", "members": [mail[name] for name in ("bo", "cy", "dee")]},
            {"slug": "two", "name": "Two", "members": [mail[name] for name in ("dee", "gus", "hal", "ana")]},
        ],
        "schedules": [
            {
                "slug": "duty",
                "timezone": ZONE,
                "people": [mail[name] for name in luck.sample(PEOPLE, 3)],
                "every": luck.choice(["1w", "3h"]),
                "starts": (now - timedelta(days=3, minutes=50)).strftime("%Y-%m-%dT%H:%M"),
            }
        ],
        "calendars": [
            {
                "slug": "hours",
                "timezone": ZONE,
                "hours": {"mon-sun": ["00:00-05:30", "06:00-11:10", "12:00-19:40", "20:15-24:00"]},
            }
        ],
        "agents": [
            {
                "slug": "refunds",
                "name": "Refunds",
                "owner": mail[luck.choice(["eve", "eve", "gus"])],
                "actions": [
                    {
                        "type": "refund.create",
                        "title": "Refund {amount}",
                        "risk": luck.choice(["low", "medium"]),
                        "reversible": True,
                        "amount": {"value": "/amount", "currency": "/currency"},
                    }
                ],
            }
        ],
        "routes": [route],
        "chains": [
            {
                "slug": "slow",
                "decide_within": "200m",
                "clock": luck.choice(["wall", "wall", "hours"]),
                "steps": steps,
                "finally": luck.choice(["reject", "reject", "hold"]),
            }
        ],
        "delegations": lent,
    }
    says = ["approve", "approve", "reject", "abstain"]
    voting = luck.sample(PEOPLE, luck.choice([0, 0, 1, 2, 3]))
    votes = [(luck.choice([3, 13, 48, 77, 140]), mail[name], luck.choice(says)) for name in voting]
    return Case(document, luck.choice(["50.00", "700.00"]), tuple(sorted(votes)))


@pytest.mark.parametrize("number", CASES)
def test_the_flows_do_what_was_simulated(number: int, world: World) -> None:
    """`world` turns the clock, and turns it back at the end."""
    found: list[Case] = []

    def edit(document: Document) -> None:
        found.append(made_up(number, document["organization"]["slug"]))
        document.clear()
        document.update(found[0].document)

    try:
        made = make_world(edit)
    except InvalidDocument as refused:
        pytest.skip(f"no such document may be applied: {refused.faults[0]}")
    case = found[0]
    with tx.reading(made.org):
        court = court_of(Organization.objects.get(pk=made.org))  # before anybody has had a turn
    engine(made)  # what is lent already has begun
    told = post(made, refund(case.amount))
    began = datetime.fromisoformat(told["created_at"])
    answers = [Answer(timedelta(minutes=after), person, how) for after, person, how in case.votes]  # type: ignore[arg-type]
    supposed = Supposed(agent="refunds", action="refund.create", arguments=refund(case.amount))
    simulation = simulate(court.policy, court.directory, supposed, began, answers=answers, pick=court.pick)
    play_out(made, told, case, began, turn=world.turn)
    near = Near(simulation)
    real, said = asked_really(made, told, near), asked_as_said(simulation)
    if simulation.end.outcome == "held":  # whoever comes after that may still be asked, which is not foreseen
        last = max(event.at for event in simulation.events)
        real = [one for one in real if one[0] <= last - simulation.at]
    stayed = {(at, who) for at, who, whom in real if whom == "somebody"}
    said = [(at, who, "somebody" if whom and (at, who) in stayed else whom) for at, who, whom in said]
    assert sorted(real) == sorted(said), shown(simulation)
    assert steps_really(made, told, near) == steps_as_said(simulation), shown(simulation)
    assert end_really(made, told, near) == end_as_said(simulation), shown(simulation)


class Near:
    """Takes a real moment for the simulated one it is near to, and tells how long after the post that is."""

    def __init__(self, simulation: Simulation) -> None:
        self.began = simulation.at
        self.moments = [event.at for event in simulation.events]

    def __call__(self, at: datetime) -> timedelta:
        nearest = min(self.moments, key=lambda one: abs(one - at))
        return (nearest if abs(nearest - at) < NEAR else at) - self.began


def play_out(world: World, told: Told, case: Case, began: datetime, *, turn: Callable[..., Any]) -> None:
    """Let the clock run from moment to moment, with the engine and those who vote, until nothing comes any more."""
    votes = [(began + timedelta(minutes=after), person, how) for after, person, how in case.votes]
    last = began + timedelta(days=3)
    for _ in range(300):
        engine(world)
        moments = [at for at in (next_of(world, told), next_of_lending(world, told)) if at is not None]
        moments += [votes[0][0]] if votes else []
        moments = [at for at in moments if at < last]
        if not moments:
            return
        wait = min(moments) - clock.now()
        if wait > timedelta(0):
            turn(seconds=wait.total_seconds() + 0.01)
        engine(world)
        if votes and votes[0][0] <= clock.now():
            _, person, how = votes.pop(0)
            with suppress(DomainError):  # the simulator says so too, or what comes of it differs
                cast(world, person, told, how)
    raise AssertionError("it never ends")


def engine(world: World) -> None:
    lapse.sweep(at=clock.now(), org=world.org)
    lend.sweep(at=clock.now(), org=world.org)


def next_of(world: World, told: Told) -> datetime | None:
    """Return when the action is due again, while it waits."""
    with tx.reading(world.org):
        action = Action.objects.get(pk=key_of(told))
        return action.lapse_at if action.status == "pending" else None


def next_of_lending(world: World, told: Told) -> datetime | None:
    with tx.reading(world.org), connection.cursor() as cursor:
        if Action.objects.get(pk=key_of(told)).status != "pending":
            return None
        cursor.execute("select min(next_at) from approvals_delegation where next_at > %s", [clock.now()])
        row: tuple[datetime | None] = cursor.fetchone()
        return row[0]


def asked_really(world: World, told: Told, near: Near) -> list[tuple[timedelta, str, str]]:
    """Return (when, who, for whom) of everybody who was asked; who stays for themselves was asked for somebody."""
    with tx.reading(world.org):
        rows = Asked.objects.filter(action_id=key_of(told)).select_related("person", "on_behalf_of")
        return [(near(one.since), one.person.email, _for_whom(one)) for one in rows]


def _for_whom(asked: Asked) -> str:
    if asked.via.startswith("may decide it without standing in"):
        return "somebody"
    return asked.on_behalf_of.email if asked.on_behalf_of else ""


def asked_as_said(simulation: Simulation) -> list[tuple[timedelta, str, str]]:
    return [
        (event.at - simulation.at, one.email, one.on_behalf_of or "")
        for event in simulation.events
        if event.kind in ("asked", "added", "replaced")
        for one in event.people
        if not one.struck
    ]


def end_really(world: World, told: Told, near: Near) -> tuple[str, str, timedelta]:
    """Return the outcome, by whom, and how long after the post."""
    with tx.reading(world.org):
        action = Action.objects.get(pk=key_of(told))
        if action.status == "pending":
            assert action.held_at
            return ("held", "nobody", near(action.held_at))
        decision = Decision.objects.get(action=action)
        return (decision.outcome, decision.by, near(decision.decided_at))


def end_as_said(simulation: Simulation) -> tuple[str, str, timedelta]:
    end = simulation.end
    assert end.at
    return (end.outcome, end.by, end.at - simulation.at)


def steps_really(world: World, told: Told, near: Near) -> list[tuple[str, timedelta, list[str]]]:
    """Return (step, when, who is told) of the steps that history says were run."""
    with tx.reading(world.org):
        rows = Entry.objects.filter(subject=told["id"], kind="action.step_run").order_by("seq")
        facts = [(json.loads(bytes(one.body))["facts"], one.at) for one in rows]
    return [(one["step"], near(at), sorted(one["people"])) for one, at in facts]


def steps_as_said(simulation: Simulation) -> list[tuple[str, timedelta, list[str]]]:
    return [
        (event.step, event.at - simulation.at, sorted(one.email for one in event.people if not one.struck))
        for event in simulation.events
        if event.step is not None
    ]


def shown(simulation: Simulation) -> str:
    """Return the simulation as it is printed, for whoever has to find out."""
    return "\n".join(lines(simulation))
