"""pgbench, the measure of what PostgreSQL itself takes in on these cores."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from bench.stage import Stage
from config.runtime import binaries

_TPS = re.compile(r"tps = ([0-9.]+)")
_LATENCY = re.compile(r"latency average = ([0-9.]+)")
_begun = 10_000_000


def run(stage: Stage, folder: Path, *, seconds: float, clients: int = 32) -> dict[str, float]:
    """Run the scripts of `folder`, drawn at random, over the simple protocol as the application's role.

    Two web processes of sixteen threads have thirty-two connections between them; so has pgbench.
    """
    global _begun
    _begun += 1_000_000
    done = subprocess.run(
        [
            str(binaries.postgres() / "pgbench"),
            "--no-vacuum",
            f"--client={clients}",
            "--jobs=1",
            f"--time={max(int(seconds), 1)}",
            "--define",
            f"bk={_begun}",
            *(f"--file={path}" for path in sorted(folder.glob("*.sql"))),
            stage.application_url,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    tps, latency = _TPS.search(done.stdout), _LATENCY.search(done.stdout)
    if done.returncode or tps is None or latency is None:
        raise RuntimeError(f"pgbench failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return {"per_second": float(tps[1]), "mean_ms": float(latency[1])}
