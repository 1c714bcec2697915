"""`up`, whole: it starts from nothing, survives the death of any of its processes, and finds its data again."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from config.runtime import state

ROOT = Path(__file__).resolve().parent.parent.parent
GIVEN = {"DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL", "SECRET_KEY", "SIGNING_KEY", "BASE_URL", "COUNTERSIGN_ROLE"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


class Up:
    """One running `manage.py up` on a folder, with what it printed."""

    def __init__(self, data: Path) -> None:
        self.data = data
        plain = {name: value for name, value in os.environ.items() if name not in GIVEN}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-demo", "--port", "0", "--data-dir", str(data)],
            cwd=ROOT,
            env=plain | {"COUNTERSIGN_NO_BOOTSTRAP": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self.is_ready = threading.Event()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.is_ready.wait(90)
        if not self.said or not self.said[-1].startswith("ready http://"):
            self.stop()
            raise AssertionError("\n".join(self.said))
        self.port = int(self.said[-1].rpartition(":")[2])

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line.startswith("ready http://"):
                self.is_ready.set()
        self.is_ready.set()

    def get(self, path: str) -> int:
        """Ask for a page; 0 if nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("GET", path)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def pids(self) -> dict[str, int]:
        """Return the processes that run, by name."""
        found = json.loads((self.data / "children.json").read_text())
        return {name: pid for name, (pid, began) in found.items()}

    def settings(self) -> dict[str, str]:
        """Return what the roles were given."""
        running = state.running(self.data)
        assert running
        return running.settings

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it and wait."""
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.reader.join(10)
        assert self.process.stdout
        self.process.stdout.close()
        return code


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for one installation; whatever still runs on it ends with the test."""
    folder = tmp_path / "data"
    yield folder
    with suppress(OSError, ValueError):
        for pid, began in json.loads((folder / "children.json").read_text()).values():
            if state.began(pid) == began:
                os.kill(pid, signal.SIGKILL)


def eventually(holds: object, seconds: float = 40.0) -> None:
    """Wait until something outside this process holds."""
    until = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.05)


def test_whatever_is_killed_comes_back_and_nothing_is_lost(data: Path) -> None:
    up = Up(data)
    try:
        with psycopg.connect(up.settings()["DATABASE_ADMIN_URL"]) as owner:
            owner.execute("create table kept (word text)")
            owner.execute("insert into kept values ('still here')")
        for name in ("web", "engine", "worker", "Valkey", "PostgreSQL"):
            before = up.pids()
            os.kill(before[name], signal.SIGKILL)
            eventually(lambda name=name, before=before: up.pids().get(name, before[name]) != before[name])
            eventually(lambda: up.get("/readyz") == 200)
        with psycopg.connect(up.settings()["DATABASE_ADMIN_URL"]) as owner:
            assert owner.execute("select word from kept").fetchone() == ("still here",)
        assert sum("killed by SIGKILL" in line for line in up.said) >= 5
    finally:
        before = up.pids()
        assert up.stop() == 0
    eventually(lambda: not any(state.began(pid) for pid in before.values()))


def test_a_second_start_finds_everything_and_a_second_up_is_refused(data: Path) -> None:
    up = Up(data)
    first = up.settings()
    other = subprocess.run(
        [sys.executable, "manage.py", "up", "--no-demo", "--port", "0", "--data-dir", str(data)],
        cwd=ROOT,
        env=os.environ | {"COUNTERSIGN_NO_BOOTSTRAP": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert other.returncode == 1
    assert f"already running on {data}" in other.stderr
    assert str(up.port) in other.stderr
    before = up.pids()
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait(10)
    up.reader.join(20)
    assert up.process.stdout
    up.process.stdout.close()
    assert state.running(data) is None
    again = Up(data)
    try:
        assert not any(state.began(pid) for name, pid in before.items() if pid != again.pids().get(name))
        second = again.settings()
        assert first["SECRET_KEY"] == second["SECRET_KEY"]
        assert first["SIGNING_KEY"] == second["SIGNING_KEY"]
        assert again.get("/healthz") == 200
        for name in ("secrets.json", "running.json", "children.json"):
            assert (data / name).stat().st_mode & 0o077 == 0, f"{name} can be read by others"
    finally:
        again.stop(signal.SIGTERM)


def test_a_port_that_is_taken_is_said_at_once(data: Path) -> None:
    up = Up(data)
    try:
        other = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(up.port), "--data-dir", f"{data}-other"],
            cwd=ROOT,
            env=os.environ | {"COUNTERSIGN_NO_BOOTSTRAP": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert other.returncode == 1
        assert f"cannot listen on 127.0.0.1 port {up.port}" in other.stderr
    finally:
        up.stop()
