"""`manage.py up`: everything on one machine, from nothing, and the same data again the next time."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from config.runtime import binaries, embedded, leftovers, postgres, privilege, state
from config.runtime.installation import Installation
from core import clock

BEAT = 0.1  # seconds between two looks at the children
PATIENCE = 60.0  # seconds for web to answer
DEMO = ("halden", "dana@halden.example")


class CannotStart(RuntimeError):
    """`up` cannot run like this; the message says what to change."""


class Stop(Exception):
    """Somebody pressed Ctrl-C, or sent SIGTERM."""


def main(arguments: list[str]) -> int:
    """Run until told to stop; 0 after an orderly end."""
    wanted = parse(arguments)
    data = state.folder()
    os.umask(0o077)
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with claim(data):
            for name in leftovers.end(data):
                say(f"ended {name}, which an `up` that was killed had left running")
            serve(data, wanted)
    except Stop:
        return 0
    except (CannotStart, postgres.DidNotStart, binaries.NotFound, privilege.CannotDrop, OSError) as problem:
        say(str(problem))
        return 1
    return 0


def interrupt(_number: int, _frame: object) -> None:
    """End the loop of the main thread from wherever it is."""
    raise Stop


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line asks for. `--data-dir` was taken out before."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes a free one")
    parser.add_argument("--data-dir", metavar="DIR", help="where the data is kept (default: .countersign)")
    parser.add_argument("--no-demo", action="store_true", help="start empty")
    return parser.parse_args(arguments)


def claim(data: Path) -> IO[str]:
    """Make the data folder ours for as long as we live. Raises CannotStart if another `up` has it."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o711)  # the servers' own user passes through; every file inside is private
        lock = (data / "up.lock").open("w")
    except OSError as problem:
        raise CannotStart(f"{data} cannot be used ({problem}): choose another folder with --data-dir") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        other = state.running(data)
        where = f" at {other.settings.get('BASE_URL')} (pid {other.pid})" if other else ""
        raise CannotStart(f"already running on {data}{where}: stop that one, or give another --data-dir") from None
    return lock


def serve(data: Path, wanted: argparse.Namespace) -> None:
    """Start everything in order, look after it until told to stop, then stop it in order."""
    here = Installation(data, *listen(wanted.host, wanted.port))
    try:
        here.plan(demo=not wanted.no_demo)
        say(f"starting on {data}")
        here.start_servers()
        here.migrate()
        here.announce()
        if not wanted.no_demo and not here.has_demo():
            say("playing the past of a make-believe company, once (--no-demo starts empty)")
            if problem := here.fill_demo():
                say(problem)
        here.start_roles()
        link = None if wanted.no_demo else here.sign_in(*DEMO)
        wait_for_web(here)
        welcome(here, link)
        while True:
            for words in here.look_after():
                say(words)
            time.sleep(BEAT)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        say("stopping")
        here.stop()


def listen(host: str, port: int) -> tuple[socket.socket, str]:
    """Open the port and return it with its address.

    The socket stays ours, so that a request made while web is being restarted waits instead of failing.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except (OSError, OverflowError) as problem:
        raise CannotStart(f"cannot listen on {host} port {port} ({problem}): choose another with --port") from None
    bracketed = f"[{host}]" if ":" in host else host
    shown = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(bracketed, bracketed)  # noqa: S104
    return listener, f"http://{shown}:{listener.getsockname()[1]}"


def wait_for_web(here: Installation) -> None:
    """Return when a request is answered, looking after the children meanwhile."""
    until = clock.monotonic() + PATIENCE
    web = here.roles[0]
    while not here.answers():
        for words in here.look_after():
            say(words)
        if clock.monotonic() > until or web.restarts > 2:
            raise postgres.DidNotStart(f"web does not answer. The end of {web.log}:\n{embedded.tail(web.log)}")
        time.sleep(0.05)


def welcome(here: Installation, link: subprocess.Popen[str] | None) -> None:
    """Say where to sign in and as whom, and that we are ready."""
    base = os.environ.get("BASE_URL") or here.settings.get("BASE_URL", here.address)
    slug, person = DEMO
    elsewhere = "" if here.data == state.ROOT / ".countersign" else f" --data-dir {here.data}"
    again = f"`python3 manage.py signin --org {slug} --person {person}{elsewhere}`"
    if link is None:
        print(
            f"Sign in at {base}/sign-in, or by the link that `python3 manage.py signin --org SLUG --person EMAIL"
            f"{elsewhere}` prints. `python3 manage.py apply FILE{elsewhere}` brings an organization and its people.",
            flush=True,
        )
    else:
        here.start_demo_agents()
        made, _ = link.communicate(timeout=PATIENCE)
        where = json.loads(made)["url"] if link.returncode == 0 else f"by the link that {again} prints"
        print(f"Sign in as Dana Okafor, who approves and administers: {where}", flush=True)
        print(f"The link works once, for ten minutes; {again} makes another.", flush=True)
    print(f"ready {here.address}", flush=True)


def say(words: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(f"countersign: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
