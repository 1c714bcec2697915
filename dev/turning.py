"""The clock of a developer's installation: one file says how far it is turned, and every process of it follows.

Only forward: what was decided must not lie in the future.
"""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from core import clock

LOOK = 0.5  # seconds between looks at the file
FURTHEST = timedelta(days=366)
ROLES = ("web", "engine", "worker")


class TooFar(ValueError):
    """The clock turns forward, by a year at most."""


def turned() -> timedelta:
    """Return how far the file says the clock is turned; nothing if it says nothing readable."""
    try:
        return timedelta(seconds=max(0, int(_file().read_text("ascii"))))
    except (FileNotFoundError, ValueError):
        return timedelta(0)


def turn(by: timedelta) -> None:
    """Turn the clock of every process further. Raises TooFar."""
    total = turned() + by
    if by < timedelta(0) or total > FURTHEST:
        raise TooFar("The clock turns forward, by a year at most.")
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(str(int(total.total_seconds())), "ascii")
    unfinished.replace(path)
    adopt()


def adopt() -> None:
    """Turn this process's clock to where the file says."""
    clock.turn(turned() - clock.shift())


def follow() -> None:
    """Follow the file from now on, where this process serves a developer's installation."""
    if settings.DEBUG and settings.ROLE in ROLES:
        adopt()
        threading.Thread(target=_watch, daemon=True, name="dev-clock").start()


def _watch() -> None:
    never = threading.Event()
    while not never.wait(LOOK):
        adopt()


def _file() -> Path:
    return Path(settings.DATA_DIR) / "dev-clock"
