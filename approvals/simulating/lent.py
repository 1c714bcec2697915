"""Delegations that begin or end while a simulated action waits: what approvals.flow.lent does to rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from approvals.asking import AskedPerson
from approvals.directory import Lent
from approvals.lending import stand_ins
from approvals.simulating.room import ENDED, Ask, Room
from approvals.simulating.telling import Teller
from approvals.stages import ANY


@dataclass(frozen=True, slots=True)
class Boundary:
    """The moment at which a delegation begins, or ends."""

    at: datetime
    lent: Lent
    begins: bool


def boundaries(room: Room, began: datetime, until: datetime) -> list[Boundary]:
    """Return those between the two moments, in order; at one moment what ends comes first."""
    known = room.directory.delegations
    starts = [Boundary(one.period.starts, one, True) for one in known]
    ends = [Boundary(one.period.until, one, False) for one in known]
    found = [one for one in (*starts, *ends) if began < one.at < until]
    return sorted(found, key=lambda one: (one.at, one.begins, str(one.lent.id)))


def change_hands(room: Room, boundary: Boundary, teller: Teller, *, is_held: bool) -> bool:
    """Ask those who stand in for the owners of open seats, and no longer those who did. Returns whether any changed.

    A delegation concerns what waits for its grantor or for its delegate in their name; beginning, also what is held.
    """
    is_waiting = any(_is_concerned(one, boundary) for one in room.open())
    if not is_waiting and not (is_held and boundary.begins):
        return False
    going, back = _take_back(room)
    if going:
        teller.gave_back(room, going)
    fresh = room.take(_returning(room, back))
    if fresh:
        teller.returned(room, fresh)
    if is_held and boundary.begins:
        newcomers = room.take(_newcomers(room))
        teller.more(room, newcomers)
        fresh += newcomers
    if boundary.begins and (boundary.lent.waiting_too or is_held):
        stand_in = room.take(_standing_in(room))
        if stand_in:
            teller.lent(room, stand_in)
        fresh += stand_in
    return bool(back or fresh)


def _is_concerned(ask: Ask, boundary: Boundary) -> bool:
    lent, is_for_other = boundary.lent, ask.owner != ask.email
    if ask.delegation == lent.id or (is_for_other and ask.owner == lent.grantor):
        return True
    return ask.email == lent.grantor if boundary.begins else is_for_other and ask.email == lent.delegate


def _newcomers(room: Room) -> list[AskedPerson]:
    """Return those whom the stage of a held action names and who can decide it now."""
    if room.is_replaced(room.stage):
        return list(room.invited(sorted(room.joined(room.stage)), "a step of the chain added you"))
    found: list[AskedPerson] = []
    for place, requirement in enumerate(room.plan.stages[room.stage - 1].requirements):
        named = room.directory.members(requirement.target, room.around(room.owners()))
        found += room.invited(named, room.directory.why(requirement.target), requirement=place)
    return found


def _take_back(room: Room) -> tuple[list[Ask], set[str]]:
    """Return who no longer stands in, and whose seats those were; who may decide by themselves stays for themselves."""
    own, going, back = _owners(room), [], set()
    for ask in _open(room):
        if ask.owner == ask.email:
            continue
        standing = stand_ins(ask.owner, room.matter, room.directory) if ask.owner in own else ()
        if any(one.email == ask.email for one in standing):
            continue
        back.add(ask.owner)
        if ask.email in own:
            ask.owner, ask.delegation = ask.email, None
        else:
            ask.left = ENDED
            going.append(ask)
    return going, back


def _returning(room: Room, back: set[str]) -> Iterator[AskedPerson]:
    """Yield those whose seat came back to them and who are not asked: they were away when it was."""
    there, own, voted = {one.email for one in _open(room)}, _owners(room), room.voted() | room.sitting()
    for owner in sorted(back):
        if owner in own and owner not in there | voted and room.directory.presence(owner) == "here":
            yield AskedPerson(owner, "nobody stands in any more", _requirement(room, owner))


def _standing_in(room: Room) -> Iterator[AskedPerson]:
    """Yield for each open seat that was lent the first who stands in, unless they are asked, or have had their say."""
    voted, taken = room.voted() | room.sitting(), {one.email for one in _open(room)}
    asked_for = {(one.email, one.owner) for one in _open(room)}
    for owner in sorted(_owners(room) - voted):
        for one in stand_ins(owner, room.matter, room.directory):
            if (one.email, owner) in asked_for:
                break
            if one.email in taken | voted:
                continue
            taken.add(one.email)
            via = f"stands in for {room.directory.people[owner].name}"
            yield AskedPerson(one.email, via, _requirement(room, owner), owner, one.delegations[0])
            break


def _open(room: Room) -> list[Ask]:
    return [one for one in room.open() if one.stage == room.stage]


def _owners(room: Room) -> frozenset[str]:
    return frozenset[str]().union(*room.seats(room.stage))


def _requirement(room: Room, owner: str) -> int:
    for one in _open(room):
        if one.email == one.owner == owner:
            return one.requirement
    places = [place for place, people in enumerate(room.seats(room.stage)) if owner in people]
    return places[0] if len(places) == 1 else ANY
