"""A load generator that costs little: prebuilt requests over keep-alive sockets in one epoll loop, in its own program.

Reads {"port", "seconds", "rate", "requests": [[head, body], …], "clients"} and prints what happened. A request's head
ends with `Idempotency-Key: `, and a new word is put after it. With `rate` 0 every client posts again as soon as it is
answered (closed loop); otherwise requests begin on a fixed schedule whatever the answers do, and a request that had to
wait for a free client is timed from the moment it was due (no coordinated omission). With
`count` it ends after so many.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from core import clock

STATUS = slice(9, 12)


@dataclass(slots=True)
class Line:
    """One client's connection: when it last spoke, and what it has heard since."""

    socket: socket.socket
    due: float = 0.0
    heard: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Tally:
    """What happened after the warm-up."""

    took: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    wrong: str = ""

    def answer(self, status: str, took: float, answer: bytes) -> None:
        """Count an answer."""
        self.took.append(took)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status[0] != "2" and not self.wrong:
            self.wrong = answer.decode(errors="replace")[-400:]


class Load:
    """One run."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.port, self.rate = given["port"], given["rate"]
        self.number = 0
        self.selector = selectors.EpollSelector()
        mark = given.get("mark", "bench").encode()
        self.said = [(head.encode() + mark, b"\r\n\r\n" + body.encode()) for head, body in given["requests"]]
        self.lines = [self._connect() for _ in range(given["clients"])]
        self.idle = deque(self.lines)
        self.began = clock.monotonic()
        self.counts_from = self.began + given.get("warmup", 1.0)
        self.count = given.get("count") or 0
        self.until = self.counts_from + (given["seconds"] or 600.0)

    def run(self) -> dict[str, Any]:
        """Post until the time is over, then wait for the last answers."""
        tally = Tally()
        next_due = self.began
        used = time.process_time()
        while (now := clock.monotonic()) < self.until:
            if self.count and self.number >= self.count:
                break
            if self.rate:
                while next_due <= now and self.idle:
                    self._post(self.idle.popleft(), next_due)
                    next_due += 1 / self.rate
                patience = max(next_due - now, 0.0) if self.idle else 0.1
            else:
                while self.idle and not (self.count and self.number >= self.count):
                    self._post(self.idle.popleft(), now)
                patience = 0.1
            self._hear(patience, tally)
        used = time.process_time() - used
        self._hear_last(tally)
        self.until = min(self.until, clock.monotonic())
        return self._told(tally, used)

    def _told(self, tally: Tally, used: float) -> dict[str, Any]:
        took = sorted(tally.took)
        seconds = self.until - self.counts_from
        return {
            "per_second": len(took) / seconds,
            "count": len(took),
            "p50_ms": percentile(took, 0.5) * 1000,
            "p99_ms": percentile(took, 0.99) * 1000,
            "statuses": tally.statuses,
            "wrong": tally.wrong,
            "generator_cpu_us": used / max(len(took), 1) * 1e6,
        }

    def _connect(self) -> Line:
        line = socket.create_connection(("127.0.0.1", self.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = Line(line)
        self.selector.register(line, selectors.EVENT_READ, made)
        return made

    def _post(self, line: Line, due: float) -> None:
        line.due = due
        head, body = self.said[self.number % len(self.said)]
        self.number += 1
        line.socket.sendall(b"%s-%d%s" % (head, self.number, body))

    def _hear(self, patience: float, tally: Tally) -> None:
        for key, _ in self.selector.select(patience):
            line: Line = key.data
            piece = line.socket.recv(65536)
            if not piece:
                raise ConnectionError("the server closed a connection")
            line.heard += piece
            if is_whole(line.heard):
                now = clock.monotonic()
                if self.counts_from <= now < self.until:
                    tally.answer(line.heard[STATUS].decode(), now - line.due, bytes(line.heard))
                line.heard.clear()
                self.idle.append(line)

    def _hear_last(self, tally: Tally) -> None:
        until = clock.monotonic() + 5
        while len(self.idle) < len(self.lines) and clock.monotonic() < until:
            self._hear(0.1, tally)


def is_whole(heard: bytearray) -> bool:
    """Tell whether an answer has arrived whole. Every answer of ours says its length."""
    end = heard.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = heard.find(b"content-length: ", 0, end)
    if at < 0:
        return True
    length = int(heard[at + 16 : heard.find(b"\r\n", at)])
    return len(heard) >= end + 4 + length


def percentile(ordered: list[float], share: float) -> float:
    """Return the value below which `share` of an ordered list lies; nan of an empty one."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


if __name__ == "__main__":
    json.dump(Load(json.load(sys.stdin)).run(), sys.stdout)
