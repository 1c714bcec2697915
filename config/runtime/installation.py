"""One running `up`: which servers are ours, which roles run on them, in which order they start and stop."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from config.runtime import embedded, leftovers, postgres, state, valkey
from config.runtime.child import Child, Starter, dies_with_us
from core import clock

ROLES = ("web", "engine", "worker")


def given(name: str) -> bool:
    """Tell whether the environment gives a setting."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


@dataclass(slots=True)
class Installation:
    """The folder, the socket it listens on, the settings its roles get, and every process."""

    data: Path
    listener: socket.socket
    address: str
    settings: dict[str, str] = field(default_factory=dict)
    database: postgres.Postgres | None = None
    redis: valkey.Valkey | None = None
    servers: list[Child] = field(default_factory=list)
    roles: list[Child] = field(default_factory=list)

    def plan(self, *, demo: bool) -> None:
        """Decide what runs: servers that the environment names are used, the others are ours.

        With `demo`, callbacks may reach the one port at which the demo's agents are called back.
        """
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        own = state.secrets_of(self.data)
        usual = {"BASE_URL": self.address, "SECRET_KEY": own.secret_key, "SIGNING_KEY": own.signing_key}
        if not given("DATABASE_URL"):
            passwords = postgres.Passwords(own.superuser, own.owner, own.application)
            self.database = postgres.Postgres(
                self.data / "postgresql", embedded.free_port(), passwords, dying=dies_with_us(signal.SIGINT)
            )
            usual |= {"DATABASE_URL": self.database.application_url, "DATABASE_ADMIN_URL": self.database.owner_url}
            self.servers.append(Child("PostgreSQL", self.database.start, logs / "postgresql.log", signal.SIGINT))
        if not given("REDIS_URL"):
            self.redis = valkey.Valkey(
                self.data / "valkey", embedded.free_port(), own.redis, dying=dies_with_us(signal.SIGTERM)
            )
            usual["REDIS_URL"] = self.redis.url
            self.servers.append(Child("Valkey", self.redis.start, logs / "valkey.log"))
        self.settings = {name: value for name, value in usual.items() if not given(name)}
        if demo:
            allowed = (os.environ.get("OUTBOUND_ALLOW"), f"127.0.0.1/32:{self.demo_port()}")
            self.settings["OUTBOUND_ALLOW"] = ",".join(filter(None, allowed))
        self.roles = [Child(role, self.starter(role), logs / f"{role}.log") for role in ROLES]

    def start_servers(self) -> None:
        """Start PostgreSQL and Valkey together, wait for both, and make the roles and the database."""
        if self.database:
            self.database.create()
        for server in self.servers:
            server.start()
        self.remember()
        for server in self.servers:
            process = server.process
            assert process is not None
            embedded.wait(process, self.readiness(server, process), server.log)
        if self.database:
            embedded.prepare(self.database)

    def readiness(self, server: Child, process: subprocess.Popen[bytes]) -> Callable[[], bool]:
        """Return what tells whether a server answers."""
        if server.name == "PostgreSQL" and self.database:
            database = self.database
            return lambda: database.ready(process.pid)
        assert self.redis is not None
        return self.redis.ready

    def migrate(self) -> None:
        """Bring the tables up to date, as their owner."""
        done = subprocess.run(
            self.command("migrate", "--verbosity=0", "--skip-checks"),
            env=self.environment("migrate"),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise postgres.DidNotStart(f"migrate failed:\n{done.stdout}{done.stderr}")

    def start_roles(self) -> None:
        """Start web, engine and worker."""
        for role in self.roles:
            role.start()
        self.remember()

    def demo_port(self) -> int:
        """Return the port at which the demo's agents are called back, the same at every start."""
        kept = self.data / "demo-port"
        if not kept.exists():
            state.write_private(kept, str(embedded.free_port()))
        return int(kept.read_text())

    def has_demo(self) -> bool:
        """Tell whether the demo's past has been played."""
        return (self.data / "demo-played").exists()

    def fill_demo(self) -> str:
        """Play the demo's past; return what went wrong, or nothing.

        The engine must not run meanwhile: it would find weeks of deadlines overdue.
        """
        done = subprocess.run(
            self.command("demo"), env=self.environment("demo"), capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"the demo could not be played; everything else starts.\n{done.stdout}{done.stderr}"
        state.write_private(self.data / "demo-played", "")
        return ""

    def start_demo_agents(self) -> None:
        """Let the demo's agents go on asking."""
        child = Child("demo", self.starter("demo", "--agents"), self.data / "logs" / "demo.log")
        self.roles.append(child)
        child.start()
        self.remember()

    def sign_in(self, organization: str, person: str) -> subprocess.Popen[str]:
        """Begin to make a one-time sign-in link; its output is JSON."""
        words = self.command("signin", "--org", organization, "--person", person, "--json")
        return subprocess.Popen(words, env=self.environment("command"), stdout=subprocess.PIPE, text=True)

    def answers(self) -> bool:
        """Tell whether web answers on the socket we hold."""
        host, port = self.listener.getsockname()[:2]
        line = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=5)  # noqa: S104
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def starter(self, role: str, *arguments: str) -> Starter:
        """Return what starts one of our own commands as a child; only web gets the socket."""
        dying = dies_with_us(signal.SIGTERM)

        def start(log: IO[bytes]) -> subprocess.Popen[bytes]:
            listening = self.listener.fileno() if role == "web" else None
            return subprocess.Popen(
                self.command(role, *arguments),
                env=self.environment(role, listening),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=state.ROOT,
                start_new_session=True,
                pass_fds=() if listening is None else (listening,),
                preexec_fn=dying,  # noqa: PLW1509  # `up` has one thread
            )

        return start

    def command(self, *words: str) -> list[str]:
        """Return how one of our own commands is run."""
        return [sys.executable, str(state.ROOT / "manage.py"), *words]

    def environment(self, role: str, listening: int | None = None) -> dict[str, str]:
        """Return the environment of one role. The owner of the tables is named to `migrate` alone."""
        made = (
            os.environ
            | self.settings
            | {"COUNTERSIGN_ROLE": role, "COUNTERSIGN_NO_BOOTSTRAP": "1", "MALLOC_ARENA_MAX": "2"}
        )
        made["COUNTERSIGN_DATA_DIR"] = str(self.data)
        if role == "demo":
            made["COUNTERSIGN_DEMO_PORT"] = str(self.demo_port())
        if role != "migrate":
            made.pop("DATABASE_ADMIN_URL", None)
        if listening is not None:
            made["COUNTERSIGN_LISTEN_FD"] = str(listening)
        return made

    def remember(self) -> None:
        """Write down what runs, for commands that look for servers and for an `up` after a crash."""
        children = [child for child in (*self.servers, *self.roles) if child.process]
        leftovers.note(self.data, {child.name: child.process.pid for child in children if child.process})

    def announce(self) -> None:
        """Let other commands of this folder find the servers."""
        named = {name: os.environ[name] for name in state.SETTINGS if os.environ.get(name)}
        own = state.Running(os.getpid(), state.began(os.getpid()) or 0, named | self.settings)
        state.write_private(self.data / "running.json", json.dumps(asdict(own)))

    def look_after(self) -> list[str]:
        """Start again what ended. Returns what to tell the person at the terminal."""
        before = [child.process for child in (*self.servers, *self.roles)]
        told = [words for child in (*self.servers, *self.roles) if (words := child.tend())]
        if before != [child.process for child in (*self.servers, *self.roles)]:
            self.remember()
        return told

    def stop(self, patience: float = 15.0) -> None:
        """Stop the roles, then Valkey, then PostgreSQL, each given time to finish what it is doing."""
        until = clock.monotonic() + patience
        for group in (self.roles, *([server] for server in reversed(self.servers))):
            for child in group:
                child.stop()
            for child in group:
                child.gone(max(until - clock.monotonic(), 3.0))
        self.listener.close()
        for name in ("running.json", "children.json"):
            with suppress(OSError):
                (self.data / name).unlink()
