"""One supervised process: started, watched, started again with growing patience, and stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from core import clock

SHORTEST, LONGEST = 0.1, 10.0  # seconds before a process that ended is started again
SETTLED = 30.0  # seconds after which a process counts as healthy, and its next end as the first
LARGEST_LOG = 20 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

Starter = Callable[[IO[bytes]], subprocess.Popen[bytes]]


def dies_with_us(with_signal: signal.Signals) -> Callable[[], None]:
    """Return what a child does before it runs: ask the kernel for a signal should its parent be killed."""
    parent = os.getpid()

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


@dataclass(slots=True)
class Child:
    """What to start, how to end it, and how it has been doing."""

    name: str
    starter: Starter
    log: Path
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    pause: float = SHORTEST
    started: float = 0.0
    due: float = 0.0
    restarts: int = field(default=0)

    def start(self) -> None:
        """Start the process now, its output appended to its log; a log that grew too long begins anew."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = self.starter(log)
        self.started = clock.monotonic()

    def tend(self) -> str:
        """Start the process again if it ended and its pause is over. Returns what to tell, or nothing."""
        if self.process is None:
            if clock.monotonic() >= self.due:
                self.restarts += 1
                self.start()
            return ""
        code = self.process.poll()
        if code is None:
            return ""
        if clock.monotonic() - self.started > SETTLED:
            self.pause = SHORTEST
        self.process, self.due = None, clock.monotonic() + self.pause
        told = f"{self.name} ended ({ending(code)}); starting it again (its log: {self.log})"
        self.pause = min(self.pause * 2, LONGEST)
        return told

    def stop(self) -> None:
        """Ask the process to end. `gone` waits for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.ending)

    def gone(self, patience: float) -> None:
        """Wait until the process has ended; after `patience` seconds make it."""
        if self.process is None:
            return
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def ending(code: int) -> str:
    """Return an exit code in words: `code 1`, `killed by SIGKILL`."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"code {code}"
