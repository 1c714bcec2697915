#!/usr/bin/env python3
"""The one command of Countersign: `python3 manage.py COMMAND`.

Only the standard library is used until `.venv` holds what requirements.lock says. The first call makes it, later calls
notice a changed lock; then the command runs again inside it. COUNTERSIGN_NO_BOOTSTRAP=1 leaves all that to you.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
NEEDED_BY = {"test": ROOT / "requirements-dev.lock"}
USUAL = ROOT / "requirements.lock"


class CannotInstall(RuntimeError):
    """What is needed could not be installed; the message says what a person can do."""


def main(arguments: list[str]) -> int:
    """Install what the command needs, then run it in the environment of its own."""
    os.umask(os.umask(0) | 0o022)
    if os.environ.get("COUNTERSIGN_NO_BOOTSTRAP") != "1":
        try:
            bootstrap(NEEDED_BY.get(arguments[0] if arguments else "", USUAL))
        except CannotInstall as problem:
            print(f"countersign: {problem}", file=sys.stderr)
            return 1
        if Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
            sys.stdout.flush()
            os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *arguments])
    sys.path.insert(0, str(ROOT))
    from config.runtime import commands

    return commands.run(arguments)


def bootstrap(lock: Path) -> None:
    """Bring `.venv` to what `lock` says, unless it is there already. Two at once wait for each other."""
    if sys.version_info < (3, 11):
        raise CannotInstall(f"this is Python {sys.version.split()[0]}; 3.11 or newer is needed")
    if is_current(lock):
        return
    with Path(__file__).open(encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_current(lock):
            return
        if not os.access(ENVIRONMENT if ENVIRONMENT.exists() else ROOT, os.W_OK):
            raise CannotInstall(
                f"{ROOT} cannot be written: install {lock.name} yourself and set COUNTERSIGN_NO_BOOTSTRAP=1"
            )
        started = time.monotonic()
        say(f"installing what {lock.name} names into {ENVIRONMENT} (only when that file is new)")
        if not works(PYTHON):
            make_environment()
        install(lock)
        stamp(lock).write_text(state_of(lock), encoding="utf-8")
        say(f"installed in {time.monotonic() - started:.0f} s")


def is_current(lock: Path) -> bool:
    """Tell whether `.venv` holds what `lock`, or the larger list that contains it, says."""
    for candidate in {lock, *NEEDED_BY.values()}:
        try:
            if stamp(candidate).read_text(encoding="utf-8") == state_of(candidate) and PYTHON.exists():
                return True
        except OSError:
            continue
    return False


def stamp(lock: Path) -> Path:
    """Return the file that remembers which state of `lock` was installed."""
    return ENVIRONMENT / f"{lock.name}.installed"


def state_of(lock: Path) -> str:
    """Return a digest of `lock` and of the lock without the tools, which it contains."""
    return hashlib.sha256(USUAL.read_bytes() + lock.read_bytes()).hexdigest()


def works(python: Path) -> bool:
    """Tell whether the environment has a Python that starts, of the line it was made with."""
    if not python.exists():
        return False
    return subprocess.run([python, "-c", "import encodings, ssl"], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    """Make `.venv`, with pip where this Python carries it (Debian leaves it out of python3 without python3-venv)."""
    carries_pip = importlib.util.find_spec("ensurepip") is not None
    try:
        venv.EnvBuilder(with_pip=carries_pip, clear=ENVIRONMENT.exists(), symlinks=True).create(ENVIRONMENT)
    except (subprocess.CalledProcessError, OSError):
        venv.EnvBuilder(with_pip=False, clear=True, symlinks=True).create(ENVIRONMENT)


def install(lock: Path) -> None:
    """Install every line of `lock`, hashes checked: by uv where it can be had, else by pip."""
    attempts = [*ways_by_uv(lock), *([*pip, "install", "--require-hashes", "-r", str(lock)] for pip in ways_to_pip())]
    problems = []
    for command in attempts:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet())
        if done.returncode == 0:
            return
        problems.append(f"{' '.join(command)}\n{(done.stdout + done.stderr).strip()[-1500:]}")
    if not attempts:
        raise CannotInstall(
            "this Python has neither venv's pip (ensurepip) nor pip, and there is no uv: install one of them"
            " (on Debian: apt install python3-venv) and start again"
        )
    raise CannotInstall("nothing could install what is needed. Tried:\n\n" + "\n\n".join(problems))


def ways_by_uv(lock: Path) -> list[list[str]]:
    """Return the command by uv, after getting the very uv that the lock names. Empty if that does not work."""
    inside = ENVIRONMENT / "bin" / "uv"
    if not inside.exists():
        own_line = lines_of("uv", lock)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as only:
            only.write(own_line)
            only.flush()
            for pip in ways_to_pip():
                command = [*pip, "install", "--require-hashes", "--no-deps", "-r", only.name]
                if subprocess.run(command, capture_output=True, check=False, env=quiet()).returncode == 0:
                    break
    program = str(inside) if inside.exists() else shutil.which("uv")
    return (
        [[program, "pip", "install", "--require-hashes", "--python", str(PYTHON), "-r", str(lock)]] if program else []
    )


def ways_to_pip() -> list[list[str]]:
    """Return the commands that are a pip for `.venv`: its own, or this Python's working from outside."""
    own = [str(PYTHON), "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0:
        return [own]
    if importlib.util.find_spec("pip") is not None:
        return [[sys.executable, "-m", "pip", "--python", str(PYTHON)]]
    wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    return [[str(PYTHON), f"{wheels[-1]}/pip"]] if wheels else []


def lines_of(package: str, lock: Path) -> str:
    """Return the requirement of one package with its hashes, as the lock has it."""
    kept, inside = [], False
    for line in lock.read_text(encoding="utf-8").splitlines(keepends=True):
        inside = line.startswith(f"{package}==") or (inside and line.startswith(" "))
        if inside:
            kept.append(line)
    return "".join(kept)


def quiet() -> dict[str, str]:
    """Return our environment without what would send an installer elsewhere or make it ask."""
    wanted = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return wanted | {
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_LINK_MODE": "copy",
        "UV_SYSTEM_CERTS": "1",
    }


def say(words: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(f"countersign: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
