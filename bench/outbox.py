"""(5) The outbox: how fast one worker delivers, and what one endpoint that hangs does to nineteen others."""

from __future__ import annotations

from typing import Any

from bench.listener import Listener
from bench.load import percentile
from bench.stage import Stage


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Deliver to one fast endpoint, to twenty fast ones, then to nineteen fast ones and one that hangs."""
    count = 4000 if full else 1000
    cast = stage.script("bench.cast", {"first": 0, "orgs": 1, "agents": 1, "people": 2})[0]
    one = _deliver(stage, cast, Listener(fast=1), count)
    twenty = _deliver(stage, cast, Listener(fast=20), count)
    hung = _deliver(stage, cast, Listener(fast=19, hanging=1), count)
    return {
        "one_per_second": one["per_second"],
        "twenty_per_second": twenty["per_second"],
        "others_p95_s": hung["p95_s"],
        "others_p95_s_without": twenty["p95_s"],
        "count": count,
    }


def _deliver(stage: Stage, cast: dict[str, Any], listener: Listener, count: int) -> dict[str, float]:
    """Promise everything, then start a worker: what is timed is its work, from the first callback to the last."""
    with listener:
        addresses = [f"http://127.0.0.1:{port}/" for port in (*listener.ports, *listener.hung)]
        each = count // len(addresses)
        given = {"org": cast["org"], "agent": cast["agents"][0]["id"], "addresses": addresses, "each": each}
        stage.script("bench.parcels", given)
        expected = each * len(listener.ports)
        worker = stage.background("worker")
        if not listener.wait(expected, 120):
            raise RuntimeError(f"only {len(listener.heard)} of {expected} callbacks came")
        took = sorted(heard.at - listener.heard[0].at for heard in listener.heard)
        stage.end(worker)
        with stage.superuser() as server:
            server.execute("delete from delivery_parcel")
    return {"per_second": (expected - 1) / took[-1], "p95_s": percentile(took, 0.95)}
