"""(7) What `manage.py up` holds in memory when nothing happens: all its processes, shared pages counted once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.stage import ROOT, Stage, children, memory


def measure(_stage: Stage, *, full: bool) -> dict[str, Any]:
    """Start `up` without the demo, wait until it is ready and a moment longer, and add up."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-bench-up-"))
    words = [sys.executable, "manage.py", "up", "--no-demo", "--port", "0", "--data-dir", str(folder)]
    made = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=made, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as up:
        try:
            assert up.stdout is not None
            while not (line := up.stdout.readline()).startswith("ready"):
                if not line:
                    raise RuntimeError("`up` ended before it was ready")
            time.sleep(30 if full else 10)
            found = {_name(pid): memory([pid]) for pid in descendants(up.pid)}
            total = memory(descendants(up.pid))
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(30)
            shutil.rmtree(folder, ignore_errors=True)
    return {"total_mb": total, "largest": dict(sorted(found.items(), key=lambda one: -one[1])[:8])}


def descendants(pid: int) -> list[int]:
    """Return a process and everything below it."""
    return [pid, *(one for child in children(pid) for one in descendants(child))]


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ").split()
    except OSError:
        return str(pid)
    return f"{pid} {' '.join(Path(word).name for word in words[:3])}"
