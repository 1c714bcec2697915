"""Reading chains and their steps."""

from __future__ import annotations

from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.read_agents import CheckUrl, url_reader
from approvals.configuration.rows import Row, listing
from approvals.configuration.targets import target
from approvals.configuration.times import step_time
from approvals.configuration.values import between, choice, duration, slug

DO = ("remind", "warn", "add", "replace", "webhook", "repeat")
_BELONGS = {"to": ("add", "replace"), "url": ("webhook",), "from": ("repeat",), "times": ("repeat",)}
_NEEDS = {"add": "to", "replace": "to", "webhook": "url"}
MOST_STEPS = 50
MOST_TIMES = 20


def chain(faults: Faults, node: Node, check_url: CheckUrl) -> dict[str, Any]:
    """Read one chain."""
    with Row(faults, node, "a chain") as row:
        row.take("slug", slug, required=True)
        row.take("decide_within", duration, required=True)
        row.take("execute_within", duration)
        row.take("clock", slug, default="wall")
        row.take(
            "steps", listing(lambda inner, one: _step(inner, one, check_url), "steps", most=MOST_STEPS), default=[]
        )
        row.take("finally", choice("reject", "hold", "approve"), default="reject")
    return row.out


def _step(faults: Faults, node: Node, check_url: CheckUrl) -> dict[str, Any]:
    with Row(faults, node, "a step") as row:
        row.take("at", step_time, required=True)
        do = row.take("do", choice(*DO), required=True)
        row.take("to", target)
        row.take("url", url_reader(check_url))
        row.take("from", between(1, MOST_STEPS), default=1)
        row.take("times", between(1, MOST_TIMES), default=1)
    for name, owners in _BELONGS.items():
        if do and do not in owners and row.has(name):
            faults.add(
                row.at(name),
                "misplaced_field",
                f"A step that does “{do}” has no “{name}”; {' and '.join(owners)} have.",
            )
            row.out.pop(name, None)
    if do in _NEEDS and not row.has(_NEEDS[do]):
        row.missing(_NEEDS[do])
    return row.out
