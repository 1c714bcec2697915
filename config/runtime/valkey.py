"""The embedded Valkey: in memory only, because nothing in it may matter."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.runtime import binaries, privilege


@dataclass(frozen=True, slots=True)
class Valkey:
    """One server on the loopback address, behind a password, keeping nothing on disk."""

    folder: Path
    port: int
    password: str
    dying: Callable[[], None] | None = None

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server in a session of its own. The password goes through a pipe, never an argument."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        program = binaries.valkey()
        way = privilege.way(program, self.folder)
        privilege.hand_over(self.folder, way.owner)
        process = subprocess.Popen(
            [*way.prefix, str(program), "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=self.dying,  # noqa: PLW1509  # `up` has one thread
            **way.popen,
        )
        assert process.stdin is not None
        process.stdin.write(
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\nsave ""\nappendonly no\n'
            "maxmemory 64mb\nmaxmemory-policy allkeys-lru\ndaemonize no\nloglevel warning\ndatabases 64\n".encode()
        )
        process.stdin.close()
        return process

    def ready(self) -> bool:
        """Tell whether the server answers a PING with our password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and not answer.startswith(b"-"):
                    answer += line.recv(256) or b"-"
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    @property
    def url(self) -> str:
        """Return the address of this server."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"
