"""(11) What a label costs a lane that has a million of them, and what lanes cost whoever posts."""

from __future__ import annotations

import statistics
from typing import Any

from bench import inbox, trust
from bench.requests import Cast, load, posts
from bench.stage import Role, Stage, cpu


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Fill one lane, let it count labels one transaction each, with and without; then post without lanes and with."""
    count = 10_000 if full else 2_000
    one = stage.script("bench.cast", {"first": 9500, "orgs": 1, "agents": 1, "people": 5})[0]
    inbox.fill(stage, one, 10_000)
    slug = one["agents"][0]["slug"]
    lane = stage.script("bench.trust_lane", {"org": one["org"], "agent": slug, "days": trust.DAYS, "a_day": 4})
    given = {"org": one["org"], "lane": lane["lane"], "entries": 1_000_000, "count": 1_000_000}
    with stage.superuser() as server:
        server.execute("set session_replication_role = replica")
        server.execute(trust.FILL, given)
        server.execute(trust.FILL_LEDGER, given)
        server.execute("vacuum analyze agents_label, agents_ledger, agents_move, agents_laneday")
    asked = {"org": one["org"], "agent": slug, "count": count}
    found = {name: _counted(stage, asked | {"says": name}) for name in ("nothing", "mixed")}
    found["votes"] = stage.script("bench.label_cost", asked | {"says": "votes"})
    return {"labels": given["count"], "counted": count, **found, "posts": _posts(stage, full=full)}


def _counted(stage: Stage, asked: dict[str, Any]) -> dict[str, float]:
    server = cpu([stage.postgres_pid])
    told: dict[str, float] = stage.script("bench.label_cost", asked)
    return told | {"postgres_us": (cpu([stage.postgres_pid]) - server) / asked["count"] * 1e6}


def _posts(stage: Stage, *, full: bool) -> dict[str, dict[str, float]]:
    """Return what a post costs two web processes: before any lane is opened, and with three lanes an agent."""
    rounds, seconds = (5, 6.0) if full else (3, 4.0)
    plain: Cast = stage.script("bench.cast", {"first": 9600, "orgs": 16, "agents": 2, "people": 3})
    laned: Cast = stage.script("bench.cast", {"first": 9700, "orgs": 16, "agents": 2, "people": 3})
    for org in laned:
        stage.script("bench.label_cost", {"org": org["org"], "open": True})
    web = stage.web(2)
    found: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    for number in range(rounds):
        for name, cast in (("without", plain), ("with", laned)):
            if not number:
                load(stage, web.port, posts(cast, web.port), seconds=2, mark=f"warm-{name}")
            found[name].append(_served(stage, web, cast, seconds, f"{name}{number}"))
    stage.end(web)
    return {
        name: {what: statistics.median(run[what] for run in runs) for what in runs[0]} for name, runs in found.items()
    }


def _served(stage: Stage, role: Role, cast: Cast, seconds: float, mark: str) -> dict[str, float]:
    app, server = cpu(role.pids), cpu([stage.postgres_pid])
    told = load(stage, role.port, posts(cast, role.port), seconds=seconds, clients=8, mark=mark)
    app, server = cpu(role.pids) - app, cpu([stage.postgres_pid]) - server
    if set(told["statuses"]) != {"201"}:
        raise RuntimeError(f"not every post was taken in: {told}")
    answered = told["count"] * (seconds + 1) / seconds  # those of the warm-up second too, which the CPU counts
    return {
        "per_second": told["per_second"],
        "app_us": app / answered * 1e6,
        "postgres_us": server / answered * 1e6,
    }
