"""The gates that every change passes, as tests: so that one command is all there is to run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
SERVED = {"BASE_URL": "https://countersign.example.com", "COUNTERSIGN_NO_BOOTSTRAP": "1"}

GATES: dict[str, list[str | Path]] = {
    "ruff finds nothing": [BIN / "ruff", "check", "."],
    "everything is formatted": [BIN / "ruff", "format", "--check", "."],
    "types hold": [BIN / "mypy", "."],
    "a floor imports only from below": [BIN / "lint-imports"],
    "migrations are made": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "nothing is unsafe to deploy": [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("gate", GATES)
def test_gate(gate: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run(
        [str(word) for word in GATES[gate]],
        cwd=ROOT,
        env=environment | SERVED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{gate}? No:\n{done.stdout[-6000:]}{done.stderr[-3000:]}"
