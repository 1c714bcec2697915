"""(6) Time: what an idle look costs with many actions waiting, and how fast overdue ones are caught up with."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from bench.inbox import fill
from bench.load import percentile
from bench.stage import Stage, cpu
from core import clock

PATIENCE = 60.0  # seconds that catching up may take; then the rate is what is told

REVISIONS = """
insert into approvals_revision
    (id, org_id, action_id, number, body, arguments, digest, summary, reason, context, author, created_at)
select gen_random_uuid(), org_id, id, 1, '{}', '{}', digest, '', '', '[]', 'agent:refunds-0', created_at
from approvals_action where org_id = %(org)s and status = 'pending' limit %(count)s
"""
OVERDUE = """
update approvals_action set lapse_at = now() - interval '1 minute', decide_by = now() - interval '1 minute'
where id in (select action_id from approvals_revision where org_id = %(org)s)
"""


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Look at a database with a tenth of its actions pending; then make many of those overdue and start an engine."""
    count, overdue = (1_000_000, 100_000) if full else (100_000, 10_000)
    cast = stage.script("bench.cast", {"first": 0, "orgs": 1, "agents": 1, "people": 20})[0]
    fill(stage, cast, count)
    sweeps = _sweeps(stage)
    engine = stage.background("engine")
    time.sleep(4)
    used, began = cpu(engine.pids), clock.monotonic()
    time.sleep(10)
    idle = (cpu(engine.pids) - used) / (clock.monotonic() - began)
    stage.end(engine)
    done, seconds = _catch_up(stage, cast["org"], overdue)
    return {
        "pending": count // 10,
        "sweep_p50_ms": percentile(sweeps, 0.5) * 1000,
        "sweep_p99_ms": percentile(sweeps, 0.99) * 1000,
        "engine_cpu": idle,
        "overdue": overdue,
        "caught_up": done,
        "seconds": seconds,
        "per_second": done / seconds,
    }


def _sweeps(stage: Stage) -> list[float]:
    took = []
    with psycopg.connect(stage.application_url, autocommit=True) as line:
        for _ in range(300):
            began = clock.monotonic()
            line.execute("select org_id, action_id from due_actions(now(), 500)").fetchall()
            took.append(clock.monotonic() - began)
    return sorted(took)


def _catch_up(stage: Stage, org: int, overdue: int) -> tuple[int, float]:
    """Return how many of the overdue were closed, and in how many seconds of the engine's work."""
    with stage.superuser() as server:
        server.execute("set session_replication_role = replica")
        server.execute(REVISIONS, {"org": org, "count": overdue})
        server.execute(OVERDUE, {"org": org})
        server.execute("set session_replication_role = origin")
        server.execute("vacuum analyze approvals_action, approvals_revision")
        left = overdue
        engine = stage.background("engine")
        while left == overdue:
            time.sleep(0.05)
            left = _left(server)
        began, first = clock.monotonic(), left
        while left and clock.monotonic() - began < PATIENCE:
            time.sleep(0.1)
            left = _left(server)
        seconds = clock.monotonic() - began
        stage.end(engine)
    return first - left, max(seconds, 0.1)


def _left(server: psycopg.Connection[Any]) -> int:
    row = server.execute("select count(*) from approvals_action where lapse_at <= now()").fetchone()
    assert row is not None
    return int(row[0])
