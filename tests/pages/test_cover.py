"""The four checks of a delegation, what somebody may do in words, and how well a team covers for itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents.terms import Money
from approvals.configuration.compile import compile_policy
from approvals.directory import Directory, Lent
from approvals.loads import Load
from approvals.portraits.cover import Plan, changes, scope_said
from approvals.portraits.rights import coverage, rights
from approvals.terms import Period
from tests.world import Document, cast, row_of

START = datetime(2026, 11, 24, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(days=5))
NAMES = {f"{one.lower()}@x.test": one for one in ("Ana", "Cy", "Dee", "Eve")} | {"bo@x.test": "you"}
Edit = Callable[[Document], object]


def planned(to: str, *others: Lent, edit: Edit | None = None, **scope: Any) -> Plan:
    """Return the plan that Bo is away for five days and `to` covers."""
    document = cast("x")
    if edit:
        edit(document)
    policy = compile_policy(document)
    draft = lent("bo", to, **scope)
    return Plan(draft, policy, Directory.of(policy, delegations=others).on(START), NAMES, "UTC")


def lent(by: str, to: str, period: Period = PERIOD, **scope: Any) -> Lent:
    """Return a delegation."""
    return Lent(id=uuid.uuid4(), grantor=f"{by}@x.test", delegate=f"{to}@x.test", period=period, **scope)


def checks(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return every check by name: its state and remark."""
    return {one.name: (one.state, one.remark) for one in changes(plan, Load(), Load()).checks}


@pytest.mark.parametrize(
    ("to", "edit", "state", "part"),
    [
        ("cy", None, "ok", "The same limits or wider"),
        ("dee", None, "warn", "Dee decides up to €100.00. The rest stays with you"),
        ("eve", None, "bad", "Eve is no approver"),
        ("ana", None, "warn", "But not for Refunds agent, whose owner Ana is"),
        (
            "cy",
            lambda document: row_of(document, "people", "cy@x.test").update(
                authority={"max_risk": "high", "actions": ["note.*"]}
            ),
            "warn",
            "Cy decides up to high risk, only note.*. The rest stays with you",
        ),
    ],
)
def test_whoever_covers_has_the_authority(to: str, edit: Edit | None, state: str, part: str) -> None:
    found, remark = checks(planned(to, edit=edit))["Has the authority"]
    assert found == state
    assert part in remark


def test_within_a_narrow_scope_less_authority_is_enough() -> None:
    found, remark = checks(planned("dee", max_amount=Money(Decimal(80), "EUR")))["Has the authority"]
    assert (found, remark) == ("ok", "May decide up to €100.00")


def test_who_covers_is_here_the_whole_time() -> None:
    assert checks(planned("cy"))["Here the whole time"] == ("ok", "No absence planned")
    away = [{"starts": "2026-11-26T00:00", "until": "2026-11-28T00:00"}]
    plan = planned("cy", edit=lambda document: row_of(document, "people", "cy@x.test").update(away=away))
    assert checks(plan)["Here the whole time"][0] == "warn"
    assert "Cy is away" in checks(plan)["Here the whole time"][1]
    plan = planned("cy", lent("cy", "dee"))
    assert checks(plan)["Here the whole time"][1] == "Dee covers for Cy 24 to 28 November, and may not pass yours on"
    later = Period(PERIOD.until, PERIOD.until + timedelta(days=1))
    assert checks(planned("cy", lent("cy", "dee", later)))["Here the whole time"][0] == "ok"


def test_a_circle_is_told_from_whoever_covers_back_to_whoever_is_away() -> None:
    state, remark = checks(planned("cy", lent("cy", "dee"), lent("dee", "bo")))["No circle"]
    assert (state, remark) == ("bad", "Cy delegates to Dee, Dee delegates to you in the same time")


def test_one_person_fills_one_seat_of_two() -> None:
    name = "Can’t be both approvers"
    assert checks(planned("cy"))[name] == ("warn", "Where two must approve, Cy is one of them; the other is Dee")
    alone = planned("cy", edit=lambda document: document["teams"][0]["members"].remove("dee@x.test"))
    assert checks(alone)[name] == ("warn", "“big refunds” then has too few people and goes on to whoever is next")
    assert checks(planned("ana"))[name] == ("ok", "No request needs both you and Ana")


def test_the_figures_add_up_and_the_smallest_limit_holds() -> None:
    plan = planned("dee", max_amount=Money(Decimal(500), "EUR"))
    usual = Load(asked=60, waiting=1, answered=50, usual=timedelta(minutes=9))
    facts = dict(changes(plan, Load(asked=90), usual).facts)
    assert facts == {
        "Requests a day, usually": "3.0",
        "Dee gets, with their own": "5.0",
        "Dee’s usual answer time": "9 min",
        "Largest Dee could approve": "€100.00",
    }
    assert dict(changes(planned("cy"), Load(), Load()).facts)["Largest Cy could approve"] == "Any amount"


def test_a_scope_in_words() -> None:
    assert scope_said(lent("bo", "cy"), {}) == "Everything"
    narrow = lent("bo", "cy", agents=("refunds",), actions=("note.*",), max_amount=Money(Decimal(1000), "EUR"))
    assert scope_said(narrow, {"refunds": "Refunds agent"}) == "Refunds agent, note.*, up to €1,000.00"


def test_rights_in_words() -> None:
    assert rights({"email": "a@x.test"}) == ("Reads what agents ask and how it was decided",)
    limited = {"roles": ["approver", "admin"], "authority": {"max_amount": "2000 EUR", "max_risk": "high"}}
    assert rights(limited) == (
        "Changes people, routes and agents, and sees everything",
        "Decides what they are asked, up to €2,000.00, up to high risk",
    )
    assert rights(None) == ("Nothing: not in here",)
    assert "many" in rights({"roles": ["approver"], "authority": {"max_amount": "many EUR"}})[0]


def _people(**authority: dict[str, Any]) -> tuple[list[Any], Directory]:
    document = cast("x")
    for name, held in authority.items():
        row_of(document, "people", f"{name}@x.test")["authority"] = held
    policy = compile_policy(document)
    directory = Directory.of(policy)
    return [directory.people[f"{name}@x.test"] for name in ("bo", "cy", "dee")], directory


@pytest.mark.parametrize(
    ("authority", "said"),
    [
        ({}, ()),
        ({"cy": {"max_amount": "500 EUR"}}, ("Only Bo Lind may approve over €500.00.",)),
        (
            {"bo": {"max_amount": "900 EUR"}, "cy": {"max_amount": "500 EUR"}},
            ("Only Bo Lind may approve over €500.00, and nobody over €900.00.",),
        ),
        (
            {"cy": {"max_risk": "high"}, "dee": {"max_risk": "high"}},
            ("Only Bo Lind may decide what is of critical risk.",),
        ),
        (
            {"bo": {"max_risk": "high"}, "cy": {"max_risk": "high"}, "dee": {"max_risk": "high"}},
            ("Nobody here may decide what is of critical risk.",),
        ),
    ],
)
def test_a_team_that_hangs_on_one_person_says_so(authority: dict[str, Any], said: tuple[str, ...]) -> None:
    assert coverage(*_people(**authority)) == said


def test_a_team_of_nobody_or_of_readers_says_so() -> None:
    _, directory = _people()
    assert coverage([], directory) == ("Nobody is in it: what asks it goes on to whoever is next.",)
    readers = [directory.people["finn@x.test"]]
    assert coverage(readers, directory) == ("Nobody here is an approver: what asks it goes on to whoever is next.",)
