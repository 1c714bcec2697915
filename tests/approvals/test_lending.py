"""Who stands in for whom: authority, scope and depth, and that nobody ever decides their own."""

from __future__ import annotations

import itertools
import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents.terms import Money
from approvals.asking import Road, ask_stage
from approvals.authority import Matter
from approvals.directory import Directory, Lent
from approvals.lending import StandIn, beyond, circle, hands, ranked, stand_ins
from approvals.quorum import Ballot, Plan, Stage, outcome
from approvals.terms import (
    Authority,
    OrganizationTerms,
    Period,
    PersonTerms,
    Policy,
    Requirement,
    Target,
    TeamTerms,
)

NOW = datetime(2026, 12, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LEAVE = Period(NOW - DAY, NOW + DAY)
_numbers = itertools.count(1)


def eur(value: str) -> Money:
    return Money(Decimal(value), "EUR")


def lent(grantor: str, delegate: str, **more: Any) -> Lent:
    number = next(_numbers)
    basis: dict[str, Any] = {
        "id": uuid.UUID(int=number),
        "period": LEAVE,
        "created_at": NOW + timedelta(seconds=number),
    }
    return Lent(grantor=grantor, delegate=delegate, **(basis | more))


def person(name: str, *roles: str, away: bool = False, **authority: Any) -> PersonTerms:
    chosen = frozenset(roles or ("approver",))
    return PersonTerms(name, name, chosen, authority=Authority(**authority), away=(LEAVE,) if away else ())


def directory(*lending: Lent, depth: int = 1, gone: str = "", **people: PersonTerms) -> Directory:
    """Return who is who at noon: a, b, c and d are approvers who may decide anything, unless said otherwise."""
    everybody = tuple(({name: person(name) for name in "abcd"} | people).values())
    teams = (TeamTerms("all", "All", tuple(one.email for one in everybody)),)
    terms = OrganizationTerms("acme", "Acme", delegation_depth=depth)
    policy = Policy(terms, everybody, teams, (), (), (), ())
    return Directory.of(policy, delegations=lending, inactive=frozenset(gone)).on(NOW)


def matter(**more: Any) -> Matter:
    basis: dict[str, Any] = {"agent": "refunds", "action": "refund.create", "risk": "medium", "amount": eur("120")}
    return Matter(**(basis | more))


def names(found: tuple[StandIn, ...]) -> str:
    return "".join(one.email for one in found)


CASES: list[tuple[str, Directory, Matter, str]] = [
    ("nobody lends", directory(), matter(), ""),
    ("b stands in for a", directory(lent("a", "b")), matter(), "b"),
    ("it has not begun", directory(lent("a", "b", period=Period(NOW + DAY, NOW + 2 * DAY))), matter(), ""),
    ("it is over at its end", directory(lent("a", "b", period=Period(NOW - DAY, NOW))), matter(), ""),
    ("it holds at its start", directory(lent("a", "b", period=Period(NOW, NOW + DAY))), matter(), "b"),
    ("of this agent", directory(lent("a", "b", agents=("refunds",))), matter(), "b"),
    ("of another agent", directory(lent("a", "b", agents=("outreach",))), matter(), ""),
    ("such actions", directory(lent("a", "b", actions=("refund.*",))), matter(), "b"),
    ("other actions", directory(lent("a", "b", actions=("invoice.*",))), matter(), ""),
    ("exactly as much", directory(lent("a", "b", max_amount=eur("120"))), matter(), "b"),
    ("a cent more", directory(lent("a", "b", max_amount=eur("119.99"))), matter(), ""),
    ("another currency", directory(lent("a", "b", max_amount=Money(Decimal(999), "USD"))), matter(), ""),
    ("an amount that should be there", directory(lent("a", "b", max_amount=eur("999"))), matter(amount=None), ""),
    (
        "a type without amounts",
        directory(lent("a", "b", max_amount=eur("999"))),
        matter(amount=None, amount_expected=False),
        "b",
    ),
    ("a has less by now", directory(lent("a", "b"), a=person("a", max_amount=eur("100"))), matter(), ""),
    ("b may decide less", directory(lent("a", "b"), b=person("b", max_amount=eur("100"))), matter(), ""),
    ("b is no approver", directory(lent("a", "b"), b=person("b", "admin")), matter(), ""),
    ("a is an approver no longer", directory(lent("a", "b"), a=person("a", "viewer")), matter(), ""),
    ("a is gone", directory(lent("a", "b"), gone="a"), matter(), ""),
    ("b is gone", directory(lent("a", "b"), gone="b"), matter(), ""),
    ("a is away", directory(lent("a", "b"), a=person("a", away=True)), matter(), "b"),
    ("b is away", directory(lent("a", "b"), b=person("b", away=True)), matter(), ""),
    ("b asked for it", directory(lent("a", "b")), matter(barred=frozenset("b")), ""),
    ("a asked for it", directory(lent("a", "b")), matter(barred=frozenset("a")), ""),
    ("an agent is nobody's delegate", directory(lent("a", "agent:refunds")), matter(), ""),
    ("b lent it on, depth 1", directory(lent("a", "b"), lent("b", "c")), matter(), "b"),
    ("b lent it on, depth 2", directory(lent("a", "b"), lent("b", "c"), depth=2), matter(), "bc"),
    ("b is away, depth 1", directory(lent("a", "b"), lent("b", "c"), b=person("b", away=True)), matter(), ""),
    (
        "b is away, depth 2",
        directory(lent("a", "b"), lent("b", "c"), depth=2, b=person("b", away=True)),
        matter(),
        "c",
    ),
    (
        "b asked for it and lent it on",
        directory(lent("a", "b"), lent("b", "c"), depth=2),
        matter(barred=frozenset("b")),
        "",
    ),
    ("three deep", directory(lent("a", "b"), lent("b", "c"), lent("c", "d"), depth=3), matter(), "bcd"),
    (
        "every hop has its scope",
        directory(lent("a", "b"), lent("b", "c", max_amount=eur("100")), lent("c", "d"), depth=3),
        matter(),
        "b",
    ),
    ("in a circle", directory(lent("a", "b"), lent("b", "a"), depth=3), matter(), "b"),
    ("to two, the narrow one first", directory(lent("a", "b"), lent("a", "c", actions=("*",))), matter(), "cb"),
    ("to two, the newest first", directory(lent("a", "b"), lent("a", "c")), matter(), "cb"),
    (
        "to two, the smaller amount first",
        directory(lent("a", "b", max_amount=eur("200")), lent("a", "c", max_amount=eur("900"))),
        matter(),
        "bc",
    ),
]


@pytest.mark.parametrize(("who", "what", "found"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_who_stands_in_for_a(who: Directory, what: Matter, found: str) -> None:
    assert names(stand_ins("a", what, who)) == found


def test_the_path_and_its_delegations_are_kept() -> None:
    first, second = lent("a", "b"), lent("b", "c")
    (found,) = stand_ins("a", matter(), directory(first, second, depth=2, b=person("b", away=True)))
    assert (found.path, found.delegations) == (("a", "b", "c"), (first.id, second.id))


def test_whose_hands_a_seat_can_be_filled_by() -> None:
    assert hands("a", matter(), directory(lent("a", "b"))) == {"a", "b"}
    assert hands("a", matter(), directory(lent("a", "b"), a=person("a", away=True))) == {"b"}
    assert hands("a", matter(), directory(a=person("a", away=True))) == frozenset()
    assert hands("a", matter(barred=frozenset("a")), directory(lent("a", "b"))) == frozenset()


def test_more_scope_is_narrower_whatever_its_age() -> None:
    wide, one, two = lent("a", "b"), lent("a", "c", agents=("x",)), lent("a", "d", agents=("x",), actions=("y",))
    assert [each.delegate for each in ranked((wide, one, two))] == ["d", "c", "b"]


CIRCLES: list[tuple[str, Lent, list[Lent], tuple[str, ...]]] = [
    ("none", lent("a", "b"), [lent("b", "c")], ()),
    ("of two", lent("a", "b"), [lent("b", "a")], ("a", "b", "a")),
    ("of three", lent("a", "b"), [lent("b", "c"), lent("c", "a")], ("a", "b", "c", "a")),
    ("one after the other", lent("a", "b"), [lent("b", "a", period=Period(NOW + DAY, NOW + 2 * DAY))], ()),
    (
        "two that overlap, but not all three",
        lent("a", "b", period=Period(NOW, NOW + DAY)),
        [lent("b", "c", period=Period(NOW, NOW + 3 * DAY)), lent("c", "a", period=Period(NOW + DAY, NOW + 3 * DAY))],
        (),
    ),
    ("a circle of others", lent("a", "b"), [lent("b", "c"), lent("c", "b")], ()),
]


@pytest.mark.parametrize(("fresh", "others", "way"), [c[1:] for c in CIRCLES], ids=[c[0] for c in CIRCLES])
def test_circles_are_found(fresh: Lent, others: list[Lent], way: tuple[str, ...]) -> None:
    assert circle(fresh, others) == way


def test_nobody_lends_more_than_they_have() -> None:
    grantor = person("a", max_amount=eur("500"), actions=("refund.*",))
    assert beyond(lent("a", "b"), grantor) == ""
    assert beyond(lent("a", "b", max_amount=eur("500"), actions=("refund.create",)), grantor) == ""
    assert "less than 501" in beyond(lent("a", "b", max_amount=eur("501")), grantor)
    assert "may not decide *" in beyond(lent("a", "b", actions=("*",)), grantor)
    assert "nothing to lend" in beyond(lent("a", "b"), person("a", "admin"))
    assert "nothing to lend" in beyond(lent("a", "b"), None)


def test_of_twenty_thousand_organizations_none_lets_anybody_decide_their_own() -> None:
    """People, accounts and delegations at random; everybody votes for everybody, and tries all they can."""
    chance = random.Random(20261121)
    approved = 0
    for _ in range(20_000):
        approved += _decided(chance)
    assert approved > 2_000, "the organizations are not so strange that nothing is ever decided"


def _decided(chance: random.Random) -> bool:
    """Make up an organization and an action, let everybody approve for everybody, and look who counts."""
    people = {name: _somebody(chance, name) for name in "abcdef"}
    lending = [lent(*chance.sample("abcdef", 2), **_scope(chance)) for _ in range(chance.randint(0, 8))]
    gone = chance.choice(["", "", "b", "cd"])
    who = directory(*lending, depth=chance.randint(1, 3), gone=gone, **people)
    barred = frozenset(chance.sample("abcdef", chance.randint(1, 3)))  # who asked, who owns, who edited
    what = matter(barred=barred, amount=chance.choice([None, eur("50"), eur("500")]))
    needed = chance.randint(1, 3)
    plan = Plan((Stage((Requirement(needed, Target("team", "all")),)),))
    asking = ask_stage(Road("r", "all", plan), what, who)
    for asked in asking.asked:
        assert not {asked.email, asked.on_behalf_of} & barred
    ballots, at = [], NOW
    for owner in chance.sample("abcdef", 6):
        for one in stand_ins(owner, what, who):
            assert not barred & {*one.path}, "nobody barred is on the way"
            assert one.path[0] == owner != one.email
            assert len(one.path) <= who.depth + 1
            assert not {*one.path} & {*gone}
    for natural, owner in chance.sample([*itertools.product("abcdef", repeat=2)], 36):
        if chance.random() < 0.5 and natural in asking.hands.get(owner, ()):
            at += timedelta(seconds=1)
            ballots.append(
                Ballot(person=natural, vote="approve", at=at, on_behalf_of=owner if owner != natural else None)
            )
    tally = outcome(plan, ballots, (asking.people,), now=at, decide_by=None, absent=who.away, hands=asking.hands)
    if tally.state != "approved":
        return False
    naturals = [seat.person for seat in tally.seats]
    owners = [seat.owner or seat.person for seat in tally.seats]
    assert len({*naturals}) == len({*owners}) == needed, "as many people as seats, and as many owners"
    assert not barred & {*naturals, *owners}
    return True


def _somebody(chance: random.Random, name: str) -> PersonTerms:
    most = chance.choice([None, None, eur("100")])
    roles = chance.choice([("approver",), ("approver",), ("approver", "admin"), ("admin",)])
    return person(name, *roles, away=chance.random() < 0.2, max_amount=most)


def _scope(chance: random.Random) -> dict[str, Any]:
    return chance.choice([{}, {}, {"agents": ("refunds",)}, {"actions": ("invoice.*",)}, {"max_amount": eur("100")}])
