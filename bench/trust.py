"""(10) The trust page of an agent whose lane has a million labels, from request to the last byte, and the list."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from agents.terms import Risk
from bench import inbox, page
from bench.load import percentile
from bench.stage import Stage, cpu
from core import clock

TYPE = "refund.create"
RISK: Risk = "medium"
DAYS, A_DAY = 180, 4
# Further labels with their entries, before those of the product's own: only how many there are matters to the page.
FILL = """
insert into agents_label (id, org_id, lane_id, action, once, source, loss, weight, catch, severe, answered, reviewer,
    agent_version, note, said_at, due_at, entry, dropped, replaced_by)
select gen_random_uuid(), %(org)s, %(lane)s, a.id, 'fill:' || n, case when n %% 10 = 0 then 'audit' else 'decision' end,
    case when n %% 100 = 0 then 1 else 0 end, 1, 0.9, false, true, 'person1@bench.test', '', '',
    now() - n * interval '10 seconds', null, %(entries)s + n, false, null
from generate_series(1, %(count)s) n join (select id, row_number() over () as place from approvals_action
    where org_id = %(org)s limit 1000) a on a.place = 1 + n %% 1000
"""
FILL_LEDGER = """
insert into agents_ledger (id, org_id, lane_id, number, at, body, label, by)
select gen_random_uuid(), %(org)s, %(lane)s, %(entries)s + n, now() - n * interval '10 seconds',
    '{"t": 20000, "type": "label", "y": 0, "w": 1, "s": 0.9}', null, 'person:bench'
from generate_series(1, %(count)s) n
"""


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Fill the lane, sign in as a person would, and load both pages again and again; the first time is told apart."""
    cast = stage.script("bench.cast", {"first": 9000, "orgs": 1, "agents": 1, "people": 5})
    one = cast[0]
    inbox.fill(stage, one, 100_000)
    slug = one["agents"][0]["slug"]
    lane = stage.script("bench.trust_lane", {"org": one["org"], "agent": slug, "days": DAYS, "a_day": A_DAY})
    given = {"org": one["org"], "lane": lane["lane"], "entries": lane["entries"], "count": 1_000_000}
    with stage.superuser() as server:
        server.execute("set session_replication_role = replica")
        server.execute(FILL, given)
        server.execute(FILL_LEDGER, given)
        server.execute("vacuum analyze agents_label, agents_ledger, agents_move, agents_laneday")
    web = stage.web(1)
    email = one["people"][0]["email"]
    url = json.loads(stage.run("signin", "--org", one["slug"], "--person", email, "--json"))["url"]
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    cookie = page.sign_in(line, urlsplit(url).path, web.port)
    found: dict[str, Any] = {"labels": given["count"]}
    for name, path in (("trust", f"/agents/{slug}?lane={TYPE}/{RISK}&days=150"), ("agents", "/agents")):
        count, pids = 110 if full else 60, [*web.pids, stage.postgres_pid]
        page.get(line, "/insights", cookie)  # so that the first time is not the first of the process
        used = cpu(pids)
        found[name] = _times(line, path, cookie, count) | {"cpu_ms": (cpu(pids) - used) / count * 1000}
    stage.end(web)
    return found


def _times(line: http.client.HTTPConnection, path: str, cookie: str, count: int) -> dict[str, float]:
    took = []
    for _ in range(count):
        began = clock.monotonic()
        status, size = page.get(line, path, cookie)
        took.append((clock.monotonic() - began) * 1000)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
    ordered = sorted(took[1:])
    return {
        "first_ms": took[0],
        "p50_ms": percentile(ordered, 0.5),
        "p99_ms": percentile(ordered, 0.99),
        "bytes": float(size),
    }
