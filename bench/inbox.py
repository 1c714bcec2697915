"""(4) The inbox query of one person among many actions, a tenth of them pending, against a primary-key look-up."""

from __future__ import annotations

import statistics
from typing import Any

import psycopg

from bench.stage import Stage

# Rows as the product writes them: one organization, twenty people, one agent; 9 in 10 are decided.
FILL = """
insert into approvals_action (id, org_id, agent_id, body_hash, type, kind, status, risk, level, title, currency, digest,
    environment, agent_version, run_id, requested_by, callback_url, offer, revision, epoch, version, config_version,
    verdict, plan, stage, step, approvals, needed, oddity, created_at, decide_by, lapse_at, held_reason, closed_at,
    execution, execution_detail)
select ('0190' || lpad(to_hex(n), 8, '0') || '7000800000000000' || lpad(to_hex(n %% 65536), 4, '0'))::uuid,
    %(org)s, %(agent)s, '\\x00', 'refund.create', 'approval',
    case when n %% %(one_in)s = 0 then 'pending' else 'approved' end,
    'medium', 'supervised', 'Refund ' || n, '', 'sha256:' || repeat('0', 64), '', '', '', '', '', '{}', 1, 1, 1, 1,
    '{"by": "route", "reason": "", "route": "desk"}', null, 1, 0, 0, 1, '', now() - n * interval '1 second',
    now() + n * interval '1 second',
    case when n %% %(one_in)s = 0 then now() + interval '1 day' + n * interval '1 second' end,
    '', case when n %% %(one_in)s = 0 then null else now() - n * interval '1 second' end, '', ''
from generate_series(1, %(count)s) n
"""
FILL_ASKED = """
insert into approvals_asked
    (id, org_id, action_id, person_id, stage, requirement, via, since, due_at, left_at, left_why, step)
select gen_random_uuid(), a.org_id, a.id, (%(people)s::uuid[])[1 + abs(hashtext(a.id::text)) %% %(many)s], 1, 0, 'desk',
    a.created_at, a.decide_by, a.closed_at, case when a.closed_at is null then '' else 'decided' end, ''
from approvals_action a where a.org_id = %(org)s
"""


def fill(stage: Stage, cast: dict[str, Any], count: int, *, one_in: int = 10) -> None:
    """Fill the organization with `count` actions, one in `one_in` pending; triggers and foreign keys are not run."""
    people = [one["id"] for one in cast["people"]]
    given = {
        "org": cast["org"],
        "agent": cast["agents"][0]["id"],
        "count": count,
        "people": people,
        "many": len(people),
        "one_in": one_in,
    }
    with stage.superuser() as server:
        server.execute("set session_replication_role = replica")
        server.execute(FILL, given)
        server.execute(FILL_ASKED, given)
        server.execute("vacuum analyze approvals_action, approvals_asked")


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Time the product's own query and a look-up by primary key, in the database, as the application's role."""
    count = 1_000_000 if full else 100_000
    cast = stage.script("bench.cast", {"first": 4000, "orgs": 1, "agents": 1, "people": 20})[0]
    fill(stage, cast, count)
    told = stage.script("bench.inbox_query", {"org": cast["org"], "person": cast["people"][-1]["id"]})
    with psycopg.connect(stage.application_url) as line:
        line.execute("select set_config('app.org', %s, true)", [str(cast["org"])])
        inbox, by_key = [], []
        for _ in range(30):
            inbox.append(_time(line, told["query"], told["parameters"]))
            by_key.append(_time(line, "select * from approvals_action where id = %s", [told["first"]]))
        plan = line.execute(f"explain (analyze, buffers off) {told['query']}", told["parameters"]).fetchall()
    return {
        "actions": count,
        "pending": count // 10,
        "of_the_person": told["waiting"],
        "inbox_ms": statistics.median(inbox),
        "by_key_ms": statistics.median(by_key),
        "ratio": statistics.median(inbox) / statistics.median(by_key),
        "page_ms": told["page_ms"],
        "plan": "\n".join(row[0] for row in plan),
    }


def _time(line: psycopg.Connection[Any], query: str, parameters: Any) -> float:
    """Return the execution time that EXPLAIN ANALYZE tells, in ms."""
    row = line.execute(f"explain (analyze, timing off, format json) {query}", parameters).fetchone()
    assert row is not None
    plan = row[0][0]
    return float(plan["Execution Time"]) + float(plan["Planning Time"])
