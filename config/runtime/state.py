"""The data folder: secrets made once, and which servers an `up` of this folder runs at the moment."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from config.env import BadSetting

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = ("DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL", "BASE_URL", "SECRET_KEY", "SIGNING_KEY")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What this installation alone knows. Made at the first start, kept readable by its owner only."""

    superuser: str
    owner: str
    application: str
    redis: str
    secret_key: str
    signing_key: str


@dataclass(frozen=True, slots=True)
class Running:
    """An `up` that runs: its pid, when that process began (ticks since boot), and what it gives its children."""

    pid: int
    began: int
    settings: dict[str, str]


def folder() -> Path:
    """Return the data folder of this call: --data-dir, else COUNTERSIGN_DATA_DIR, else .countersign in the checkout."""
    return Path(os.environ.get("COUNTERSIGN_DATA_DIR") or ROOT / ".countersign").expanduser().absolute()


def take_data_dir(arguments: list[str]) -> list[str]:
    """Return `arguments` without `--data-dir DIR`, which is remembered for this process and its children."""
    kept, rest = [], iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name != "--data-dir":
            kept.append(argument)
            continue
        value = value if equals else next(rest, "")
        if not value:
            raise BadSetting("--data-dir", "needs a folder after it")
        os.environ["COUNTERSIGN_DATA_DIR"] = str(Path(value).expanduser().absolute())
    return kept


def secrets_of(data: Path) -> Secrets:
    """Return the secrets of a data folder, made now if it has none."""
    path = data / "secrets.json"
    if path.exists():
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))
    made = Secrets(
        superuser=secrets.token_urlsafe(24),
        owner=secrets.token_urlsafe(24),
        application=secrets.token_urlsafe(24),
        redis=secrets.token_urlsafe(24),
        secret_key=secrets.token_urlsafe(64),
        signing_key=new_signing_key(),
    )
    write_private(path, json.dumps(asdict(made)))
    return made


def new_signing_key() -> str:
    """Return a new Ed25519 private key in PEM: 32 random bytes in the envelope of PKCS#8 (RFC 8410, section 7)."""
    envelope = bytes.fromhex("302e020100300506032b657004220420")
    body = base64.b64encode(envelope + secrets.token_bytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def running(data: Path) -> Running | None:
    """Return the `up` that runs on this folder, or None: a file left by a killed one does not count."""
    try:
        found = Running(**json.loads((data / "running.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if began(found.pid) == found.began else None


def began(pid: int) -> int | None:
    """Return when a process began, in ticks since boot: with its pid it tells one process from a later one."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None


def adopt() -> None:
    """Take from the running `up` of our data folder every setting that the environment does not give."""
    found = running(folder())
    for name in SETTINGS if found else ():
        if found and name in found.settings and not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
            os.environ[name] = found.settings[name]
