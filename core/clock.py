"""The only reader of the clock.

Tests and the demo turn it by hand: `turn()` shifts this process's idea of now, and every
transaction carries the same shift to the database (`core.tx`), whose clock decides deadlines.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import local

_state = local()
_shift_of_process = timedelta(0)


def now() -> datetime:
    """Return the present moment, aware, in UTC, moved by the shift in force."""
    return real() + shift()


def real() -> datetime:
    """Return the machine's own clock, unturned; for working out a shift, and nothing else."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds of a clock that never jumps, for measuring how long something took."""
    return time.monotonic()


def shift() -> timedelta:
    """Return how far this thread's clock is turned; zero in production."""
    return getattr(_state, "shift", _shift_of_process)


def turn(by: timedelta) -> None:
    """Turn the clock of the whole process forward (or back) by `by`."""
    global _shift_of_process
    _shift_of_process += by


@contextmanager
def turned(by: timedelta) -> Iterator[None]:
    """Turn the clock of this thread alone to `by` from the real time, for the length of the block."""
    before = getattr(_state, "shift", None)
    _state.shift = by
    try:
        yield
    finally:
        if before is None:
            del _state.shift
        else:
            _state.shift = before
