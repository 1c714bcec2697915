"""A transport that keeps what it is given: for tests, and for trying things out."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from delivery.transports.base import Abilities, Letter, Result


class Memory:
    """Answers each letter with the next of `answers`, and once those are used up with success."""

    channel = "memory"

    def __init__(self, *answers: Result | Exception, threads: int = 4, abreast: int = 2) -> None:
        self.abilities = Abilities(threads=threads, abreast=abreast, lasts=timedelta(hours=1))
        self.answers = deque(answers)
        self.sent: list[Letter] = []

    def endpoint(self, address: str) -> str:
        """Return what stands before the first slash."""
        return address.partition("/")[0]

    def send(self, letter: Letter, *, at: datetime) -> Result:
        """Keep the letter."""
        self.sent.append(letter)
        answer = self.answers.popleft() if self.answers else Result(is_ok=True)
        if isinstance(answer, Exception):
            raise answer
        return answer
