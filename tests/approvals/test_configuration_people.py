"""People enough for every seat, and delegations that lend no more than there is, never in a circle."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.configuration.check import check
from approvals.configuration.export import as_json
from approvals.configuration.faults import InvalidDocument
from tests.world import cast, row_of

ANA, BO, CY, DEE, EVE, FINN = (f"{name}@acme.test" for name in ("ana", "bo", "cy", "dee", "eve", "finn"))
FINANCE = {"team": "finance"}  # Bo, Cy, and Dee, who decides up to 100 EUR
DUTY = {"slug": "duty", "people": [BO, CY], "every": "1w", "starts": "2026-11-02T09:00"}
STAGES = "/routes/2/stages"


def faults(**more: Any) -> list[tuple[str, str]]:
    """Return (pointer, code) of what is wrong with the cast's document and `more`; `stages` are the last route's."""
    document = cast("acme")
    document["schedules"] = [DUTY | {}]
    row_of(document, "people", BO)["manager"] = ANA
    for place, edit in more.pop("people", {}).items():
        row_of(document, "people", place).update(edit)
    row_of(document, "routes", "everything else").pop("fallback")
    row_of(document, "routes", "everything else").update(more.pop("route", {}))
    try:
        check(as_json(document | more))
    except InvalidDocument as refusal:
        return [(fault.path, fault.code) for fault in refusal.faults]
    return []


def of(target: dict[str, str], count: int = 1) -> dict[str, Any]:
    return {"approvals": count, "from": target}


BO_ALONE, CY_ALONE = {"person": BO}, {"person": CY}


@pytest.mark.parametrize(
    "stages",
    [
        [[of(FINANCE, 3)]],
        [[of(FINANCE), of(FINANCE), of(FINANCE)]],
        [[of(FINANCE)], [of(FINANCE)], [of(FINANCE)]],
        [[of(FINANCE, 2)], [of(BO_ALONE)]],  # whoever sits first, Bo is kept for the second stage
        [[of(BO_ALONE), of({"manager_of": "asked"})]],
        [[of(BO_ALONE)], [of({"manager_of": "asked"})]],
        [[of({"schedule": "duty"})]],
        [[of({"schedule": "duty"}), of({"schedule": "duty", "who": "next"})]],
        [[of(FINANCE, 3)], {"requirements": [of(BO_ALONE), of(FINANCE, 3)], "allow_shared_seat": True}],
        [{"requirements": [of({"manager_of": "owner"})], "deny_threshold": 2}],
    ],
)
def test_stages_with_people_enough_are_taken(stages: Any) -> None:
    people = {ANA: {"manager": DEE}}
    assert faults(route={"stages": stages}, people=people) == []


@pytest.mark.parametrize(
    ("stages", "place"),
    [
        ([[of(FINANCE, 4)]], "/0/0/approvals"),
        ([[of(FINANCE, 3), of(BO_ALONE)]], ""),
        ([[of(FINANCE, 3)], [of(BO_ALONE)]], ""),
        ([[of(BO_ALONE)], [of(BO_ALONE)]], ""),
        ([[of(BO_ALONE), of(CY_ALONE)], [of(FINANCE, 2)]], ""),
        ([[of({"schedule": "duty"}, 2)]], "/0/0/approvals"),
        ([[of({"manager_of": "owner"}, 2)]], "/0/0/approvals"),
        ([[of({"manager_of": "asked"})]], "/0/0/approvals"),
        ([[of(CY_ALONE), of({"manager_of": "asked"})]], "/0/1/approvals"),
        ([[of({"role": "auditor"})]], "/0/0/approvals"),
        ([[of(FINANCE)], {"requirements": [of(FINANCE, 4)], "allow_shared_seat": True}], "/1/requirements/0/approvals"),
        ([[{"approvals": 4, "from": FINANCE}], [of(FINANCE)]], "/0/0/approvals"),
    ],
)
def test_stages_without_people_enough_are_refused(stages: Any, place: str) -> None:
    found = faults(route={"stages": stages}, people={CY: {"manager": EVE}})
    assert found == [(STAGES + place, "unreachable_quorum")]


def test_who_could_never_decide_what_takes_the_route_does_not_count() -> None:
    when = [{"field": "amount", "op": "at_least", "value": "500 EUR"}]
    routes = cast("acme")["routes"]
    big: dict[str, Any] = {"name": "big", "when": when, "stages": [[of(FINANCE, 3)]], "chain": "standard"}
    assert faults(routes=[big, *routes]) == [("/routes/0/stages/0/0/approvals", "unreachable_quorum")]
    big["fallback"] = {"person": EVE}
    eve = {EVE: {"roles": ["approver"]}}
    assert faults(routes=[big, *routes], people=eve) == [], "with Eve there are three"
    small = big | {"when": [{"field": "amount", "op": "at_least", "value": "100 EUR"}]}
    assert faults(routes=[small, *routes]) == [("/routes/0/fallback", "nobody_eligible")]
    for field, op, value, limit in (
        ("risk", "at_least", "high", {"max_risk": "medium"}),
        ("risk", "in", ["high", "critical"], {"max_risk": "medium"}),
        ("action", "is", "refund.create", {"actions": ["note.*"]}),
        ("action", "in", ["refund.create"], {"actions": ["note.*"]}),
        ("amount", "above", "100 EUR", {"max_amount": "100 EUR"}),
        ("amount", "is", "100 EUR", {"max_amount": "100 USD"}),
    ):
        limited = {"name": "r", "when": [{"field": field, "op": op, "value": value}], "stages": [[of(FINANCE, 3)]]}
        found = faults(routes=[limited | {"chain": "standard"}, *routes], people={DEE: {"authority": limit}})
        assert found == [("/routes/0/stages/0/0/approvals", "unreachable_quorum")], (field, op)


def lent(low: str, high: str, days: str = "01-08", **scope: Any) -> dict[str, Any]:
    first, _, last = days.partition("-")
    return {"from": low, "to": high, "starts": f"2026-12-{first}T00:00", "until": f"2026-12-{last}T00:00"} | scope


@pytest.mark.parametrize(
    "rows",
    [
        [lent(BO, CY, "01-08"), lent(CY, BO, "08-15")],
        [lent(BO, CY, "01-10"), lent(CY, ANA, "05-15"), lent(ANA, BO, "10-20")],
        [lent(BO, CY), lent(BO, ANA), lent(CY, ANA)],
    ],
)
def test_delegations_that_never_meet_in_a_circle_are_taken(rows: list[dict[str, Any]]) -> None:
    assert faults(delegations=rows) == []


@pytest.mark.parametrize(
    "rows",
    [
        [lent(BO, CY, "01-09"), lent(CY, BO, "08-15")],
        [lent(BO, CY, "01-11"), lent(CY, ANA, "05-15"), lent(ANA, BO, "10-20")],
        [lent(BO, CY), lent(CY, DEE), lent(DEE, ANA), lent(ANA, BO)],
    ],
)
def test_delegations_that_meet_in_a_circle_are_refused_once(rows: list[dict[str, Any]]) -> None:
    assert [code for _, code in faults(delegations=rows)] == ["delegation_cycle"]


@pytest.mark.parametrize(
    ("lends", "within"),
    [
        ("refund.create", True),
        ("refund.*", True),
        ("refund.c*", True),
        ("refund.?", True),
        ("*", False),
        ("*.create", False),
        ("refund*", False),
        ("note.?", True),
        ("note.*", False),
        ("note.ab", False),
    ],
)
def test_nobody_lends_types_they_may_not_decide(lends: str, within: bool) -> None:
    people = {BO: {"authority": {"actions": ["refund.*", "note.?"]}}}
    found = faults(people=people, delegations=[lent(BO, CY, actions=[lends])])
    assert found == ([] if within else [("/delegations/0/actions/0", "beyond_authority")])


def test_nobody_lends_amounts_they_may_not_decide_or_what_they_have_not() -> None:
    beyond = [("/delegations/0/max_amount", "beyond_authority")]
    assert faults(delegations=[lent(DEE, CY, max_amount="100 EUR")]) == []
    assert faults(delegations=[lent(DEE, CY, max_amount="100.01 EUR")]) == beyond
    assert faults(delegations=[lent(DEE, CY, max_amount="1 USD")]) == beyond
    assert faults(delegations=[lent(BO, CY, max_amount="1 USD")]) == []
    assert faults(delegations=[lent(EVE, CY)]) == [("/delegations/0/from", "beyond_authority")]
