"""`python -m bench.ratchet [SECTION…] [--quick]`: play, and write what was found.

What was found is kept in a file, so that one section can be played again without the others; with `--docs` the page
and the picture are made from that file. A full play takes ten minutes of one core.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import process_time
from typing import Any

from bench.ratchet import damage, effort, limits, parts, promotions
from bench.ratchet.cast import QUICK, Scale
from bench.ratchet.page import page
from bench.ratchet.plot import picture

PAGE, PICTURE = "reference/ratchet-simulation.md", "img/ratchet-simulation.svg"
ROOT = Path(__file__).resolve().parents[2]
SECTIONS: dict[str, Callable[[Scale], dict[str, Any]]] = {
    "limits": limits.measure,
    "promotions": promotions.measure,
    "effort": effort.measure,
    "damage": damage.measure,
    "parts": parts.measure,
}


def main(given: Sequence[str] | None = None) -> int:
    """Play the sections asked for and write what was found."""
    parser = argparse.ArgumentParser(prog="bench.ratchet", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all if none")
    parser.add_argument("--quick", action="store_true", help="a few short runs, to see that it works")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=ROOT / "bench/results/ratchet.json", metavar="FILE")
    parser.add_argument("--again", action="store_true", help="play nothing: write the page of what was found before")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="write the page and the picture there: docs")
    wanted = parser.parse_args(given)
    if unknown := set(wanted.sections) - set(SECTIONS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    wanted.results.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = json.loads(wanted.results.read_text()) if wanted.results.exists() else {}
    scale = replace(QUICK if wanted.quick else Scale(), seed=wanted.seed)
    for name in () if wanted.again else wanted.sections or SECTIONS:
        print(f"{name} …", file=sys.stderr, flush=True)
        before = process_time()
        played = SECTIONS[name](scale)
        found[name] = played | {"scale": asdict(scale), "cpu_seconds": round(process_time() - before)}
        wanted.results.write_text(json.dumps(found, indent=1))
    if wanted.docs:
        for name, text in {PAGE: page(found), PICTURE: picture(found)}.items():
            (wanted.docs / name).parent.mkdir(parents=True, exist_ok=True)
            (wanted.docs / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
