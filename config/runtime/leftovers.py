"""What a killed `up` left running on a data folder, and its end."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from config.runtime import state
from core import clock

PATIENCE = 20.0


def note(data: Path, pids: dict[str, int]) -> None:
    """Remember the processes of this `up`, each with the moment it began, so that a later one can tell them."""
    known = {name: [pid, state.began(pid)] for name, pid in pids.items()}
    state.write_private(data / "children.json", json.dumps(known))


def end(data: Path) -> list[str]:
    """End every process that an earlier `up` of this folder noted and that still lives. Returns their names."""
    try:
        known = json.loads((data / "children.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    alive = {name: pid for name, (pid, began) in known.items() if began is not None and state.began(pid) == began}
    for pid in alive.values():
        _send(pid, signal.SIGINT)
    until = clock.monotonic() + PATIENCE
    while any(state.began(pid) == known[name][1] and not _is_zombie(pid) for name, pid in alive.items()):
        if clock.monotonic() > until:
            for pid in alive.values():
                _send(pid, signal.SIGKILL)
        time.sleep(0.05)
    return sorted(alive)


def _send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
