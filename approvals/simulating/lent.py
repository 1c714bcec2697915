"""Delegations that begin or end while a simulated action waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.asking import invite
from approvals.directory import Lent
from approvals.simulating.room import ENDED, Ask, Room
from approvals.simulating.telling import Teller


@dataclass(frozen=True, slots=True)
class Boundary:
    """The moment at which a delegation begins, or ends."""

    at: datetime
    lent: Lent
    begins: bool


def boundaries(room: Room, began: datetime, until: datetime) -> list[Boundary]:
    """Return those between the two moments, in order; at one moment what ends comes first."""
    known = room.directory.delegations
    starts = [Boundary(one.period.starts, one, True) for one in known if one.waiting_too]
    ends = [Boundary(one.period.until, one, False) for one in known]
    found = [one for one in (*starts, *ends) if began < one.at < until]
    return sorted(found, key=lambda one: (one.at, one.begins, str(one.lent.id)))


def change_hands(room: Room, boundary: Boundary, teller: Teller) -> None:
    """Ask the delegate for what waits for the grantor, or no longer."""
    lent = boundary.lent
    if not boundary.begins:
        going = [one for one in room.open() if one.delegation == lent.id]
        for one in going:
            one.left = ENDED
        if going:
            teller.gave_back(room, going)
        return
    fresh: list[Ask] = []
    for ask in [one for one in room.open() if one.owner == one.email == lent.grantor]:
        asked = [one.email for one in room.open()]
        people = invite([ask.owner], ask.via, room.matter, room.directory, requirement=ask.requirement, asked=asked)
        fresh += room.take(one for one in people if one.on_behalf_of == ask.owner)
    if fresh:
        teller.lent(room, fresh)
