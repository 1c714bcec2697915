"""Connections kept open between requests to one place, for `core.net`.

A kept connection was judged when it was made, and its address is judged again before each use, so a
change of OUTBOUND_ALLOW (or another caller's) holds at once.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections import deque
from dataclasses import dataclass

from core import clock
from core.destination import Address, Allow, Destination

IDLE = 10.0  # seconds that a connection is kept unused: less than servers commonly do
LIFE = 60.0  # seconds after which the name is resolved anew
EACH = 32
ALL = 512

_Place = tuple[str, str, int]


@dataclass(slots=True)
class Line:
    """One open connection. `made_at` and `used_at` are of clock.monotonic."""

    socket: socket.socket
    address: Address
    made_at: float
    used_at: float = 0.0

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def is_usable(self, now: float) -> bool:
        """Tell whether it is young, and the other side has neither closed it nor said something unasked."""
        if now - self.used_at > IDLE or now - self.made_at > LIFE:
            return False
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return not poll.poll(0)


class Pool:
    """Idle connections by place, the last used first. Safe between threads; a forked child begins with none."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[_Place, deque[Line]] = {}
        self._count = 0
        self._swept_at = 0.0

    def take(self, destination: Destination, allow: Allow) -> Line | None:
        """Return a connection that may be used at once, or None."""
        now = clock.monotonic()
        while True:
            with self._lock:
                lines = self._idle.get(_place(destination))
                if not lines:
                    return None
                line = lines.pop()
                self._count -= 1
            if line.is_usable(now) and allow.permits(line.address, destination.port):
                return line
            line.close()

    def put(self, destination: Destination, line: Line) -> None:
        """Keep `line` for the next request, or close it if enough are kept."""
        now = line.used_at = clock.monotonic()
        dropped: list[Line] = []
        with self._lock:
            if now - self._swept_at > IDLE:
                dropped = self._sweep(now)
            lines = self._idle.setdefault(_place(destination), deque())
            if len(lines) < EACH and self._count < ALL:
                lines.append(line)
                self._count += 1
            else:
                dropped.append(line)
        for old in dropped:
            old.close()

    def _sweep(self, now: float) -> list[Line]:
        """Take out what has been idle for too long; the caller holds the lock and closes it."""
        self._swept_at = now
        dropped: list[Line] = []
        for place, lines in list(self._idle.items()):
            while lines and now - lines[0].used_at > IDLE:
                dropped.append(lines.popleft())
            if not lines:
                del self._idle[place]
        self._count -= len(dropped)
        return dropped


def _place(destination: Destination) -> _Place:
    return destination.scheme, destination.host, destination.port
