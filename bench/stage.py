"""The stage of a run: PostgreSQL that syncs to disk, Valkey, organizations, keys, and our own processes.

Nothing here is the product's test mode: the servers are `config.runtime.embedded` with `careful=True` (fsync on), the
processes are `manage.py web`, `engine` and `worker`. Everything listens on the loopback address only.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config.runtime import embedded, state
from core import clock

ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Role:
    """One of our own processes, or two of them on one socket."""

    processes: list[subprocess.Popen[bytes]]
    port: int = 0

    @property
    def pids(self) -> list[int]:
        """Return the process ids."""
        return [process.pid for process in self.processes]

    def stop(self) -> None:
        """Ask them to end, and wait."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()


@dataclass(slots=True)
class Stage:
    """Running servers, empty but for the tables. Use as a context manager."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="countersign-bench-")))
    environment: dict[str, str] = field(default_factory=dict)
    _pair: embedded.Pair | None = None
    _roles: list[Role] = field(default_factory=list)

    def __enter__(self) -> Stage:
        self.folder.chmod(0o755)
        self._pair = embedded.start(self.folder, careful=True)
        database, queue = self._pair.database, self._pair.redis
        self.environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "DATABASE_URL": database.application_url,
            "REDIS_URL": queue.url,
            "BASE_URL": "http://127.0.0.1:8000",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "SIGNING_KEY": state.new_signing_key(),
            "OUTBOUND_ALLOW": "127.0.0.1/32",
            "COUNTERSIGN_DATA_DIR": str(self.folder),
            "COUNTERSIGN_NO_BOOTSTRAP": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MALLOC_ARENA_MAX": "2",
        }
        self.run("migrate", "--verbosity=0", "--skip-checks", role="migrate", DATABASE_ADMIN_URL=database.owner_url)
        return self

    def __exit__(self, *_: object) -> None:
        for role in self._roles:
            role.stop()
        if self._pair is not None:
            self._pair.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def application_url(self) -> str:
        """Return the address of the role the application runs as."""
        return self._running.database.application_url

    @property
    def owner_url(self) -> str:
        """Return the address of the owner of the tables."""
        return self._running.database.owner_url

    @property
    def superuser_url(self) -> str:
        """Return the address of the superuser, in our database: for filling tables past row-level security."""
        database = self._running.database
        return database.url("postgres", database.passwords.superuser)

    @property
    def postgres_pid(self) -> int:
        """Return the process id of the postmaster."""
        return self._running.processes[0].pid

    @property
    def _running(self) -> embedded.Pair:
        assert self._pair is not None
        return self._pair

    def run(self, *words: str, role: str = "command", **more: str) -> str:
        """Run one of our commands to its end and return what it printed. Raises RuntimeError."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=self.environment | {"COUNTERSIGN_ROLE": role} | more,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        if done.returncode:
            raise RuntimeError(f"{words} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def script(self, module: str, given: Any) -> Any:
        """Run `python -m module` with JSON on its standard input, and return the JSON it prints."""
        done = subprocess.run(
            [sys.executable, "-m", module],
            env=self.environment | {"COUNTERSIGN_ROLE": "command"},
            input=json.dumps(given),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
        return json.loads(done.stdout)

    def web(self, count: int = 1, *, command: tuple[str, ...] = (), path: str = "/healthz") -> Role:
        """Start web processes that share one listening socket, and wait until they answer."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        port = listener.getsockname()[1]
        words = list(command) or [sys.executable, str(ROOT / "manage.py"), "web"]
        made = self.environment | {
            "COUNTERSIGN_ROLE": "web",
            "COUNTERSIGN_LISTEN_FD": str(listener.fileno()),
            "BASE_URL": f"http://127.0.0.1:{port}",
        }
        role = Role([self._begin(words, made, f"web-{port}", listener.fileno()) for _ in range(count)], port)
        listener.close()
        self._roles.append(role)
        _wait_for(port, path, role, self.folder / f"web-{port}.log")
        return role

    def background(self, name: str, **more: str) -> Role:
        """Start `engine` or `worker`."""
        made = self.environment | {"COUNTERSIGN_ROLE": name} | more
        role = Role([self._begin([sys.executable, str(ROOT / "manage.py"), name], made, name)])
        self._roles.append(role)
        return role

    def end(self, role: Role) -> None:
        """Stop processes before the stage ends."""
        role.stop()
        self._roles.remove(role)

    def superuser(self) -> psycopg.Connection[Any]:
        """Return a connection that row-level security does not hold, to fill tables and to look."""
        return psycopg.connect(self.superuser_url, autocommit=True)

    def _begin(
        self, words: list[str], made: dict[str, str], name: str, fd: int | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                words,
                env=made,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=() if fd is None else (fd,),
            )


def _wait_for(port: int, path: str, role: Role, log: Path, patience: float = 60.0) -> None:
    until = clock.monotonic() + patience
    while clock.monotonic() < until:
        if any(process.poll() is not None for process in role.processes):
            break
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", path)
            if line.getresponse().status < 500:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            line.close()
    raise RuntimeError(f"web does not answer:\n{embedded.tail(log)}")


def cpu(pids: list[int]) -> float:
    """Return the seconds of processor that these processes and their children have used, dead children included."""
    ticks = os.sysconf("SC_CLK_TCK")
    used = 0
    for pid in pids:
        for one in (pid, *children(pid)):
            with suppress(OSError, IndexError):
                fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
                used += sum(int(fields[n]) for n in ((11, 12, 13, 14) if one == pid else (11, 12)))
    return used / ticks


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    found: list[int] = []
    with suppress(OSError):
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(word) for word in path.read_text().split()]
    return found


def memory(pids: list[int]) -> float:
    """Return what these processes hold, in MB: proportional set size, so what they share is counted once."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024
