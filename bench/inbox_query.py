"""What `approvals.queries.inbox` asks, taken from the code itself, and how long the whole page of stories takes.

Reads {"org", "person"} and prints {"query", "parameters", "first", "waiting", "page_ms"}.
"""

from __future__ import annotations

import json
import statistics
import sys
import uuid

import django

if __name__ == "__main__":
    django.setup()

from approvals import queries
from core import clock, tx

if __name__ == "__main__":
    given = json.load(sys.stdin)
    person = uuid.UUID(given["person"])
    took = []
    with tx.reading(given["org"]):
        for _ in range(10):
            began = clock.monotonic()
            found, following = queries.inbox(person)
            took.append((clock.monotonic() - began) * 1000)
        waiting = queries.waiting_for(person)
    parameters = {
        "org": given["org"],
        "person": given["person"],
        "after": None,
        "last": None,
        "limit": 51,
        "snoozed": False,
    }
    json.dump(
        {
            "query": queries.INBOX,
            "parameters": parameters,
            "first": str(found[0].action.pk) if found else None,
            "waiting": waiting,
            "page_ms": statistics.median(took),
        },
        sys.stdout,
    )
