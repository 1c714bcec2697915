"""The sender of one channel: takes what is due, hands it to threads, writes down how it went, and again.

Only the thread that owns the Sender touches the database; the others only send, and go on to the next letter of their
own accord (waiting for the owner's transactions between two letters, one endpoint got 90 a second). So nothing is sent
inside a transaction, a slow endpoint holds no connection, and what a crash leaves behind is due again when its lease
ends.
"""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from core import clock
from delivery import jobs, leases, mornings, registry, windows
from delivery.lanes import Lanes
from delivery.leases import Tried
from delivery.transports.base import Letter, Result

T = TypeVar("T")

log = structlog.get_logger(__name__)

AT_ONCE = 256  # letters in hand
LOOK = 0.5  # seconds after which those that wait in hand are looked at again: they may have been taken back
LOOKS = 32  # in one turn, while all that is found only waits for its reader's minute to end
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
        self._lock = threading.Lock()  # over the lanes
        self._is_stopping = False
        self._looked_at = 0.0
        self._clock = (clock.now(), clock.monotonic())
        self._pool = ThreadPoolExecutor(able.threads, thread_name_prefix=f"send-{channel}")
        self._back: queue.SimpleQueue[Tried] = queue.SimpleQueue()
        self._unsettled: list[Tried] = []

    @property
    def in_hand(self) -> int:
        """Return how many parcels are taken and not settled."""
        with self._lock:
            return self._lanes.away + self._lanes.waiting + self._back.qsize() + len(self._unsettled)

    def work(self, now: datetime, *, take: int = AT_ONCE) -> int:
        """Settle what came back, take what is due, start what may go. Returns how many parcels were settled.

        `take` bounds what is taken anew. Raises what the database raises; nothing that was sent is forgotten then.
        """
        self._clock = (now, clock.monotonic())
        settled = self._settle()
        self._hand_back()
        self._let_go()
        room = min(take, AT_ONCE - self.in_hand)
        if room > 0:
            looks = 0
            while self._take(now, room) and looks < LOOKS:
                looks += 1
        self._start()
        return settled

    def stop(self) -> None:
        """Start nothing more, wait for what is under way, write it down and give back the rest."""
        with self._lock:
            self._is_stopping = True
        self._pool.shutdown(wait=True)
        self._settle()
        self._hand_back(everything=True)

    def _take(self, now: datetime, room: int) -> bool:
        """Take what is due and start it. Returns whether it was all put off, so that more may be due."""
        able = self._transport.abilities
        with self._lock:
            shut = self._lanes.shut(clock.monotonic())
        found = leases.find(self.channel, now=now, limit=room, shut=shut, org=self._org)
        put_off = taken = 0
        for org, parcels in found.items():
            ready = windows.ripe(org, parcels) if able.gathers else parcels
            put_off += len(set(parcels).difference(ready))
            letters = windows.bundled(leases.lease(org, ready, signs=able.signs)) if ready else []
            letters = mornings.opened(org, letters)
            taken += len(letters)
            with self._lock:
                for letter in letters:
                    self._lanes.add(letter)
            self._start()
        return put_off > 0 and not taken

    def _start(self, after: Tried | None = None) -> Letter | None:
        """Send off what may go. A thread that brings a letter back takes one of them with it instead."""
        at = clock.monotonic()
        with self._lock:
            if after is not None:
                self._lanes.done(after.letter, after.result, at)
                self._back.put(after)
            going = [] if self._is_stopping else self._lanes.start(at)
            mine = going.pop() if after is not None and going else None
            for letter in going:
                self._pool.submit(self._run, letter)
        return mine

    def _run(self, letter: Letter | None) -> None:
        """Send one letter after the other, on a thread of the pool."""
        while letter is not None:
            letter = self._start(self._try(letter))
            self.bell.set()

    def _try(self, letter: Letter) -> Tried:
        """Send one letter. Nothing it raises stops the others."""
        started = clock.monotonic()
        now, then = self._clock
        try:
            result = self._transport.send(letter, at=now + timedelta(seconds=started - then))
        except Exception as exc:
            log.exception("send_failed", channel=letter.channel, kind=letter.kind, parcel=str(letter.id))
            result = Result(is_ok=False, error=f"{type(exc).__name__}: {exc}")
        return Tried(letter, result, round((clock.monotonic() - started) * 1000))

    def _settle(self) -> int:
        """Write down how the tries went. What the database does not take now is kept for the next time."""
        while not self._back.empty():
            self._unsettled.append(self._back.get())
        settled = 0
        for org, tries in by_org(self._unsettled, lambda tried: tried.letter.org).items():
            leases.settle(org, [one for tried in tries for one in tried.each])
            settled += len(tries)
            self._unsettled = [tried for tried in self._unsettled if tried.letter.org != org]
        return settled

    def _hand_back(self, *, everything: bool = False) -> None:
        """Give back what waits behind a closed lane, or has waited for almost as long as its lease."""
        at = clock.monotonic()
        with self._lock:
            letters = self._lanes.hand_back(at, before=float("inf") if everything else at - NO_LATER)
        for org, some in by_org(letters, lambda letter: letter.org).items():
            leases.hand_back(org, [one for letter in some for one in letter.each])

    def _let_go(self) -> None:
        """Drop what was taken back since it was taken: what is decided, nobody shall be asked about."""
        at = clock.monotonic()
        if at - self._looked_at < LOOK:
            return
        self._looked_at = at
        with self._lock:
            waiting = self._lanes.in_line()
        for org, letters in by_org(waiting, lambda letter: letter.org).items():
            wanted = leases.still_wanted(org, [one for letter in letters for one in letter.each])
            broken = [letter for letter in letters if not wanted.issuperset(one.id for one in letter.each)]
            with self._lock:
                there = {letter.id for letter in self._lanes.in_line()}
                self._lanes.drop({letter.id for letter in broken})
            rest = [one for letter in broken if letter.id in there for one in letter.each if one.id in wanted]
            if rest:
                leases.hand_back(org, rest)


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
