"""Real processes of the product on the test's own database and Redis, to be asked over HTTP and killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Role:
    """One `manage.py web`, `engine` or `worker`."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.name, self.arguments = name, arguments
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", self.name, *self.arguments],
            cwd=ROOT,
            env=os.environ | {"COUNTERSIGN_NO_BOOTSTRAP": "1", "COUNTERSIGN_ROLE": self.name},
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill it as an accident would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def start_again(self) -> None:
        """Start it as a supervisor would."""
        self.process = self._start()

    def stop(self) -> None:
        """End it in order, or else."""
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()


class Web(Role):
    """A web process with its port."""

    def __init__(self) -> None:
        self.port = free_port()
        super().__init__("web", "--port", str(self.port))

    def wait(self, seconds: float = 30) -> None:
        """Return when it answers."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"web did not answer within {seconds} s")

    def ask(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> tuple[int, Any]:
        """Ask once; return status and JSON (or text). Raises OSError or HTTPException if the line breaks."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Content-Type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}
        if key:
            sent["Authorization"] = f"Bearer {key}"
        try:
            line.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = line.getresponse()
            said = answer.read()
        finally:
            line.close()
        kind = answer.getheader("Content-Type") or ""
        return answer.status, json.loads(said) if "json" in kind else said.decode()
