"""`python3 bench/run.py [names] [--full]`: the benchmarks, in the checkout's own environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent
    python = root / ".venv" / "bin" / "python"
    if not python.exists():
        sys.exit("There is no .venv yet: run `python3 manage.py test` or `python3 manage.py up` once, which makes it.")
    os.chdir(root)
    os.execv(python, [str(python), "-m", "bench", *sys.argv[1:]])
