"""Edits of the plain document: forms that say nothing change nothing, waits add up, and changes of two people meet."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.configuration.check import check
from approvals.configuration.export import as_json
from approvals.drafting import chains, conditions, routes
from approvals.drafting.chain_form import chain_edit
from approvals.drafting.merge import redo
from approvals.drafting.rows import Unfit
from approvals.drafting.spans import UNITS, parted, seconds_of, spelled, spoken, typed
from approvals.drafting.targets import KINDS, code_of, target_of
from approvals.portraits.rule_page import _conditions, _stages
from tests.approvals.documents import documents
from tests.world import cast

Document = dict[str, Any]
SLOW = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
spans = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 90), st.sampled_from("smh"))


def fields_of(when: list[Any], stages: list[Any]) -> dict[str, str]:
    """The fields of a route's form as its page draws them."""
    fields: dict[str, str] = {}
    for row in _conditions(when, {}):
        if row.kept:
            fields[f"keep-{row.number}"] = "1"
            continue
        fields |= {f"field-{row.number}": row.field, f"pointer-{row.number}": row.pointer}
        fields |= {f"op-{row.number}": row.op, f"value-{row.number}": row.value}
    for stage in _stages(stages, []):
        for need in stage.rows:
            fields |= {f"approvals-{need.key}": need.approvals, f"from-{need.key}": need.to}
    return fields


@SLOW
@given(documents())
def test_a_route_s_form_that_nobody_touched_says_what_the_route_says(document: Document) -> None:
    whole = check(as_json(document)).document
    for row in whole["routes"]:
        fields = fields_of(row.get("when", []), row["stages"]) | {"name": row["name"], "chain": row["chain"]}
        fields |= {"assign": row.get("assign", "all"), "mode": row.get("mode", "active")}
        fields |= {"fallback": code_of(row.get("fallback"))} | ({"always_ask": "1"} if row.get("always_ask") else {})
        assert routes.route_typed(row, fields, is_last="when" not in row) == row


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("7.0", 7.0),
        ('"7"', "7"),
        ("true", True),
        ("yes", "yes"),
        ("null", "null"),
        ("1e3", 1000.0),
        ("a b", "a b"),
    ],
)
def test_an_argument_s_value_is_read_as_the_document_would(text: str, value: object) -> None:
    posted = {"field-1": "argument", "pointer-1": "/n", "op-1": "is", "value-1": text}
    found = conditions.conditions_of(posted, [])[0]["value"]
    assert (found, type(found)) == (value, type(value))


@given(st.sampled_from(KINDS), st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.booleans())
def test_a_target_is_one_word(kind: str, name: str, is_next: bool) -> None:
    target = {kind: name} | ({"who": "next"} if kind == "schedule" and is_next else {})
    assert target_of(code_of(target)) == target


@given(st.integers(1, 10_000_000))
def test_a_length_is_a_number_and_a_unit(seconds: int) -> None:
    number, unit = parted(seconds)
    assert int(number) * UNITS[unit] == seconds == seconds_of(spelled(seconds))
    if seconds <= 366 * 86_400:
        assert typed(number, unit) == seconds


def test_lengths_are_spoken_in_two_parts() -> None:
    assert spoken(5400) == "1 hour 30 minutes"
    assert spoken(86_401) == "1 day 1 second"
    assert spoken(0) == "no time"


@given(st.lists(spans, min_size=1, max_size=6), st.data())
def test_a_wait_moves_what_comes_after_and_nothing_before(lengths: list[str], data: st.DataObject) -> None:
    total, steps = 0, []
    for length in lengths[:-1]:
        total += seconds_of(length)
        steps.append({"at": spelled(total), "do": "remind"})
    chain: dict[str, Any] = {"slug": "x", "decide_within": spelled(total + seconds_of(lengths[-1])), "steps": steps}
    before = chains.waits(chain)
    place = data.draw(st.integers(0, len(before) - 1))
    seconds = data.draw(st.integers(1, 100_000))
    chains.set_wait(chain, place, seconds)
    after = chains.waits(chain)
    assert after[place] == seconds
    assert after[:place] + after[place + 1 :] == before[:place] + before[place + 1 :]


def test_shares_stay_shares_until_a_wait_is_changed() -> None:
    chain = {"slug": "x", "decide_within": "4h", "steps": [{"at": "25%", "do": "remind"}, {"at": "50%", "do": "warn"}]}
    document = {"chains": [chain]}
    chain_edit("x", {"wait-0": "1", "unit-0": "h", "wait-1": "1", "unit-1": "h", "do-1": "warn"})(document)
    assert [step["at"] for step in document["chains"][0]["steps"]] == ["25%", "50%"]  # type: ignore[index]
    chain_edit("x", {"wait-1": "30", "unit-1": "m"})(document)
    assert document["chains"][0] == {
        "slug": "x",
        "decide_within": "210m",
        "steps": [{"at": "1h", "do": "warn"}, {"at": "90m", "do": "warn"}],
    }


def test_a_repeat_still_begins_with_the_same_step_when_one_is_taken_out() -> None:
    steps = [{"at": f"{n}h", "do": "remind"} for n in (1, 2)] + [{"at": "3h", "do": "repeat", "from": 2, "times": 2}]
    chain: dict[str, Any] = {"slug": "x", "decide_within": "9h", "steps": steps}
    chains.remove_step(chain, 0)
    assert chain["steps"][1] == {"at": "3h", "do": "repeat", "times": 2}


def test_the_last_wait_is_halved_for_a_new_step_and_none_is_made_where_no_time_is_left() -> None:
    chain: dict[str, Any] = {"slug": "x", "decide_within": "4h"}
    chains.add_step(chain, {"do": "remind"})
    chains.add_step(chain, {"do": "warn"})
    assert [step["at"] for step in chain["steps"]] == ["2h", "3h"]
    with pytest.raises(Unfit):
        chains.add_step({"slug": "x", "decide_within": "1s"}, {"do": "remind"})


@SLOW
@given(documents())
def test_who_changed_nothing_takes_what_the_other_did(other: Document) -> None:
    old, new = (check(as_json(one)).document for one in (cast("acme"), other))
    assert redo(old, old, new).document == new
    assert redo(old, new, old).document == new
    assert redo(old, old, new).both == redo(old, new, new).both == ()


def test_changes_of_two_people_meet_field_by_field() -> None:
    base = check(as_json(cast("acme"))).document
    mine, theirs = copy.deepcopy(base), copy.deepcopy(base)
    mine["chains"][0]["decide_within"] = "3h"
    mine["routes"].insert(0, {**mine["routes"][0], "name": "mine"})
    mine["routes"][1], mine["routes"][2] = mine["routes"][2], mine["routes"][1]
    del mine["rules"]
    theirs["chains"][0]["finally"] = "hold"
    theirs["routes"].insert(2, {**theirs["routes"][0], "name": "theirs"})
    found = redo(base, mine, theirs)
    assert found.both == ()
    assert (found.document["chains"][0]["decide_within"], found.document["chains"][0]["finally"]) == ("3h", "hold")
    names = [row["name"] for row in found.document["routes"]]
    assert names == ["mine", "outreach", "big refunds", "theirs", "everything else"]
    assert found.document.get("rules", []) == []


def test_what_both_changed_is_named_and_mine_stands() -> None:
    base = check(as_json(cast("acme"))).document
    mine, theirs = copy.deepcopy(base), copy.deepcopy(base)
    mine["chains"][0]["decide_within"], theirs["chains"][0]["decide_within"] = "3h", "5h"
    mine["routes"][0]["chain"] = "patient"
    del theirs["routes"][0]
    found = redo(base, mine, theirs)
    assert set(found.both) == {"route “big refunds”", "chain “standard”"}
    assert found.document["chains"][0]["decide_within"] == "3h"
    assert "big refunds" in [row["name"] for row in found.document["routes"]]
