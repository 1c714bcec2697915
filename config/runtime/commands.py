"""What `manage.py` does once its environment stands: find the servers, then run the command."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from config import env
from config.runtime import state

ROOT = Path(__file__).resolve().parent.parent.parent
INSTEAD = {"up": "config.runtime.up", "test": "pytest"}
EVERYTHING = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]  # the whole suite, on every core


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code. Settings that are wrong end it with one line that names them.

    `test` runs the whole suite; its gates (formatter, types, floors, migrations) are tests as well.
    """
    try:
        arguments = state.take_data_dir(arguments)
        command = arguments[0] if arguments else "help"
        if command in INSTEAD:  # its own process image: neither needs Django in memory
            sys.stdout.flush()
            os.chdir(ROOT)
            words = arguments[1:] or (EVERYTHING if command == "test" else [])
            os.execv(sys.executable, [sys.executable, "-m", INSTEAD[command], *words])
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("COUNTERSIGN_ROLE", command if command in env.ROLES else "command")
        state.adopt()
        execute_from_command_line(["manage.py", *arguments])
    except ImproperlyConfigured as problem:
        print(f"countersign: {problem}", file=sys.stderr)
        return 1
    except OperationalError as problem:
        if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
            print(f"countersign: the database does not answer: {str(problem).strip()}", file=sys.stderr)
        else:
            print(
                f"countersign: no servers run for {state.folder()}, and DATABASE_URL is not set:"
                " start `python3 manage.py up`, or name the folder of one that runs with --data-dir",
                file=sys.stderr,
            )
        return 1
    return 0
