"""Races in one organization, as a program.

Reads {"org", "slug", "agent", "people": [e-mail], "races", "seed"} and prints the tally of its races (bench.voters).
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from accounts.models import Person
from agents.models import Agent
from approvals.actors import AgentActor, PersonActor
from approvals.replay import replay
from audit.verify import verify
from bench import voters
from core import tx


def race(given: dict[str, Any]) -> dict[str, Any]:
    """Race in one organization. `broken` is 1 if its audit chain does not hold or a decision does not replay."""
    org, slug = given["org"], given["slug"]
    with tx.reading(org):
        row = Agent.objects.get(slug=given["agent"])
        people = list(Person.objects.filter(email__in=given["people"]).order_by("email"))
    agent = AgentActor(org=org, org_slug=slug, agent_id=row.pk, slug=row.slug, key_id=row.pk)
    actors = [
        PersonActor(
            org=org,
            org_slug=slug,
            person_id=one.pk,
            email=one.email,
            name=one.name,
            roles=frozenset(one.roles),
            channel="api",
        )
        for one in people
    ]
    found = voters.run(agent, actors, races=given["races"], seed=given["seed"])
    report = verify(org, replay=replay)
    wrong = [*found.wrong, *report.differences[:5], report.why] if not report.holds else found.wrong
    return found.as_json() | {"broken": int(not report.holds), "wrong": wrong[:20]}


if __name__ == "__main__":
    json.dump(race(json.load(sys.stdin)), sys.stdout)
