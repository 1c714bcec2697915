"""(2) A vote, from click to durable and answered, with sixteen voters at once."""

from __future__ import annotations

import http.client
import json
from typing import Any

from bench.company import body
from bench.requests import load, votes
from bench.stage import Stage


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Let sixteen clients approve actions that wait, each its own, in four organizations."""
    count = 1600 if full else 480
    cast = stage.script("bench.cast", {"first": 2000, "orgs": 4, "agents": 4, "people": 4})
    web = stage.web(2)
    pending = prepare(web.port, cast, count + 64)
    load(stage, web.port, votes(pending[:64], web.port), clients=16, count=64, warmup=0)
    told = load(stage, web.port, votes(pending[64:], web.port), clients=16, count=count, warmup=0)
    if set(told["statuses"]) != {"200"}:
        raise RuntimeError(f"not every vote was taken: {told}")
    stage.end(web)
    return {"p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"], "per_second": told["per_second"], "votes": count}


def prepare(port: int, cast: list[dict[str, Any]], count: int) -> list[dict[str, str]]:
    """Post `count` actions, round-robin over the agents, and return each with the key of whoever is asked."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    made = []
    agents = [(org, number, agent) for org in cast for number, agent in enumerate(org["agents"])]
    for number in range(count):
        org, desk, agent = agents[number % len(agents)]
        action = post(line, agent["key"], number)
        person = next(one for one in org["people"] if one["email"].startswith(f"person{desk}@"))
        made.append({"id": action["id"], "digest": action["digest"], "key": person["key"], "agent_key": agent["key"]})
    line.close()
    return made


def post(line: http.client.HTTPConnection, key: str, number: int = 0) -> dict[str, Any]:
    """Post one action."""
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    line.request("POST", "/api/v1/actions", body(number), head)
    answer = line.getresponse()
    told: dict[str, Any] = json.loads(answer.read())
    if answer.status != 201:
        raise RuntimeError(f"{answer.status}: {told}")
    return told
