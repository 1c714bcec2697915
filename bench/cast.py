"""The organizations of a run. As a program: applies documents and issues keys, in the product's own way.

Reads {"orgs": n, "agents": n, "callback": url, "people": n} and prints one {"slug", "org", "agents": [{slug, id, key}],
"people": [{email, id, key}]} for each.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from accounts.keys import issue_person_key
from accounts.models import Person
from agents.models import Agent
from approvals.flow.apply import apply
from bench.company import document
from core import tx


def make(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Apply the documents and issue the keys."""
    made = []
    for number in range(given["first"], given["first"] + given["orgs"]):
        said = document(number, agents=given["agents"], people=given["people"], callback=given.get("callback", ""))
        applied = apply(json.dumps(said), author="operator", reason="a benchmark")
        with tx.reading(applied.org):
            agents = dict(Agent.objects.values_list("slug", "id"))
            people = dict(Person.objects.values_list("email", "id"))
        keys = {name: issued.key for name, issued in dict(applied.created).items()}
        made.append(
            {
                "slug": said["organization"]["slug"],
                "org": applied.org,
                "agents": [{"slug": slug, "id": str(agents[slug]), "key": keys[slug]} for slug in sorted(agents)],
                "people": [
                    {"email": email, "id": str(people[email]), "key": issue_person_key(applied.org, email=email).key}
                    for email in sorted(people)
                ],
            }
        )
    return made


if __name__ == "__main__":
    json.dump(make(json.load(sys.stdin)), sys.stdout)
