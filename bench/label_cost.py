"""The cost of labels, in a process of its own. As a program: lets a lane count labels, in the product's own way.

Reads {"org": n, "agent": slug, "count": n, "says": "nothing" | "votes" | "mixed"} and prints the CPU of this process
for each label, in microseconds; or {"org": n, "open": true}, and opens three lanes for each agent of it.
"votes" posts and approves actions and tells what of it is the label's, "mixed" is what others say, 1 % of it wrong.
"""

from __future__ import annotations

import json
import random
import sys
import time
import uuid
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from accounts.models import Organization, Person
from agents.keeping import hold_or_open
from agents.models import Agent
from agents.terms import Risk
from agents.trust import trust_of
from approvals import tell
from approvals.actors import AgentActor, PersonActor
from approvals.flow import submit, vote
from approvals.ground import stand
from approvals.models import Action
from approvals.posted import CastVote, PostedAction
from approvals.ratchet import evidence
from approvals.ratchet.said import DECISION, Said
from bench.company import body
from bench.load import percentile
from bench.trust import RISK, TYPE
from core import ids, tx

CATCHES = (0.76, 0.81, 0.87, 0.9, 0.93)
WEIGHTS = (1.0, 0.3)
RISKS: tuple[Risk, ...] = ("medium", "high", "critical")


@tx.use_case
def one_label(org: int, agent: uuid.UUID, said: Said | None, weight: float) -> tuple[float, float]:
    """Count one label as the transaction of a vote does, which has its ground; return the CPU and the time, in s."""
    ground = stand(agent)
    review = {"reviewed": True, "held": True, "p": 1.0, "w": weight, "why": "supervised", "level": "supervised"}
    action = Action(
        id=ids.new(),
        org_id=org,
        agent_id=agent,
        type=TYPE,
        risk=RISK,
        verdict={"review": review},
        created_at=ground.now,
    )
    used, began = time.process_time(), time.perf_counter()
    if said is not None:
        evidence.say(action, ground, said)
    return time.process_time() - used, time.perf_counter() - began


@tx.use_case
def open_lanes(org: int) -> None:
    """Open the lanes of every agent, as they are after its first labels."""
    for agent in Agent.objects.order_by("pk"):
        ground = stand(agent.pk)
        for risk in RISKS:
            hold_or_open(agent.pk, TYPE, risk, trust_of(ground.terms.type_named(TYPE), risk), now=ground.now)


def votes(given: dict[str, Any]) -> dict[str, float]:
    """Return what the label of a vote costs: of real votes on real actions."""
    org, took = given["org"], list[tuple[float, float]]()
    with tx.reading(org):
        slug, agent = Organization.objects.get(pk=org).slug, Agent.objects.get(slug=given["agent"])
        person = Person.objects.get(email=f"person0@{slug}.test")
    actor = AgentActor(org, slug, agent.pk, agent.slug, uuid.UUID(int=0))
    voter = PersonActor(org, slug, person.pk, person.email, person.name, frozenset(person.roles), channel="api")
    plain = evidence.decided

    def timed(*words: Any) -> None:
        used, began = time.process_time(), time.perf_counter()
        plain(*words)
        took.append((time.process_time() - used, time.perf_counter() - began))

    evidence.decided = timed  # type: ignore[assignment]  # to see what of a vote it is
    arguments = json.loads(body(0))["arguments"]
    with tell.muted():
        number = 0
        while len(took) < given["count"] // 10:  # of the actions, most go through without anybody
            number += 1
            posted = PostedAction(body=f"{number}".encode(), action=TYPE, arguments=arguments)
            told, _ = submit.submit(actor, posted)
            if told["status"] != "pending":
                continue
            cast = CastVote("approve", told["digest"], review_seconds=30.0)
            vote.vote(org, ids.parse("act", told["id"]), actor=voter, cast=cast)  # type: ignore[arg-type]
    return _told(took[50:])


def _told(took: list[tuple[float, float]]) -> dict[str, float]:
    used, waited = sorted(one for one, _ in took), sorted(one for _, one in took)
    return {
        "p50_us": percentile(used, 0.5) * 1e6,
        "p99_us": percentile(used, 0.99) * 1e6,
        "mean_us": sum(used) / len(used) * 1e6,
        "wall_p50_us": percentile(waited, 0.5) * 1e6,
    }


def cost(given: dict[str, Any]) -> dict[str, float]:
    """Return what labels cost: median, 99th percentile and mean of their CPU, and the mean of a whole transaction."""
    with tx.reading(given["org"]):
        agent = Agent.objects.get(slug=given["agent"]).pk
    draw = random.Random("labels")
    took: list[tuple[float, float]] = []
    whole = 0.0
    for number in range(-50, given["count"]):
        if not number:
            took.clear()
            whole = time.process_time()
        took.append(one_label(given["org"], agent, _said(given["says"], draw), draw.choice(WEIGHTS)))
    whole = time.process_time() - whole
    return _told(took) | {"transaction_us": whole / given["count"] * 1e6}


def _said(what: str, draw: random.Random) -> Said | None:
    if what == "nothing":
        return None
    wrong = draw.random() < 0.01
    once = f"{DECISION}:{ids.public('act', ids.new())}"
    return Said(DECISION, once, float(wrong), catch=draw.choice(CATCHES), reviewer="person1@bench.test")


if __name__ == "__main__":
    told = json.load(sys.stdin)
    if told.get("open"):
        open_lanes(told["org"])
        json.dump({}, sys.stdout)
    else:
        json.dump(votes(told) if told["says"] == "votes" else cost(told), sys.stdout)
