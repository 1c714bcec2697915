"""Promises callbacks in the product's own way. Reads {"org", "agent", "addresses", "each"} and prints how many."""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from core import ids, tx
from delivery.post import Promise, promise_all


@tx.use_case
def promise(org: int, agent: uuid.UUID, addresses: list[str]) -> int:
    """Promise one callback to each address."""
    made = [
        Promise(
            channel="callback",
            kind="action.decided",
            address=address,
            once=f"bench:{ids.new().hex}",
            payload={"type": "action.decided", "data": {"arguments": {"amount": "120.00", "lines": ["x" * 600]}}},
            agent=agent,
        )
        for address in addresses
    ]
    return len(promise_all(made))


def main(given: dict[str, Any]) -> int:
    """Promise all, two hundred in a transaction."""
    everything = given["addresses"] * given["each"]
    agent = uuid.UUID(given["agent"])
    return sum(promise(given["org"], agent, everything[n : n + 200]) for n in range(0, len(everything), 200))


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
