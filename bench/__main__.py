"""`python -m bench [names] [--full]`: run, and write bench/results/latest.{json,md}."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import idle, inbox, ingest, labels, outbox, page, races, report, timers, trust, votes, waits
from bench.stage import Stage
from core import clock

RESULTS = Path(__file__).resolve().parent / "results"
ALL: dict[str, Callable[..., dict[str, Any]]] = {
    "ingest": ingest.measure,
    "votes": votes.measure,
    "waits": waits.measure,
    "inbox": inbox.measure,
    "outbox": outbox.measure,
    "timers": timers.measure,
    "page": page.measure,
    "trust": trust.measure,
    "labels": labels.measure,
    "idle": idle.measure,
    "races": races.measure,
}


def main() -> int:
    """Run what was asked for, each on a fresh stage, and write what was found after each."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; all if none is given")
    parser.add_argument("--full", action="store_true", help="longer, and ten times the rows")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(ALL):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    RESULTS.mkdir(exist_ok=True)
    found: dict[str, Any] = {
        "at": clock.now().isoformat(timespec="seconds"),
        "full": wanted.full,
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load_before": os.getloadavg()[0],
        "results": {},
    }
    for name in wanted.names or ALL:
        print(f"{name} …", file=sys.stderr, flush=True)
        busy = os.getloadavg()[0]
        with Stage() as stage:
            found["results"][name] = ALL[name](stage, full=wanted.full) | {"load_before": busy}
        (RESULTS / "latest.json").write_text(json.dumps(found, indent=1))
        (RESULTS / "latest.md").write_text(report.table(found))
    print(report.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
