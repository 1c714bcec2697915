"""What is exported reads back as the same, and differences are told in sentences."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.configuration.check import check
from approvals.configuration.compile import compile_policy
from approvals.configuration.difference import difference
from approvals.configuration.export import as_json, as_yaml
from approvals.configuration.faults import Fault, InvalidDocument
from tests.approvals.documents import documents
from tests.world import cast, row_of

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(documents())
def test_every_document_reads_back_as_the_same(document: dict[str, Any]) -> None:
    plain = check(json.dumps(document)).document
    for text in (as_yaml(plain), as_json(plain), json.dumps(plain), json.dumps(plain, indent="\t")):
        again = check(text).document
        assert again == plain
        assert difference(plain, again) == ()
        assert as_yaml(again) == as_yaml(plain)
    assert compile_policy(plain) == compile_policy(json.loads(as_json(plain)))


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(documents(slug="acme"), documents(slug="acme"))
def test_a_difference_is_empty_exactly_when_nothing_differs(one: dict[str, Any], two: dict[str, Any]) -> None:
    before, after = check(json.dumps(one)).document, check(json.dumps(two)).document
    changes = difference(before, after)
    assert len({change.path for change in changes}) == len(changes) or before != after
    assert all(change.text.endswith(".") and change.text[0] == change.text[0].upper() for change in changes)
    assert all(change.kind in ("added", "removed", "changed") for change in changes)
    json.dumps([change.as_json() for change in changes])
    if not changes:
        assert _sorted(compile_policy(before)) == _sorted(compile_policy(after))
    assert difference(after, after) == ()


def _sorted(policy: Any) -> Any:
    return (
        policy.organization,
        {team.slug: team.slack for team in policy.teams},
        sorted(policy.people, key=lambda person: person.email),
        {team.slug: team.members for team in policy.teams},
        {agent.slug: {kind.type: kind for kind in agent.actions} for agent in policy.agents},
        {rule.name: rule for rule in policy.rules},
        policy.routes,
        {chain.slug: chain for chain in policy.chains},
        {calendar.slug: calendar for calendar in policy.calendars},
        {schedule.slug: schedule for schedule in policy.schedules},
        sorted(policy.delegations, key=lambda one: (one.grantor, one.delegate, one.period.starts)),
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300) | st.text("{}[]:,-? \n\t'\"&*!|>#%@ab1", max_size=120))
def test_any_text_is_either_taken_or_refused_with_a_place(text: str | bytes) -> None:
    found: tuple[Fault, ...] = ()
    try:
        check(text)
    except InvalidDocument as refusal:
        found = refusal.faults
    assert all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in found)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(documents(), st.data())
def test_a_document_that_is_spoiled_anywhere_is_taken_or_refused_with_a_place(
    document: dict[str, Any], data: st.DataObject
) -> None:
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(document, data)
    try:
        plain = check(json.dumps(document)).document
    except InvalidDocument as refusal:
        found = refusal.faults
    else:
        found = ()
        assert check(as_yaml(plain)).document == plain
        compile_policy(plain)
    assert all(fault.line >= 1 and fault.message for fault in found)


def spoil(document: Any, data: st.DataObject) -> None:
    """Take something out of a document, or put something else in its place."""
    around, here = document, document
    key: Any = None
    while isinstance(here, dict | list) and here and (key is None or data.draw(st.integers(0, 4))):
        key = data.draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here))))
        around, here = here, here[key]
    if key is None:
        return
    if data.draw(st.booleans()):
        del around[key]
    else:
        around[key] = data.draw(
            st.sampled_from(["", "x", 0, -1, 1.5, None, True, [], {}, [[]], [None], {"a": 1}, "1h"])
        )


def changes(edit: Any, prepare: Any = lambda document: None) -> list[tuple[str, str, str]]:
    """Return what `edit` changes in the cast's document, (path, kind, text); `prepare` is done before."""
    first = cast("acme")
    prepare(first)
    before = check(json.dumps(first)).document
    draft = copy.deepcopy(before)
    edit(draft)
    after = check(json.dumps(draft)).document
    return [(change.path, change.kind, change.text) for change in difference(before, after)]


def test_differences_are_told_in_sentences() -> None:
    assert changes(lambda doc: doc["people"][1].update(name="Bo L.")) == [
        ("/people/bo@acme.test/name", "changed", "Person Bo L. (bo@acme.test): name is now “Bo L.”, was “Bo Lind”.")
    ]
    assert changes(lambda doc: doc["teams"][0]["members"].remove("dee@acme.test")) == [
        (
            "/teams/finance/members/dee@acme.test",
            "removed",
            "Team Finance (finance): members no longer have dee@acme.test.",
        )
    ]
    assert changes(lambda doc: row_of(doc, "people", "dee@acme.test").update(authority={"max_amount": "50 EUR"})) == [
        (
            "/people/dee@acme.test/authority/max_amount",
            "changed",
            "Person Dee Novak (dee@acme.test): authority, max amount is now 50 EUR, was 100 EUR.",
        )
    ]
    assert changes(lambda doc: doc["routes"][0]["stages"][0][0].update(approvals=1)) == [
        (
            "/routes/big refunds/stages",
            "changed",
            "Route “big refunds”: stages are now 1 of team finance, were 2 of team finance.",
        )
    ]
    assert changes(lambda doc: doc["agents"].pop(1) and doc["routes"].pop(1)) == [
        ("/agents/outreach", "removed", "Agent Outreach agent (outreach) is gone: its keys open nothing any more."),
        ("/routes/outreach", "removed", "Route “outreach” is gone."),
    ]
    bo = "/people/bo@acme.test"
    assert changes(
        lambda doc: doc["people"][1].update(
            notify={"high": ["slack", {"channel": "email", "after": "10m"}]}, quiet={"from": "22:00", "to": "08:00"}
        )
    ) == [
        (f"{bo}/notify", "added", "Person Bo Lind (bo@acme.test): notify is now high: slack, email after 10m."),
        (f"{bo}/quiet", "added", "Person Bo Lind (bo@acme.test): quiet is now 22:00 to 08:00."),
    ]
    assert changes(lambda doc: doc["agents"][0]["actions"][1].update(risk="medium")) == [
        (
            "/agents/refunds/actions/note.add/risk",
            "changed",
            "Agent Refunds agent (refunds), action type note.add: risk is now medium, was low.",
        )
    ]


def test_moving_rows_is_no_change_but_for_routes() -> None:
    assert changes(lambda doc: doc["people"].reverse()) == []
    assert changes(lambda doc: doc["agents"].reverse()) == []
    assert changes(lambda doc: doc["routes"].insert(0, doc["routes"].pop(1))) == [
        (
            "/routes",
            "changed",
            "The routes are tried in another order: “outreach”, “big refunds”, “everything else”.",
        )
    ]


def test_everything_is_new_at_first() -> None:
    document = check(json.dumps(cast("acme"))).document
    found = difference(None, document)
    assert {change.kind for change in found} == {"added"}
    assert "Rule “no wire transfers” is new: deny when action is wire.send." in [change.text for change in found]
