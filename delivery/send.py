"""The sender of one channel: takes what is due, hands it to threads, writes down how it went, and again.

Only the thread that owns the Sender touches the database; the others only send. So nothing is sent inside a
transaction, a slow endpoint holds no connection, and what a crash leaves behind is due again when its lease ends.
"""

from __future__ import annotations

import queue
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog

from core import clock
from delivery import jobs, leases, registry
from delivery.lanes import Lanes
from delivery.leases import Tried
from delivery.transports.base import Letter, Result

T = TypeVar("T")

log = structlog.get_logger(__name__)

AT_ONCE = 256  # letters in hand
NO_LATER = 45.0  # seconds after it was taken that a letter may still be started: a try fits into what is left


class Sender:
    """One channel's post office in this process, for all organizations or for `org` alone. One thread owns it."""

    def __init__(self, channel: str, *, org: int | None = None) -> None:
        self.channel = channel
        self._org = org
        self.bell = jobs.bell_of(channel)
        self._transport = registry.transport(channel)
        able = self._transport.abilities
        self._lanes = Lanes(threads=able.threads, abreast=able.abreast)
        self._pool = ThreadPoolExecutor(able.threads, thread_name_prefix=f"send-{channel}")
        self._back: queue.SimpleQueue[Tried] = queue.SimpleQueue()
        self._unsettled: list[Tried] = []

    @property
    def in_hand(self) -> int:
        """Return how many parcels are taken and not settled."""
        return self._lanes.away + self._lanes.waiting + len(self._unsettled)

    def work(self, now: datetime, *, take: int = AT_ONCE) -> int:
        """Settle what came back, take what is due, start what may go. Returns how many parcels were settled.

        `take` bounds what is taken anew. Raises what the database raises; nothing that was sent is forgotten then.
        """
        self._collect()
        self.start(now)
        settled = self._settle()
        at = clock.monotonic()
        self._hand_back(self._lanes.hand_back(at, before=at - NO_LATER))
        room = min(take, AT_ONCE - self._lanes.waiting - self._lanes.away)
        if room > 0:
            for org, parcels in self._find(now, room):
                for letter in leases.lease(org, parcels, signs=self._transport.abilities.signs):
                    self._lanes.add(letter)
                self.start(now)
        self.start(now)
        return settled

    def _find(self, now: datetime, room: int) -> Iterable[tuple[int, list[UUID]]]:
        shut = self._lanes.shut(clock.monotonic())
        return leases.find(self.channel, now=now, limit=room, shut=shut, org=self._org).items()

    def _collect(self) -> None:
        """Take in what came back and free its places."""
        while not self._back.empty():
            tried = self._back.get()
            self._lanes.done(tried.letter, tried.result, clock.monotonic())
            self._unsettled.append(tried)

    def _settle(self) -> int:
        """Write down how the tries went. What the database does not take now is kept for the next time."""
        settled = 0
        for org, tries in by_org(self._unsettled, lambda tried: tried.letter.org).items():
            leases.settle(org, tries)
            settled += len(tries)
            self._unsettled = [tried for tried in self._unsettled if tried.letter.org != org]
        return settled

    def start(self, now: datetime) -> None:
        """Hand letters to the threads."""
        for letter in self._lanes.start(clock.monotonic()):
            self._pool.submit(self._try, letter, now)

    def stop(self) -> None:
        """Start nothing more, wait for what is under way, write it down and give back the rest."""
        self._pool.shutdown(wait=True)
        self._collect()
        self._settle()
        self._hand_back(self._lanes.hand_back(0.0, before=float("inf")))

    def _try(self, letter: Letter, at: datetime) -> None:
        """Send one letter, on a thread of the pool. Nothing it raises stops the others."""
        started = clock.monotonic()
        try:
            result = self._transport.send(letter, at=at)
        except Exception as exc:
            log.exception("send_failed", channel=letter.channel, kind=letter.kind, parcel=str(letter.id))
            result = Result(is_ok=False, error=f"{type(exc).__name__}: {exc}")
        self._back.put(Tried(letter, result, round((clock.monotonic() - started) * 1000)))
        self.bell.set()

    def _hand_back(self, letters: Iterable[Letter]) -> None:
        for org, some in by_org(letters, lambda letter: letter.org).items():
            leases.hand_back(org, some)


def drain(channel: str, *, now: datetime, limit: int = 1000, org: int | None = None) -> int:
    """Send what is due on `channel`, at most `limit` parcels, and return how many were tried when all are settled."""
    sender = Sender(channel, org=org)
    tried = taken = 0
    try:
        while True:
            sender.bell.clear()
            tried += sender.work(now, take=min(AT_ONCE, limit - taken))
            taken = tried + sender.in_hand
            if not sender.in_hand:
                return tried
            sender.bell.wait(1.0)
    finally:
        sender.stop()


def by_org(things: Iterable[T], org: Callable[[T], int]) -> dict[int, list[T]]:
    """Return things grouped by organization."""
    grouped: dict[int, list[T]] = defaultdict(list)
    for thing in things:
        grouped[org(thing)].append(thing)
    return dict(grouped)
