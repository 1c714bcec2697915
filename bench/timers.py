"""(6) Time: what an idle look costs with many actions waiting, and how fast overdue ones are caught up with."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
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
update approvals_action set plan = %(plan)s, decide_by = %(decide_by)s, lapse_at = now() - interval '1 minute', step = 0
where id in (select action_id from approvals_revision where org_id = %(org)s)
"""
WITHIN = timedelta(hours=4)


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Look at a database of many pending actions; then make some of them overdue and start two engines."""
    count, overdue = (1_000_000, 100_000) if full else (10_000, 10_000)
    cast = stage.script("bench.cast", {"first": 0, "orgs": 1, "agents": 1, "people": 20})[0]
    fill(stage, cast, count, one_in=1)
    sweeps = _sweeps(stage)
    engine = stage.background("engine")
    time.sleep(4)
    used, began = cpu(engine.pids), clock.monotonic()
    time.sleep(10)
    idle = (cpu(engine.pids) - used) / (clock.monotonic() - began)
    stage.end(engine)
    steps, steps_seconds = _catch_up(stage, cast["org"], overdue, ends=False, fresh=True)
    ends, ends_seconds = _catch_up(stage, cast["org"], overdue, ends=True, fresh=False)
    return {
        "pending": count,
        "sweep_p50_ms": percentile(sweeps, 0.5) * 1000,
        "sweep_p99_ms": percentile(sweeps, 0.99) * 1000,
        "engine_cpu": idle,
        "overdue": overdue,
        "caught_up": steps,
        "seconds": steps_seconds,
        "per_second": steps / steps_seconds,
        "ended": ends,
        "ended_per_second": ends / ends_seconds,
    }


def _sweeps(stage: Stage) -> list[float]:
    took = []
    with psycopg.connect(stage.application_url, autocommit=True) as line:
        for _ in range(300):
            began = clock.monotonic()
            line.execute("select org_id, action_id from due_actions(now(), 500)").fetchall()
            took.append(clock.monotonic() - began)
    return sorted(took)


def _catch_up(stage: Stage, org: int, overdue: int, *, ends: bool, fresh: bool) -> tuple[int, float]:
    """Return of how many overdue actions the next moment was run, and in how many seconds of two engines' work.

    It is the first of three steps, a reminder, or with `ends` the end of the chain.
    """
    with stage.superuser() as server:
        server.execute("set session_replication_role = replica")
        if fresh:
            server.execute(REVISIONS, {"org": org, "count": overdue})
        began = clock.now() - timedelta(minutes=1) - (WITHIN if ends else WITHIN / 4)
        given = {"org": org, "plan": json.dumps(_plan(began)), "decide_by": began + WITHIN}
        server.execute(OVERDUE, given)
        server.execute("set session_replication_role = origin")
        server.execute("vacuum analyze approvals_action, approvals_revision")
        left = overdue
        engines = [stage.background("engine"), stage.background("engine")]
        while left == overdue:
            time.sleep(0.05)
            left = _left(server)
        started, first = clock.monotonic(), left
        while left and clock.monotonic() - started < PATIENCE:
            time.sleep(0.1)
            left = _left(server)
        seconds = clock.monotonic() - started
        for engine in engines:
            stage.end(engine)
    return first - left, max(seconds, 0.1)


def _plan(began: datetime) -> dict[str, Any]:
    """Return the plan of an action that started at `began`, as the product writes it."""
    steps = [("1", 0.25, "remind", None), ("2", 0.5, "add", {"role": "admin"}), ("3", 0.9, "warn", None)]
    needs = {"approvals": 1, "from": {"team": "finance"}}
    return {
        "stages": [{"requirements": [needs], "deny_threshold": 1, "allow_shared_seat": False}],
        "fallback": None,
        "route": "everything else",
        "assign": "all",
        "fallback_used": False,
        "added": [],
        "chain": {
            "slug": "standard",
            "decide_within": WITHIN.total_seconds(),
            "execute_within": 900.0,
            "clock": "wall",
            "calendar": None,
            "finally": "reject",
            "steps": [
                {"key": key, "after": WITHIN.total_seconds() * share, "do": do, "to": to, "url": ""}
                for key, share, do, to in steps
            ],
            "anchor": {"at": began.isoformat(), "elapsed": 0.0},
            "extended": False,
        },
    }


def _left(server: psycopg.Connection[Any]) -> int:
    row = server.execute("select count(*) from approvals_action where lapse_at <= now()").fetchone()
    assert row is not None
    return int(row[0])
