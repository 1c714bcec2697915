"""Both embedded servers together, started and stopped in order. Used by `up` and by the test suite."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.runtime import postgres, valkey
from config.runtime.postgres import DidNotStart
from core import clock

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A running PostgreSQL and a running Valkey."""

    database: postgres.Postgres
    redis: valkey.Valkey
    processes: tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]

    def stop(self) -> None:
        """Stop Valkey, then PostgreSQL."""
        self.processes[1].terminate()
        self.processes[1].wait(10)
        postgres.stop(self.processes[0])


def free_port() -> int:
    """Return a port of the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path, *, careful: bool) -> Pair:
    """Start a pair in `folder` with passwords of its own, and wait until both answer. Raises DidNotStart."""
    folder.mkdir(parents=True, exist_ok=True)
    words = postgres.Passwords(*(secrets.token_urlsafe(18) for _ in range(3)))
    database = postgres.Postgres(folder / "postgresql", free_port(), words, careful=careful)
    redis = valkey.Valkey(folder / "valkey", free_port(), secrets.token_urlsafe(18))
    database.create()
    with (folder / "postgresql.log").open("ab") as log:
        first = database.start(log)
    with (folder / "valkey.log").open("ab") as log:
        second = redis.start(log)
    wait(first, lambda: database.ready(first.pid), folder / "postgresql.log")
    wait(second, redis.ready, folder / "valkey.log")
    prepare(database)
    return Pair(database, redis, (first, second))


def prepare(database: postgres.Postgres) -> None:
    """Make the roles and the database inside a server that answers. Raises DidNotStart."""
    done = subprocess.run(
        [sys.executable, "-m", "config.runtime.roles"],
        input=database.wanted(),
        cwd=Path(__file__).resolve().parent.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DidNotStart(f"the roles inside PostgreSQL could not be made:\n{done.stderr}")


def wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path, patience: float = PATIENCE) -> None:
    """Return when `ready()` holds. Raises DidNotStart if the process ends first or takes too long."""
    until = clock.monotonic() + patience
    while not ready():
        if process.poll() is not None or clock.monotonic() > until:
            raise DidNotStart(f"{log.stem} does not answer. The end of {log}:\n{tail(log)}")
        time.sleep(0.02)


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError as problem:
        return str(problem)
