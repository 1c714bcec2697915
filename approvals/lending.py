"""Who may decide in whose name: delegations followed from a grantor to those who stand in. Pure.

What a stand-in may decide is the grantor's authority, the scope of every delegation on the way, and the stand-in's own
authority, all three, at this moment. So nobody gets to decide through a delegation what they could not decide if they
were asked, and nobody who is barred decides through somebody else: neither as grantor, nor on the way, nor as delegate.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from approvals.authority import DECIDES, Matter, is_within, may_decide
from approvals.directory import Directory, Lent
from approvals.terms import PersonTerms

_ANY = "\x01"  # a letter that no glob names


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who may fill the seat of `path[0]`: `path` leads over everybody on the way to `email` at its end.

    `delegations` are those of the path in order; the first is the grantor's own.
    """

    email: str
    path: tuple[str, ...]
    delegations: tuple[uuid.UUID, ...]


def stand_ins(owner: str, matter: Matter, directory: Directory) -> tuple[StandIn, ...]:
    """Return who may decide the matter for `owner` now, whom to ask first standing first; () if nobody may.

    A delegate who stands in may lend on, as far as the organization's `delegation_depth` lets them; who is met twice on
    a way ends it. Nobody stands in for somebody who may not decide the matter.
    """
    owner = owner.lower()
    if not directory.lending or not has_authority(owner, matter, directory):
        return ()
    found: dict[str, StandIn] = {}
    met, edge = {owner}, [StandIn(owner, (owner,), ())]
    for _ in range(directory.depth):
        further = []
        for one in edge:
            for lent in ranked(directory.lending.get(one.email, ())):
                email = lent.delegate
                if email in met or not covers(lent, matter) or not has_authority(email, matter, directory):
                    continue
                met.add(email)
                further.append(StandIn(email, (*one.path, email), (*one.delegations, lent.id)))
        found |= {one.email: one for one in further if directory.presence(one.email) == "here"}
        edge = further
    return tuple(found.values())


def hands(owner: str, matter: Matter, directory: Directory) -> frozenset[str]:
    """Return the natural persons who could fill the seat of `owner` now: the owner if here, and who stands in."""
    them = {one.email for one in stand_ins(owner, matter, directory)}
    if directory.presence(owner) == "here" and has_authority(owner, matter, directory):
        them.add(owner)
    return frozenset(them)


def has_authority(email: str, matter: Matter, directory: Directory) -> bool:
    """Return whether somebody may decide the matter by themselves, be they here or away for now."""
    return directory.presence(email) != "gone" and may_decide(directory.people.get(email), matter)


def covers(lent: Lent, matter: Matter) -> bool:
    """Return whether a delegation's scope holds the matter."""
    if lent.agents and matter.agent not in lent.agents:
        return False
    if lent.actions and not any(fnmatchcase(matter.action, glob) for glob in lent.actions):
        return False
    return is_within(matter, lent.max_amount)


def ranked(lent: Iterable[Lent]) -> list[Lent]:
    """Return one grantor's delegations in the order their delegates are asked: narrow scopes first, then the newest."""
    return sorted(lent, key=lambda one: (-_narrowness(one), _most(one), -one.created_at.timestamp(), str(one.id)))


def _narrowness(lent: Lent) -> int:
    return bool(lent.agents) + bool(lent.actions) + (lent.max_amount is not None)


def _most(lent: Lent) -> Decimal:
    return lent.max_amount.value if lent.max_amount is not None else Decimal("Infinity")


def circle(fresh: Lent, others: Iterable[Lent]) -> tuple[str, ...]:
    """Return the e-mails along which a new delegation would come back to its grantor, or () if it never does.

    (ana, bo, cy, ana), if there is a moment at which all of these are in force. What is in force together is so when
    the last of it begins, so only beginnings are looked at.
    """
    known = [one for one in others if one.id != fresh.id]
    begins = {one.period.starts for one in known if fresh.period.holds(one.period.starts)}
    for moment in sorted({fresh.period.starts, *begins}):
        if way := _way(fresh.delegate, fresh.grantor, [one for one in known if one.period.holds(moment)]):
            return (fresh.grantor, *way)
    return ()


def _way(here: str, home: str, lent: Iterable[Lent]) -> tuple[str, ...]:
    """Return the people from `here` to `home`, the shortest way from grantor to delegate; () if none leads there."""
    onward: dict[str, list[str]] = {}
    for one in lent:
        onward.setdefault(one.grantor, []).append(one.delegate)
    came, waiting = {here: ""}, [here]
    for person in waiting:
        for delegate in onward.get(person, ()):
            if delegate not in came:
                came[delegate] = person
                waiting.append(delegate)
    way = [home] if home in came else []
    while way and came[way[-1]]:
        way.append(came[way[-1]])
    return tuple(reversed(way))


def beyond(lent: Lent, grantor: PersonTerms | None) -> str:
    """Return what a delegation would give that its grantor has not, in a sentence, or "" if it gives nothing more."""
    if grantor is None or DECIDES not in grantor.roles:
        return f"{lent.grantor} decides nothing, and so has nothing to lend."
    most, held = lent.max_amount, grantor.authority.max_amount
    if most is not None and held is not None and (most.currency != held.currency or most.value > held.value):
        return f"{grantor.name} may decide up to {held.spoken}, which is less than {most.spoken}."
    for glob in lent.actions if grantor.authority.actions else ():
        if not any(_holds(wide, glob) for wide in grantor.authority.actions):
            return f"{grantor.name} may not decide {glob}."
    return ""


def _holds(wide: str, narrow: str) -> bool:
    """Whether whatever `narrow` matches `wide` matches too: its stars stand for none, for one, and for many."""
    one = narrow.replace("?", _ANY)
    return all(fnmatchcase(one.replace("*", _ANY * length), wide) for length in (0, 1, 200))
