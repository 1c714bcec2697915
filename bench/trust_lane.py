"""A lane with half a year behind it. As a program: moves it day by day, in the product's own way.

Reads {"org": n, "agent": slug, "days": n, "a_day": n} and prints {"lane": id, "entries": n}.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import timedelta
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from agents.keeping import Given, append, hold_or_open
from agents.ledger import Label, Ratify
from agents.models import Agent, LaneRow
from agents.trust import trust_of
from approvals.ground import stand
from bench.trust import RISK, TYPE
from core import clock, tx

CATCHES = (0.76, 0.81, 0.87, 0.9, 0.93)  # five reviewers, each with a rate of their own
WEIGHTS = (1.0, 0.3, 0.2)


@tx.use_case
def play(org: int, given: dict[str, Any]) -> LaneRow:
    """Open the lane and let people judge what it did, some of it wrong."""
    agent = Agent.objects.select_for_update().get(slug=given["agent"])
    trust = trust_of(stand(agent.pk).terms.type_named(TYPE), RISK)
    draw, now = random.Random("lane"), clock.now()
    row = hold_or_open(agent.pk, TYPE, RISK, trust, now=now - timedelta(days=given["days"]))
    for day in range(given["days"], 0, -1):
        at = now - timedelta(days=day) + timedelta(hours=6)
        labels = [
            Given(Label(float(draw.random() < 0.01), draw.choice(WEIGHTS), draw.choice(CATCHES)))
            for _ in range(given["a_day"])
        ]
        row = append(row, labels, now=at, by="person:bench").row
        if row.proposed:
            row = append(row, [Given(Ratify("bench"))], now=at, by="person:bench").row
    return row


if __name__ == "__main__":
    told = json.load(sys.stdin)
    found = play(told["org"], told)
    json.dump({"lane": str(found.pk), "entries": found.entries}, sys.stdout)
