"""What `manage.py` does once its environment stands: find the servers, then run the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config import env
from config.runtime import state

ROOT = Path(__file__).resolve().parent.parent.parent


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code. Settings that are wrong end it with one line that names them."""
    try:
        arguments = state.take_data_dir(arguments)
        command = arguments[0] if arguments else "help"
        if command == "test":
            return test(arguments[1:])
        if command == "up":
            return subprocess.call([sys.executable, "-m", "config.runtime.up", *arguments[1:]], cwd=ROOT)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("COUNTERSIGN_ROLE", command if command in env.ROLES else "command")
        state.adopt()
        execute_from_command_line(["manage.py", *arguments])
    except ImproperlyConfigured as problem:
        print(f"countersign: {problem}", file=sys.stderr)
        return 1
    return 0


def test(arguments: list[str]) -> int:
    """Run the whole suite: its gates (formatter, types, floors, migrations) are tests as well."""
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)
