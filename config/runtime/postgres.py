"""The embedded PostgreSQL: made once in the data folder, started on a free port of the loopback address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.runtime import binaries, privilege

OWNER, APPLICATION, DATABASE = "countersign_owner", "countersign_app", "countersign"
SMALL = {
    "max_connections": "100",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}


class DidNotStart(RuntimeError):
    """A server could not be made or does not answer; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Those of PostgreSQL's superuser, of the owner of our tables, and of the role the application runs as."""

    superuser: str
    owner: str
    application: str


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster on disk. `careful` off gives up durability for speed: for tests, never for people's data."""

    folder: Path
    port: int
    passwords: Passwords
    careful: bool = True
    dying: Callable[[], None] | None = None

    def create(self) -> None:
        """Make the cluster if there is none. A half-made one (killed in the middle) is made again."""
        if (self.folder / "PG_VERSION").exists() and not self._unfinished.exists():
            return
        way = self._way()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(self.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self._unfinished.touch()
        privilege.hand_over(self.folder, way.owner)
        with tempfile.NamedTemporaryFile("w", prefix="countersign-", suffix=".pw") as password:
            password.write(self.passwords.superuser)
            password.flush()
            if way.owner is not None:
                os.chown(password.name, way.owner, way.owner)
            command = [
                *way.prefix,
                str(binaries.postgres() / "initdb"),
                f"--pgdata={self.folder}",
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={password.name}",
                "--encoding=UTF8",
                *self._locale(),
                *([] if self.careful else ["--no-sync"]),
            ]
            done = subprocess.run(
                command, capture_output=True, text=True, cwd="/", env=_plain(), check=False, **way.popen
            )
        if done.returncode:
            raise DidNotStart(f"initdb failed:\n{done.stdout}{done.stderr}")
        self._unfinished.unlink()

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server in a session of its own and return at once; `ready` tells when it answers."""
        way = self._way()
        privilege.hand_over(self.folder, way.owner)
        settings = SMALL if self.careful else SMALL | FAST
        if self._version() < 18:
            settings = {name: value for name, value in settings.items() if name != "io_method"}
        command = [
            *way.prefix,
            str(binaries.postgres() / "postgres"),
            f"-D{self.folder}",
            f"-p{self.port}",
            "-clisten_addresses=127.0.0.1",
            "-cunix_socket_directories=",
            *(f"-c{name}={value}" for name, value in settings.items()),
        ]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_plain(),
            start_new_session=True,
            preexec_fn=self.dying,  # noqa: PLW1509  # `up` has one thread
            **way.popen,
        )

    def ready(self, pid: int) -> bool:
        """Tell whether the server with this pid answers: a stale file of an earlier one does not count."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def wanted(self) -> str:
        """Return what `config.runtime.roles` is to make inside this server once it answers, as it reads it."""
        wanted = {
            "superuser_url": self.url("postgres", self.passwords.superuser, "postgres"),
            "database": DATABASE,
            "owner": [OWNER, self.passwords.owner],
            "application": [APPLICATION, self.passwords.application],
            "for_tests": not self.careful,
        }
        return json.dumps(wanted)

    def url(self, user: str, password: str, database: str = DATABASE) -> str:
        """Return the address under which one role reaches one database of this server."""
        return f"postgres://{user}:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def owner_url(self) -> str:
        """Return the address of the owner of the tables: for `migrate` only."""
        return self.url(OWNER, self.passwords.owner)

    @property
    def application_url(self) -> str:
        """Return the address of the role that the application runs as."""
        return self.url(APPLICATION, self.passwords.application)

    @property
    def _unfinished(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.unfinished"

    def _way(self) -> privilege.Way:
        return privilege.way(binaries.postgres() / "postgres", self.folder)

    def _version(self) -> int:
        return int((self.folder / "PG_VERSION").read_text().strip())

    def _locale(self) -> list[str]:
        program = str(binaries.postgres() / "postgres")
        words = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()
        major = int(words[2].split(".")[0])
        return (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if major >= 17 else ["--locale=C"]
        )


def stop(process: subprocess.Popen[bytes], *, patience: float = 15.0) -> None:
    """Shut a server down: cut clients off and write everything (SIGINT), by force if it will not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(5)


def _plain() -> dict[str, str]:
    """Return an environment without PG* and locale names, which would change what the server does."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
