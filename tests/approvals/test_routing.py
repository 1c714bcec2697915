"""Routing: which route, whom it asks, and what becomes of it when nobody may decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.conditions import Facts
from agents.terms import Condition, Money
from approvals.quorum import Plan, can_be_met, outcome
from approvals.routing import AskedPerson, Directory, ask, barred, choose, eligible, resolve, strictest
from approvals.terms import (
    Authority,
    Chain,
    OrganizationTerms,
    PersonTerms,
    Policy,
    Requirement,
    Route,
    Target,
    TeamTerms,
)


def eur(value: str) -> Money:
    return Money(Decimal(value), "EUR")


def facts(**given_: Any) -> Facts:
    basis: dict[str, Any] = {
        "agent": "refunds",
        "action": "refund.create",
        "risk": "medium",
        "now": datetime(2026, 11, 21, tzinfo=UTC),
        "amount": eur("120"),
    }
    return Facts(**(basis | given_))


def person(name: str, *roles: str, **authority: Any) -> PersonTerms:
    chosen = frozenset(roles or ("approver",))
    return PersonTerms(f"{name}@acme.test", name.title(), chosen, authority=Authority(**authority))


PEOPLE = (
    person("ana", "admin", "approver"),
    person("bo", max_amount=eur("2000"), max_risk="high", actions=("refund.*", "invoice.pay")),
    person("cy"),
    person("di", "admin"),
    person("ed", "viewer"),
)
TEAMS = (
    TeamTerms("finance", "Finance", ("bo@acme.test", "Cy@acme.test", "ed@acme.test")),
    TeamTerms("empty", "Nobody", ()),
)
POLICY = Policy(OrganizationTerms("acme", "Acme"), PEOPLE, TEAMS, (), (), (), (Chain("standard", timedelta(hours=4)),))
HERE = Directory.of(POLICY)
FINANCE, ANA = Target("team", "finance"), Target("person", "ana@acme.test")


def route(name: str, *when: Condition, k: int = 1, of: Target = FINANCE, **rest: Any) -> Route:
    return Route(name, when, ((Requirement(k, of),),), "standard", **rest)


def emails(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}@acme.test" for name in names)


BIG = Condition("amount", "at_least", eur("500"))
PRODUCTION = Condition("environment", "is", "production")
ELSE = route("everything else")

CHOICES: list[tuple[str, tuple[Route, ...], dict[str, Any], str, bool]] = [
    ("the first that matches", (route("big", BIG), route("also", BIG), ELSE), {"amount": eur("500")}, "big", False),
    ("none but the last", (route("big", BIG), ELSE), {"amount": eur("499.99")}, "everything else", False),
    ("a missing amount", (route("big", BIG, k=2), ELSE), {"amount": None}, "big", True),
    ("another currency", (route("big", BIG, k=2), ELSE), {"amount": Money(Decimal(1), "USD")}, "big", True),
    ("not a number", (route("big", BIG, k=2), ELSE), {"amount": eur("NaN")}, "big", True),
    ("negative", (route("big", BIG, k=2), ELSE), {"amount": eur("-1")}, "big", True),
    ("the doubtful one is weaker than the last", (route("big", BIG), route("x", k=3)), {"amount": None}, "x", True),
    (
        "a certain no is no candidate",
        (route("big", BIG), route("other agent", Condition("agent", "is", "x"), k=9), ELSE),
        {"amount": None},
        "big",
        True,
    ),
    ("equal, so the one that always asks", (route("a", BIG), route("b", always_ask=True)), {"amount": None}, "b", True),
    ("equal, so the first", (route("a", BIG), route("b")), {"amount": None}, "a", True),
    ("a match before the doubt", (route("a"), route("b", BIG, k=2)), {"amount": None}, "a", False),
]


@pytest.mark.parametrize(("routes", "known", "name", "strict"), [c[1:] for c in CHOICES], ids=[c[0] for c in CHOICES])
def test_the_first_match_wins_and_a_doubt_goes_to_the_strictest(
    routes: tuple[Route, ...], known: dict[str, Any], name: str, strict: bool
) -> None:
    chosen = choose(routes, facts(**known))
    assert (chosen.route.name, chosen.strict) == (name, strict)


def test_the_reason_of_a_strict_route_says_what_could_not_be_told() -> None:
    assert choose((route("big", BIG, k=2), ELSE), facts(amount=None)).reason == (
        "Sent to “big”, the strictest route that may apply. "
        "Route “big”: “amount at least 500 EUR” cannot be told: the action has none that can be read."
    )


def test_no_catch_all_is_an_error_and_not_a_silence() -> None:
    with pytest.raises(ValueError, match="last route"):
        choose((route("big", BIG),), facts())


def test_a_doubtful_deny_rule_takes_the_strictest_of_the_routes_that_may_apply() -> None:
    routes = (route("first"), route("elsewhere", Condition("agent", "is", "x"), k=9), route("two", PRODUCTION, k=2))
    chosen = strictest(routes, choose(routes, facts()))
    assert (chosen.route.name, chosen.strict) == ("two", True)


@given(
    st.lists(st.tuples(st.sampled_from([(), (BIG,), (PRODUCTION,), (BIG, PRODUCTION)]), st.integers(1, 4)), max_size=5),
    st.sampled_from([None, eur("1"), eur("900")]),
    st.sampled_from([None, "production", "staging"]),
)
def test_a_fact_withheld_never_leads_to_a_weaker_route(
    made: list[tuple[tuple[Condition, ...], int]], amount: Money | None, environment: str | None
) -> None:
    routes = [*(route(f"r{i}", *when, k=k) for i, (when, k) in enumerate(made)), ELSE]
    told = choose(routes, facts(amount=amount, environment=environment)).route
    withheld = choose(routes, facts(amount=None, environment=None)).route
    assert Plan.of(withheld).needed >= Plan.of(told).needed


@pytest.mark.parametrize(
    ("target", "names"),
    [
        (ANA, ("ana",)),
        (Target("person", "ANA@acme.test"), ("ana",)),
        (Target("person", "nobody@acme.test"), ()),
        (FINANCE, ("bo", "cy", "ed")),
        (Target("team", "empty"), ()),
        (Target("team", "gone"), ()),
        (Target("role", "admin"), ("ana", "di")),
        (Target("role", "approver"), ("ana", "bo", "cy")),
        (Target("schedule", "duty"), ()),
    ],
)
def test_targets_name_people(target: Target, names: tuple[str, ...]) -> None:
    assert resolve(target, HERE) == emails(*names)


ALL = emails("ana", "bo", "cy", "di", "ed", "stranger")

MAY: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("approvers only, an admin alone is none", {}, ("ana", "bo", "cy")),
    ("barred", {"barred": frozenset({"ANA@acme.test", "cy@acme.test"})}, ("bo",)),
    ("exactly the most one may decide", {"amount": eur("2000.00")}, ("ana", "bo", "cy")),
    ("a cent more", {"amount": eur("2000.01")}, ("ana", "cy")),
    ("another currency", {"amount": Money(Decimal(1), "USD")}, ("ana", "cy")),
    ("an amount that is none", {"amount": eur("NaN")}, ("ana", "cy")),
    ("an amount that should be there", {"amount": None, "amount_expected": True}, ("ana", "cy")),
    ("a type without amounts", {"amount": None, "amount_expected": False}, ("ana", "bo", "cy")),
    ("as risky as one may decide", {"risk": "high"}, ("ana", "bo", "cy")),
    ("riskier", {"risk": "critical"}, ("ana", "cy")),
    ("another action", {"action_type": "invoice.pay"}, ("ana", "bo", "cy")),
    ("an action one may not decide", {"action_type": "invoice.pay.now"}, ("ana", "cy")),
    ("deactivated", {"directory": Directory.of(POLICY, inactive=frozenset({"Bo@acme.test"}))}, ("ana", "cy")),
    ("away", {"directory": Directory.of(POLICY, away=frozenset({"ana@acme.test"}))}, ("bo", "cy")),
]


@pytest.mark.parametrize(("rest", "names"), [c[1:] for c in MAY], ids=[c[0] for c in MAY])
def test_who_may_decide(rest: dict[str, Any], names: tuple[str, ...]) -> None:
    basis: dict[str, Any] = {
        "barred": frozenset(),
        "amount": eur("120"),
        "risk": "medium",
        "action_type": "refund.create",
        "directory": HERE,
        "amount_expected": True,
    }
    assert eligible(ALL, **(basis | rest)) == emails(*names)


def test_everybody_is_asked_once_and_told_why() -> None:
    asking = ask(route("r", k=2), facts(), HERE, frozenset())
    assert asking.asked == (
        AskedPerson("bo@acme.test", "member of Finance"),
        AskedPerson("cy@acme.test", "member of Finance"),
    )
    assert (asking.needed, asking.used_fallback, asking.held, asking.reason) == (2, False, False, "")
    assert [one.via for one in ask(route("r", of=ANA), facts(), HERE, frozenset()).asked] == ["named by the route"]
    assert (
        ask(route("r", of=Target("role", "approver")), facts(), HERE, frozenset()).asked[0].via
        == "has the role approver"
    )


NOBODY = route("r", of=Target("team", "empty"))

LADDER: list[tuple[str, Route, Directory, frozenset[str], tuple[str, ...], bool, str]] = [
    ("enough", route("r", fallback=ANA), HERE, frozenset(), ("bo", "cy"), False, ""),
    ("an empty team, no fallback", NOBODY, HERE, frozenset(), (), False, "nobody_eligible"),
    ("an empty team", route("r", of=Target("team", "empty"), fallback=ANA), HERE, frozenset(), ("ana",), True, ""),
    ("the only one is barred", route("r", of=ANA), HERE, frozenset(emails("ana")), (), False, "nobody_eligible"),
    (
        "the only one is barred, the fallback steps in",
        route("r", of=ANA, fallback=Target("person", "cy@acme.test")),
        HERE,
        frozenset(emails("ana")),
        ("cy",),
        True,
        "",
    ),
    (
        "the fallback is barred too",
        route("r", of=Target("team", "empty"), fallback=ANA),
        HERE,
        frozenset(emails("ana")),
        (),
        False,
        "nobody_eligible",
    ),
    ("too few, the fallback joins", route("r", k=3, fallback=ANA), HERE, frozenset(), ("bo", "cy", "ana"), True, ""),
    ("too few", route("r", k=3), HERE, frozenset(), ("bo", "cy"), False, "unreachable_quorum"),
    (
        "still too few",
        route("r", k=4, fallback=ANA),
        HERE,
        frozenset(),
        ("bo", "cy", "ana"),
        True,
        "unreachable_quorum",
    ),
    (
        "all away",
        route("r", fallback=ANA),
        Directory.of(POLICY, away=frozenset(emails("bo", "cy", "ana"))),
        frozenset(),
        (),
        False,
        "nobody_eligible",
    ),
]


@pytest.mark.parametrize(
    ("road", "directory", "out", "names", "fallback", "reason"), [c[1:] for c in LADDER], ids=[c[0] for c in LADDER]
)
def test_the_ladder_is_route_then_fallback_then_held(
    road: Route, directory: Directory, out: frozenset[str], names: tuple[str, ...], fallback: bool, reason: str
) -> None:
    asking = ask(road, facts(), directory, out)
    assert tuple(asked.email for asked in asking.asked) == emails(*names)
    assert (asking.used_fallback, asking.held) == (fallback, bool(reason))
    assert asking.reason.startswith(reason)
    assert len(asking.reason) <= 200
    assert asking.needed == Plan.of(road).needed


def test_a_fallback_that_was_asked_once_stays_asked() -> None:
    road = route("r", fallback=ANA)
    again = ask(road, facts(), HERE, frozenset(), with_fallback=True)
    assert "ana@acme.test" in again.people[0]
    assert again.used_fallback


def test_barred_are_the_requester_the_owner_and_the_last_editor() -> None:
    assert barred("Bo@acme.test", "ana@acme.test", owner_may_decide=False, editor="cy@acme.test") == set(
        emails("ana", "bo", "cy")
    )
    assert barred(None, "ana@acme.test", owner_may_decide=True, editor=" ") == frozenset()


names_of = st.sets(st.sampled_from(["ana", "bo", "cy", "di", "ed"]))


@given(names_of, names_of, st.integers(1, 4), st.sampled_from([None, ANA, FINANCE]), st.sampled_from([FINANCE, ANA]))
def test_nobody_barred_or_gone_is_ever_asked_and_no_vote_of_theirs_approves(
    out: set[str], gone: set[str], k: int, fallback: Target | None, of: Target
) -> None:
    directory = Directory.of(POLICY, inactive=frozenset(emails(*gone)))
    road = route("r", k=k, of=of, fallback=fallback)
    asking = ask(road, facts(), directory, frozenset(emails(*out)))
    asked = {person.email for person in asking.asked}
    assert not asked & set(emails(*out, *gone, "di", "ed"))
    assert asked == set().union(*asking.people)
    assert asking.held is not can_be_met(Plan.of(road).stages[0], asking.people)
    assert asking.held is bool(asking.reason)
    assert outcome(Plan.of(road), [], (asking.people,), now=facts().now, decide_by=None).state == (
        "unreachable" if asking.held else "pending"
    )
