"""Whom a stage asks: who may decide, who stands in for them, who is picked, and who joins if they are too few. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.conditions import Facts
from approvals.assignment import ALL, Need, Pick
from approvals.authority import Matter
from approvals.directory import NOTHING_AROUND, Around, Directory
from approvals.lending import StandIn, hands, stand_ins
from approvals.quorum import Plan, Stage, can_be_met
from approvals.stages import ANY
from approvals.terms import Route, Target

FROZEN = ("schedule", "manager_of")  # targets that mean whoever it was when the stage began


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """One person who is asked, and why: "member of Finance". With `on_behalf_of` it is that person's seat.

    `requirement` is the number (from 0) of what they are asked for; ANY is any of the stage's.
    """

    email: str
    via: str
    requirement: int = 0
    on_behalf_of: str = ""
    delegation: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Whom a stage asks. With `held` nobody can bring it to an end: `reason` says why, and admins are told.

    `people` are the owners of each requirement's seats, `hands` who could fill the seat of each of them.
    """

    asked: tuple[AskedPerson, ...]
    needed: int
    people: tuple[frozenset[str], ...]
    used_fallback: bool = False
    held: bool = False
    reason: str = ""
    barred: frozenset[str] = frozenset()
    hands: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Road:
    """The way that an action takes: the route's name, how it assigns, and its plan."""

    name: str
    assign: str
    plan: Plan


def ask(
    route: Route,
    facts: Facts,
    directory: Directory,
    barred: frozenset[str],
    *,
    stage: int = 1,
    with_fallback: bool = False,
    around: Around = NOTHING_AROUND,
    pick: Pick | None = None,
) -> Asking:
    """Return whom stage `stage` (from 1) of a route asks. See `ask_stage`."""
    matter = Matter(
        agent=facts.agent or "",
        action=facts.action or "",
        risk=facts.risk,
        amount=facts.amount,
        amount_expected=facts.amount_expected,
        barred=frozenset(email.lower() for email in barred),
    )
    road = Road(route.name, route.assign, Plan.of(route))
    return ask_stage(road, matter, directory, around=around, stage=stage, with_fallback=with_fallback, pick=pick)


def ask_stage(
    road: Road,
    matter: Matter,
    directory: Directory,
    *,
    around: Around = NOTHING_AROUND,
    stage: int = 1,
    with_fallback: bool = False,
    pick: Pick | None = None,
    spent: frozenset[str] = frozenset(),
) -> Asking:
    """Return whom a stage asks now; `spent` sit in an earlier one, and are not asked again.

    Who is here is asked, and for whoever has lent it, here or away, the first stand-in who is not asked anyway. `pick`
    chooses among them where the road assigns; without it all are asked. If those who may decide are too few, the
    fallback joins them; if that does not help either, the action is held. `with_fallback` lets the fallback join in any
    case, as it did before. The quorum is never lowered.
    """
    wanted = road.plan.stages[stage - 1]
    spent = frozenset() if wanted.allow_shared_seat else spent
    able = _Able(matter, directory, spent)
    near = near_stage(wanted, directory, around)
    own = [able.owners(directory.members(one.target, near)) for one in wanted.requirements]
    vias = [
        {email: directory.why(one.target, email, near) for email in own[i]} for i, one in enumerate(wanted.requirements)
    ]
    if pick is not None and road.assign != ALL:
        vias = _picked(road, stage, own, vias, pick, able)
        own = [tuple(some) for some in vias]
    fallback = road.plan.fallback
    lent = able.owners(directory.members(fallback, around)) if fallback else ()
    joins = bool(lent) and (with_fallback or not able.can_meet(wanted, [frozenset(one) for one in own]))
    people = tuple(frozenset(one) | frozenset(lent if joins else ()) for one in own)
    asked = _asked(own, vias, lent if joins else (), is_fixed=_is_fixed(road, wanted), able=able)
    reason = "" if able.can_meet(wanted, people) else _held_because(wanted, len(asked))
    return Asking(
        asked=asked,
        needed=wanted.needed,
        people=people,
        used_fallback=joins,
        held=bool(reason),
        reason=reason,
        barred=matter.barred,
        hands={owner: able.hands(owner) for one in people for owner in one},
    )


def invite(
    people: Iterable[str],
    via: str,
    matter: Matter,
    directory: Directory,
    *,
    requirement: int = ANY,
    asked: Collection[str] = (),
    spent: frozenset[str] = frozenset(),
) -> tuple[AskedPerson, ...]:
    """Return how to ask those of `people` who may decide, and who stands in for them.

    `asked` are e-mails of those who are asked already: they are not asked again, nor for somebody else.
    """
    able = _Able(matter, directory, spent)
    owners = able.owners(people)
    found = {email: AskedPerson(email, via, requirement) for email in owners if able.is_here(email)}
    _add_stand_ins(found, dict.fromkeys(owners, (via, requirement)), able, taken={*asked})
    return tuple(one for one in found.values() if one.email not in asked)


def is_frozen(target: Target) -> bool:
    """Whether the target means those it named when the stage began, whoever it names later."""
    return target.kind in FROZEN


def resolve_stage(stage: Stage, directory: Directory, around: Around = NOTHING_AROUND) -> list[tuple[str, ...]]:
    """Return the e-mails that each requirement of a stage names now."""
    near = near_stage(stage, directory, around)
    return [directory.members(one.target, near) for one in stage.requirements]


def near_stage(stage: Stage, directory: Directory, around: Around) -> Around:
    """Return what the targets of a stage are resolved around.

    The managers of those asked are those of the people whom the stage's other requirements name; where there are none,
    of `around.asked`.
    """
    targets = [one.target for one in stage.requirements]
    others = [one for one in targets if one.kind != "manager_of" or one.name != "asked"]
    if len(others) == len(targets):
        return around
    named = tuple(dict.fromkeys(email for one in others for email in directory.members(one, around)))
    return replace(around, asked=named or around.asked)


@dataclass(slots=True)
class _Able:
    """Who may decide one matter at one moment; who is `spent` may not, in their own seat or anybody's."""

    matter: Matter
    directory: Directory
    spent: frozenset[str]
    _hands: dict[str, frozenset[str]] = field(default_factory=dict)

    def owners(self, named: Iterable[str]) -> tuple[str, ...]:
        """Return those who may decide and whom somebody could decide for: themselves, or a stand-in."""
        return tuple(email for email in dict.fromkeys(one.lower() for one in named) if self.hands(email))

    def hands(self, owner: str) -> frozenset[str]:
        if owner not in self._hands:
            found = frozenset[str]() if owner in self.spent else hands(owner, self.matter, self.directory)
            self._hands[owner] = found - self.spent
        return self._hands[owner]

    def stand_ins(self, owner: str) -> tuple[StandIn, ...]:
        found = stand_ins(owner, self.matter, self.directory)
        return tuple(one for one in found if one.email not in self.spent)

    def is_here(self, email: str) -> bool:
        return self.directory.presence(email) == "here"

    def can_meet(self, stage: Stage, people: Sequence[frozenset[str]]) -> bool:
        lent = {owner: self.hands(owner) for one in people for owner in one} if self.directory.lending else {}
        return can_be_met(stage, people, absent=self.directory.away, hands=lent, spent=self.spent)


def _picked(
    road: Road,
    number: int,
    own: Sequence[tuple[str, ...]],
    vias: Sequence[Mapping[str, str]],
    pick: Pick,
    able: _Able,
) -> list[dict[str, str]]:
    """Return for each requirement who is picked of `own`, and why: as many as it needs.

    More, if those are not enough because one would sit for another, and all together are.
    """
    stage = road.plan.stages[number - 1]
    found: list[dict[str, str]] = [{} for _ in own]
    seats = [one.approvals for one in stage.requirements]
    can_be = able.can_meet(stage, [frozenset(one) for one in own])
    while True:
        left = [tuple(email for email in own[i] if email not in some) for i, some in enumerate(found)]
        needs = [Need(i, one.target, seats[i], left[i]) for i, one in enumerate(stage.requirements) if left[i]]
        if not needs:
            return found
        more = pick(road.name, road.assign, number, needs)
        for need, some in zip(needs, more, strict=True):
            place = need.requirement
            found[place] |= {one.email: one.via or vias[place][one.email] for one in some}
        if not any(more) or not can_be or able.can_meet(stage, [frozenset(one) for one in found]):
            return found
        seats = [1] * len(own)


def _asked(
    own: Sequence[Sequence[str]],
    vias: Sequence[Mapping[str, str]],
    lent: Sequence[str],
    *,
    is_fixed: Sequence[bool],
    able: _Able,
) -> tuple[AskedPerson, ...]:
    """Return everybody who is asked, once: for the first of what they could fill, or for any if that is all of it."""
    whose: dict[str, tuple[str, int]] = {}
    for place, some in enumerate(own):
        for email in some:
            whose.setdefault(email, (vias[place][email], place))
    if len(own) > 1 and any(is_fixed):
        in_all = frozenset(own[0]).intersection(*own[1:])
        whose |= {email: (whose[email][0], ANY) for email in whose if email in in_all}
    why = "fallback: too few others may decide" if whose else "fallback: nobody else may decide"
    for email in lent:
        whose.setdefault(email, (why, ANY))
    found = {email: AskedPerson(email, *of) for email, of in whose.items() if able.is_here(email)}
    _add_stand_ins(found, whose, able, taken=set())
    return tuple(found.values())


def _add_stand_ins(
    found: dict[str, AskedPerson], whose: Mapping[str, tuple[str, int]], able: _Able, *, taken: set[str]
) -> None:
    """Ask for each owner the first stand-in who is not asked anyway."""
    if not able.directory.lending:
        return
    for owner, (_, requirement) in whose.items():
        for one in able.stand_ins(owner):
            if one.email not in found and one.email not in taken:
                found[one.email] = AskedPerson(
                    one.email, f"stands in for {_name(owner, able)}", requirement, owner, one.delegations[0]
                )
                break


def _name(email: str, able: _Able) -> str:
    person = able.directory.people.get(email)
    return person.name if person else email


def _is_fixed(road: Road, stage: Stage) -> list[bool]:
    return [road.assign != ALL or is_frozen(one.target) for one in stage.requirements]


def _held_because(stage: Stage, asked: int) -> str:
    if not asked:
        return "nobody_eligible: nobody who could be asked may decide this"
    return f"unreachable_quorum: {stage.needed} people are needed, and too few of them may decide this ({asked})"
