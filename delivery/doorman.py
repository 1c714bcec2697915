"""Asks the database about many open sockets at once, however many of them want to know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from channels.db import database_sync_to_async

from core import clock
from delivery.visitors import Visitor, still_welcome

FRESH = 1.0  # seconds for which an answer holds
GATHER = 0.005  # seconds in which those who ask together are asked about together


class Doorman:
    """One for a process. `ask` may be another question in tests."""

    def __init__(self, ask: Callable[[list[Visitor]], set[Visitor]] | None = None) -> None:
        self._ask = ask or _ask
        self._seen: dict[Visitor, float] = {}
        self._wanted: set[Visitor] = set()
        self._round: asyncio.Task[set[Visitor]] | None = None

    async def lets_stay(self, visitor: Visitor) -> bool:
        """Return whether the visitor may go on listening. Raises what the database raises."""
        if clock.monotonic() - self._seen.get(visitor, float("-inf")) < FRESH:
            return True
        if self._round is None or self._round.done() or self._round.get_loop() is not asyncio.get_running_loop():
            self._wanted = set()
            self._round = asyncio.create_task(self._go_round(self._wanted))
        self._wanted.add(visitor)
        welcome = await asyncio.shield(self._round)
        return visitor in welcome

    def forget(self, visitor: Visitor) -> None:
        """Keep nothing about one who left."""
        self._seen.pop(visitor, None)

    async def _go_round(self, wanted: set[Visitor]) -> set[Visitor]:
        await asyncio.sleep(GATHER)
        self._round = None  # who asks from now on is part of the next round
        asked_at = clock.monotonic()
        welcome: set[Visitor] = await database_sync_to_async(self._ask)(list(wanted))
        for visitor in wanted:
            self._seen.pop(visitor, None)
        self._seen.update(dict.fromkeys(welcome, asked_at))
        return welcome


def _ask(visitors: list[Visitor]) -> set[Visitor]:
    return still_welcome(visitors, now=clock.now())


doorman = Doorman()
