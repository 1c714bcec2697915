"""(1) Taking in actions: against pgbench sending the same statement, and against the ORM writing the same rows."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from bench import pgbench
from bench.requests import Cast, load, posts
from bench.stage import Role, Stage, cpu


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Run A B C D A B C D and return medians: the product, the same at half that load, pgbench, the ORM."""
    rounds, seconds = (3, 10.0) if full else (2, 5.0)
    cast: Cast = stage.script("bench.cast", {"first": 0, "orgs": 64, "agents": 2, "people": 3})
    scripts = stage.folder / "statements"
    scripts.mkdir()
    stage.script("bench.statements", {"cast": cast, "folder": str(scripts)})
    ours = stage.web(2)
    load(stage, ours.port, posts(cast, ours.port), seconds=3, mark="warm")
    found: dict[str, list[dict[str, float]]] = {"ours": [], "half": [], "pgbench": [], "orm": []}
    for number in range(rounds):
        found["ours"].append(_served(stage, ours, cast, seconds, f"a{number}"))
        half = found["ours"][-1]["per_second"] / 2
        found["half"].append(_served(stage, ours, cast, seconds, f"h{number}", rate=half))
        found["pgbench"].append(_pgbench(stage, scripts, seconds))
        found["orm"].append(_orm(stage, cast, seconds))
    return {
        "ours": _medians(found["ours"]),
        "half": _medians(found["half"]),
        "pgbench": _medians(found["pgbench"]),
        "orm": _medians(found["orm"]),
        "of_pgbench": statistics.median(
            ours["per_second"] / theirs["per_second"]
            for ours, theirs in zip(found["ours"], found["pgbench"], strict=True)
        ),
        "of_orm": statistics.median(
            ours["per_second"] / theirs["per_second"] for ours, theirs in zip(found["ours"], found["orm"], strict=True)
        ),
        "runs": found,
    }


def _served(stage: Stage, role: Role, cast: Cast, seconds: float, mark: str, *, rate: float = 0) -> dict[str, float]:
    app, postgres = cpu(role.pids), cpu([stage.postgres_pid])
    told = load(stage, role.port, posts(cast, role.port), seconds=seconds, rate=rate, mark=f"{role.port}-{mark}")
    app, postgres = cpu(role.pids) - app, cpu([stage.postgres_pid]) - postgres
    if set(told["statuses"]) != {"201"}:
        raise RuntimeError(f"not every post was taken in: {told}")
    answered = told["count"] * (seconds + 1) / seconds  # those of the warm-up second too, which the CPU counts
    return {
        "per_second": told["per_second"],
        "p50_ms": told["p50_ms"],
        "p99_ms": told["p99_ms"],
        "app_us": app / answered * 1e6,
        "postgres_us": postgres / answered * 1e6,
        "generator_us": told["generator_cpu_us"],
    }


def _orm(stage: Stage, cast: Cast, seconds: float) -> dict[str, float]:
    """Run the ORM's server for its turn only: both servers' connections and pgbench's would be too many."""
    plain = stage.web(2, command=(sys.executable, "-m", "bench.orm_ingest"), path="/api/v1/none")
    load(stage, plain.port, posts(cast, plain.port), seconds=2, mark=f"warm-{plain.port}")
    told = _served(stage, plain, cast, seconds, "b")
    stage.end(plain)
    return told


def _pgbench(stage: Stage, scripts: Path, seconds: float) -> dict[str, float]:
    used = cpu([stage.postgres_pid])
    told = pgbench.run(stage, scripts, seconds=seconds)
    used = cpu([stage.postgres_pid]) - used
    return told | {"postgres_us": used / (told["per_second"] * int(seconds)) * 1e6}


def _median(runs: list[dict[str, float]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: _median(runs, name) for name in runs[0]}
