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


ROWS: dict[str, Rows] = {"ingest": _ingest, "votes": _votes, "inbox": _inbox}


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
