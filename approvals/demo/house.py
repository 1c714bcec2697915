"""The playhouse of the demo: its cast, and a queue of what happens next, played in order with the clock turned."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from random import Random

import structlog

from approvals import tell
from approvals.actors import AgentActor, PersonActor
from approvals.electors import electors
from approvals.flow import lapse
from approvals.ground import look
from approvals.story import load
from core import clock, tx
from core.errors import DomainError

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Playhouse:
    """The cast, a queue of what happens next, and the moment at which the play ends.

    Before `busy_from` whatever is asked is answered in minutes, and nothing lapses. `until`: when patience ends.
    """

    org: int
    slug: str
    agents: dict[str, AgentActor]
    people: dict[str, PersonActor]
    end: datetime
    random: Random
    until: float
    busy_from: datetime
    queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    posted: int = 0
    turn: int = 0

    def later(self, at: datetime, what: Callable[[], None]) -> None:
        """Let something happen at `at`, unless the play is over by then."""
        if at < self.end:
            self.turn += 1
            heappush(self.queue, (at, self.turn, what))

    def play(self) -> None:
        """Play everything in order."""
        while self.queue:
            at, _, what = heappop(self.queue)
            with clock.turned(at - clock.real()), tell.muted():
                if at > self.busy_from:
                    lapse.sweep(at=at, org=self.org)
                try:
                    what()
                except DomainError as refused:  # as in life: somebody came too late, or second
                    log.info("demo_refused", code=refused.code)


def chosen(house: Playhouse, identifier: uuid.UUID) -> PersonActor | None:
    """Return somebody who may still vote, or None if it has ended."""
    with tx.reading(house.org):
        story = load(identifier)
        if story.action.status != "pending":
            return None
        may = electors(story, look(story.agent.pk))[story.action.stage - 1]
        voted = {one.person.email for one in story.votes if one.revision == story.action.revision}
        open_to = sorted(set().union(*may) - voted)
    return house.people[house.random.choice(open_to)] if open_to else None
