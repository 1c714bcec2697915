"""Rules and routes that are only watched: told in history, and without any effect on anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals import quick, shadow
from approvals.configuration.export import as_json
from approvals.posted import PostedAction
from approvals.rehearsal import rehearse
from audit.models import Entry
from core import tx
from tests.journeys.browser import browser_of, words
from tests.play import Told, by_key, cast, history_holds, kinds, parcels, post, refund
from tests.world import Document, World

BIG = [{"field": "amount", "op": "at_least", "value": "500 EUR"}]


def rule(then: str, mode: str, when: list[Any] | None = None) -> Document:
    return {"name": f"{then} big", "when": when or BIG, "then": then, "mode": mode}


def route(mode: str, when: list[Any] | None = None) -> Document:
    return {
        "name": "two for all",
        "when": when or [{"field": "action", "op": "is", "value": "refund.create"}],
        "stages": [[{"approvals": 3, "from": {"role": "approver"}}]],
        "chain": "standard",
        "always_ask": True,
        "mode": mode,
    }


def posted_facts(world: World, told: Told) -> dict[str, Any]:
    """Return the facts of the entry that says how the action began."""
    with tx.reading(world.org):
        entry = Entry.objects.get(subject=told["id"], kind="action.posted")
    found: dict[str, Any] = json.loads(bytes(entry.body))["facts"]
    return found


def test_a_watched_rule_and_route_are_logged_and_nothing_else(world: World) -> None:
    def watch(document: Document) -> None:
        document["rules"] += [rule("deny", "monitor"), rule("allow", "monitor")]
        document["routes"].insert(0, route("monitor"))

    before = post(world, refund("600.00"))
    world.change(watch)
    told = post(world, refund("600.00"))
    facts = posted_facts(world, told)
    assert facts["shadow"] == {"rules": ["deny big", "allow big"], "route": "two for all", "unsure": []}
    assert (facts["rules"], facts["route"], facts["indeterminate"]) == ([], "big refunds", [])
    for name in ("status", "asked", "votes"):
        assert [_plain(told[name])] == [_plain(before[name])], name
    assert told["verdict"] | {"config_version": 1} == before["verdict"]
    assert shadow.sentence(facts["shadow"]) == (
        "Only watched: rule “deny big” would have hit, rule “allow big” would have hit, and route “two for all” would"
        " have been taken."
    )
    cast(world, "bo", told)
    assert cast(world, "cy", told)["status"] == "approved"
    history_holds(world)


def _plain(told: Any) -> Any:
    """Return the people of a list without the moment they were asked."""
    return [one["email"] for one in told] if isinstance(told, list) else told


def test_the_page_says_in_one_sentence_what_is_only_watched(world: World) -> None:
    told = post(world, refund("600.00"))
    assert "Only watched" not in words(browser_of(world, "bo").text(f"/actions/{told['id']}"))
    world.change(lambda document: document["rules"].append(rule("deny", "monitor")))
    told = post(world, refund("600.00"))
    said = words(browser_of(world, "bo").text(f"/actions/{told['id']}"))
    assert "Only watched: rule “deny big” would have hit." in said


def test_what_is_watched_but_does_not_hit_is_logged_as_nothing(world: World) -> None:
    world.change(lambda document: document["rules"].append(rule("deny", "monitor")))
    facts = posted_facts(world, post(world, refund("5.00")))
    assert facts["shadow"] == {"rules": [], "route": None, "unsure": []}
    assert shadow.sentence(facts["shadow"]) == ""


def test_where_nothing_is_watched_history_says_nothing_of_it(world: World) -> None:
    assert "shadow" not in posted_facts(world, post(world))


def test_what_is_off_is_not_even_looked_at(world: World) -> None:
    def off(document: Document) -> None:
        document["rules"] += [rule("deny", "off"), rule("allow", "off")]
        document["routes"].insert(0, route("off"))

    world.change(off)
    told = post(world, refund("600.00"))
    assert (told["status"], told["verdict"]["route"]) == ("pending", "big refunds")
    assert "shadow" not in posted_facts(world, told)


def test_a_watched_rule_that_cannot_be_told_makes_nothing_strict_and_alerts_nobody(world: World) -> None:
    unclear = [{"field": "/gone", "op": "is", "value": "x"}]

    def watch(document: Document) -> None:
        document["rules"].append(rule("deny", "monitor", unclear))
        document["routes"].insert(0, route("monitor", unclear))

    world.change(watch)
    told = post(world)
    assert told["verdict"]["route"] == "everything else"
    assert posted_facts(world, told)["shadow"] == {
        "rules": [],
        "route": "two for all",  # it is the strictest that may apply, had it been active
        "unsure": ["deny big", "two for all"],
    }
    assert kinds(world, told) == ["action.posted"]
    assert {one["kind"] for one in parcels(world, told, "email")} == {"action.asked"}


def test_a_watched_rule_does_not_let_posts_be_counted(world: World) -> None:
    """How often the agent asks is counted for rules that are active only; watched ones stay unsure of it."""
    often = [{"field": "rate", "op": "at_least", "value": 1}]
    world.change(lambda document: document["rules"].append(rule("deny", "monitor", often)))
    post(world)
    told = post(world)
    assert posted_facts(world, told)["shadow"] == {"rules": [], "route": None, "unsure": ["deny big"]}
    world.change(lambda document: document["rules"][-1].update(mode="active"))
    assert post(world)["status"] == "rejected"


def test_an_action_that_is_refused_takes_no_route_in_the_shadow_either(world: World) -> None:
    world.change(lambda document: document["routes"].insert(0, route("monitor", [])))
    told = post(world, {}, action="wire.send")
    assert told["status"] == "rejected"
    assert posted_facts(world, told)["shadow"]["route"] is None


def test_the_quick_road_logs_the_same(world: World) -> None:
    world.change(lambda document: document["rules"].append(rule("deny", "monitor")))
    quick.forget()
    post(world, refund("600.00"))
    posted = PostedAction(body=b"{}", action="refund.create", arguments=refund("700.00"))
    told = quick.submit(by_key(world), posted)
    assert told is not None
    assert posted_facts(world, told)["shadow"]["rules"] == ["deny big"]


@pytest.mark.parametrize("mode", ["monitor", "off"])
def test_a_dry_run_says_what_switching_off_would_change_and_what_would_be_watched(world: World, mode: str) -> None:
    world.change(lambda document: document["rules"].append(rule("deny", "active")))
    big, small = post(world, refund("600.00")), post(world, refund("6.00"))
    assert (big["status"], small["status"]) == ("rejected", "pending")
    draft = json.loads(as_json(world.document))
    draft["rules"][-1]["mode"] = mode
    found = rehearse(as_json(draft))
    assert [one.action for one in found.different] == [big["id"]]
    assert dict(found.watched) == ({"deny big": 1} if mode == "monitor" else {})
