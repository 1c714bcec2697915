"""What was found, as a table: each line with what PERFORMANCE asks of it first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Row = tuple[str, str, str, bool | None]
Rows = Callable[[dict[str, Any]], list[Row]]


def _ingest(found: dict[str, Any]) -> list[Row]:
    half, raw = found["half"], found["pgbench"]
    at_half = f"{half['p50_ms']:.1f} / {half['p99_ms']:.1f} ms"
    return [
        ("ingest, 64 clients, two web processes", _speed(found["ours"]), "", None),
        ("pgbench, the same statement", f"{raw['per_second']:,.0f}/s, CPU {raw['postgres_us']:.0f} µs", "", None),
        ("Django ORM, the same rows", _speed(found["orm"]), "", None),
        ("ingest ÷ pgbench", f"{found['of_pgbench']:.2f}", "≥ 0.25", found["of_pgbench"] >= 0.25),
        ("ingest ÷ ORM", f"{found['of_orm']:.1f} ×", "≥ 3 ×", found["of_orm"] >= 3),
        ("ingest p50 / p99 at half load", at_half, "p99 ≤ 25 ms", half["p99_ms"] <= 25),
    ]


def _speed(run: dict[str, float]) -> str:
    times, cost = f"{run['p50_ms']:.0f} / {run['p99_ms']:.0f} ms", f"{run['app_us']:.0f} + {run['postgres_us']:.0f} µs"
    return f"{run['per_second']:,.0f}/s, p50 / p99 {times}, CPU {cost}"


def _votes(found: dict[str, Any]) -> list[Row]:
    told = f"{found['p50_ms']:.0f} / {found['p99_ms']:.0f} ms at {found['per_second']:,.0f}/s"
    return [("vote p50 / p99, 16 voters at once", told, "p99 ≤ 100 ms", found["p99_ms"] <= 100)]


def _inbox(found: dict[str, Any]) -> list[Row]:
    name = f"inbox query ÷ primary-key look-up, {found['actions']:,} actions, {found['pending']:,} pending"
    told = f"{found['ratio']:.1f} × ({found['inbox_ms']:.2f} / {found['by_key_ms']:.2f} ms)"
    return [(name, told, "≤ 10 ×", found["ratio"] <= 10)]


def _waits(found: dict[str, Any]) -> list[Row]:
    asked = {"hint": ("post to websocket hint", 50, 250), "callback": ("vote to callback received", 100, 500)}
    rows: list[Row] = []
    for name, (what, median, last) in asked.items():
        told = found[name]
        is_met = told["p50_ms"] <= median and told["p99_ms"] <= last
        rows.append((f"{what}, p50 / p99", f"{_times(told)} ms", f"≤ {median} / {last} ms", is_met))
    poll = found["long_poll"]
    return [*rows, ("vote to long poll answered, p50 / p99", f"{_times(poll)} ms", "p50 ≤ 50 ms", poll["p50_ms"] <= 50)]


def _outbox(found: dict[str, Any]) -> list[Row]:
    speeds = f"{found['one_per_second']:,.0f}/s; {found['twenty_per_second']:,.0f}/s to twenty"
    late = f"p95 {found['others_p95_s']:.1f} s ({found['others_p95_s_without']:.1f} s when none hangs)"
    return [
        ("outbox, one worker to one fast endpoint", speeds, "≥ 200/s", found["one_per_second"] >= 200),
        ("one hanging endpoint among 20: the others", late, "p95 < 2 s", found["others_p95_s"] < 2),
    ]


def _timers(found: dict[str, Any]) -> list[Row]:
    speed = f"{found['caught_up']:,} of {found['overdue']:,} in {found['seconds']:.0f} s, {found['per_second']:,.0f}/s"
    sweep = f"{found['sweep_p50_ms']:.2f} / {found['sweep_p99_ms']:.2f} ms"
    return [
        (f"idle sweep, {found['pending']:,} pending, p50 / p99", sweep, "p99 ≤ 5 ms", found["sweep_p99_ms"] <= 5),
        ("CPU of an idle engine", f"{found['engine_cpu']:.1%}", "≤ 2 %", found["engine_cpu"] <= 0.02),
        ("overdue steps run by two engines", speed, "100,000 in 30 s", found["per_second"] >= 3334),
        ("overdue ends run by two engines", f"{found['ended_per_second']:,.0f}/s", "", True),
    ]


def _page(found: dict[str, Any]) -> list[Row]:
    return [("inbox page, p50 / p99", f"{_times(found)} ms", "p50 ≤ 60 ms", found["p50_ms"] <= 60)]


def _trust(found: dict[str, Any]) -> list[Row]:
    trust, agents = found["trust"], found["agents"]
    name = f"trust page, {found['labels']:,} labels, p50 / p99, the first time"
    told = f"{_times(trust)} ms, {trust['first_ms']:.0f} ms; CPU {trust['cpu_ms']:.0f} ms"
    is_met = trust["p50_ms"] <= 200
    rest = f"{_times(agents)} ms; CPU {agents['cpu_ms']:.0f} ms"
    return [(name, told, "≤ 200 ms", is_met), ("list of agents beside it, p50 / p99", rest, "", None)]


def _labels(found: dict[str, Any]) -> list[Row]:
    of_vote, mixed, idle = found["votes"], found["mixed"], found["nothing"]
    name = f"a label, {found['labels']:,} in the ledger, CPU in the process, p50 / mean / p99"
    server = f"{mixed['postgres_us'] - idle['postgres_us']:.0f} µs"
    posts = found["posts"]
    cost = " then ".join(
        f"{posts[one]['app_us']:,.0f} + {posts[one]['postgres_us']:,.0f} µs" for one in ("without", "with")
    )
    return [
        (f"{name}: of a vote", _microseconds(of_vote), "≤ 1 ms", of_vote["mean_us"] <= 1000),
        (f"{name}: of an audit or an outcome, 1 % wrong", _microseconds(mixed), "≤ 1 ms", mixed["mean_us"] <= 1000),
        ("a label, CPU of PostgreSQL", server, "", None),
        ("a post, CPU without lanes then with three an agent", cost, "", None),
    ]


def _microseconds(told: dict[str, float]) -> str:
    return f"{told['p50_us']:,.0f} / {told['mean_us']:,.0f} / {told['p99_us']:,.0f} µs"


def _idle(found: dict[str, Any]) -> list[Row]:
    return [("idle memory of `up`", f"{found['total_mb']:.0f} MB", "≤ 350 MB", found["total_mb"] <= 350)]


def _races(found: dict[str, Any]) -> list[Row]:
    ends = ", ".join(f"{number:,} {name}" for name, number in sorted(found["ends"].items()))
    bad = found["decided_twice"] + found["undecided"] + found["broken"] + len(found["wrong"])
    none = f"{found['decided_twice']} decided twice, {found['undecided']} undecided, {len(found['wrong'])} wrong"
    return [(f"{found['races']:,} races of four voters, two needed", f"{none}; {ends}", "none, none, none", not bad)]


def _times(told: dict[str, float]) -> str:
    return f"{told['p50_ms']:.0f} / {told['p99_ms']:.0f}"


ROWS: dict[str, Rows] = {
    "ingest": _ingest,
    "votes": _votes,
    "waits": _waits,
    "inbox": _inbox,
    "outbox": _outbox,
    "timers": _timers,
    "page": _page,
    "trust": _trust,
    "labels": _labels,
    "idle": _idle,
    "races": _races,
}


def table(found: dict[str, Any]) -> str:
    """Return the Markdown table of a run."""
    size = ", full size" if found["full"] else ""
    lines = [
        f"Run of {found['at']} on {found['machine']}, load average before {found['load_before']:.1f}{size}.",
        "",
        "| what | found | asked first | |",
        "| --- | --- | --- | --- |",
    ]
    for name, results in found["results"].items():
        for what, told, asked, is_met in ROWS[name](results):
            verdict = "" if is_met is None else "met" if is_met else "**missed**"
            lines.append(f"| {what} | {told} | {asked} | {verdict} |")
    return "\n".join(lines) + "\n"
