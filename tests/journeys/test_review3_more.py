"""Hostile walks, the second part: assigning, silence, and many people."""

from __future__ import annotations

import time

from approvals.flow import revise
from tests.chains import asked, row
from tests.chains import with_chain as chain
from tests.lending import engine, lends
from tests.play import cast, history_holds, key_of, now, post, refund, revised, sweep
from tests.world import Document, World, row_of


def test_who_has_the_turn_and_lends_to_the_other_leaves_it_to_a_third(world: World) -> None:
    def edit(d: Document) -> None:
        row_of(d, "people", world.email("bo"))["away"] = [{"starts": "2026-01-01T00:00", "until": "2030-01-01T00:00"}]
        d["people"].append({"email": world.email("gus"), "name": "Gus", "roles": ["approver"]})
        d["teams"][0]["members"] = [world.email(name) for name in ("bo", "cy", "gus")]
        for route in d["routes"]:
            route.pop("fallback", None)
        row_of(d, "routes", "big refunds")["assign"] = "round_robin"

    world.change(edit)
    lends(world, "bo", "cy")
    engine(world)
    for _ in range(3):
        told = post(world, refund("700.00"))
        assert not told["held"], asked(world, told)
        assert asked(world, told) == {"cy", "gus"}


def test_silence_does_not_approve_what_policy_could_not_tell(world: World) -> None:
    def edit(d: Document) -> None:
        d["agents"][0]["actions"].append(
            {
                "type": "gift.give",
                "title": "Give {amount}",
                "risk": "low",
                "reversible": True,
                "amount": {"value": "/amount", "currency": "/currency"},
            }
        )
        d["chains"].append({"slug": "silent", "decide_within": "1h", "execute_within": "15m", "finally": "approve"})
        gifts = {
            "name": "gifts",
            "when": [
                {"field": "agent", "op": "is", "value": "refunds"},
                {"field": "action", "op": "is", "value": "gift.give"},
            ],
            "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
            "chain": "silent",
        }
        big = {
            "name": "big gifts",
            "when": [
                {"field": "agent", "op": "is", "value": "refunds"},
                {"field": "action", "op": "is", "value": "gift.give"},
                {"field": "amount", "op": "at_least", "value": "50 EUR"},
            ],
            "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
            "chain": "silent",
        }
        d["routes"] = [big, gifts, *d["routes"]]

    world.change(edit)
    told = post(world, {"amount": "lots", "currency": "EUR"}, action="gift.give")
    world.turn(hours=1, minutes=1)
    sweep(world)
    ended = now(world, told)
    assert ended["status"] == "expired", ended["decision"]


def test_an_edit_on_a_road_that_assigns_with_an_older_rejection(world: World) -> None:
    def edit(d: Document) -> None:
        stage = {"requirements": [{"approvals": 1, "from": {"team": "finance"}}], "deny_threshold": 2}
        small = {
            "name": "small",
            "when": [{"field": "amount", "op": "below", "value": "60 EUR"}],
            "stages": [stage],
            "assign": "round_robin",
            "chain": "standard",
        }
        d["routes"] = [d["routes"][0], small, *d["routes"][1:]]
        d["routes"][-1]["stages"] = [stage]
        row_of(d, "people", world.email("bo"))["away"] = [{"starts": "2026-01-01T00:00", "until": "2030-01-01T00:00"}]

    world.change(edit)
    told = post(world)
    assert asked(world, told) == {"cy", "dee"}
    told = cast(world, "cy", told, "reject")
    told = cast(world, "bo", told, arguments=refund("50.00"))
    if told["status"] == "pending":
        told = cast(world, "cy", told, "reject")
    history_holds(world)


def test_new_content_on_a_road_that_assigns_is_not_held_while_others_are_left(world: World) -> None:
    def edit(d: Document) -> None:
        row_of(d, "people", world.email("bo"))["away"] = [{"starts": "2026-01-01T00:00", "until": "2030-01-01T00:00"}]
        d["people"].append({"email": world.email("gus"), "name": "Gus", "roles": ["approver"]})
        d["teams"][0]["members"] = [world.email(name) for name in ("bo", "cy", "gus")]
        for route in d["routes"]:
            route.pop("fallback", None)
        row_of(d, "routes", "big refunds")["assign"] = "round_robin"

    world.change(edit)
    lends(world, "bo", "cy")
    engine(world)
    told = post(world, refund("70.00"))
    revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("700.00")))
    told = now(world, told)
    assert not told["held"]


def test_a_loop_that_adds_the_managers_of_many_keeps_the_engine_from_nothing_else(world: World) -> None:
    stages = [
        [{"approvals": 2, "from": {"team": "finance"}}],
        [{"approvals": 2, "from": {"role": "approver"}}],
    ]

    def edit(document: Document) -> None:
        names = [world.email(f"p{number}") for number in range(300)]
        document["people"] += [{"email": one, "name": one[:20], "roles": ["approver"]} for one in names]
        document["teams"][0]["members"] = names
        add = {"at": "2%", "do": "add", "to": {"manager_of": "asked"}}
        chain(add, {"at": "4%", "do": "repeat", "from": 1, "times": 20})(document)
        document["routes"] = [{"name": "all", "stages": stages, "chain": "standard"}]

    world.change(edit)
    lends(world, "p0", "p1")
    engine(world)
    told = cast(world, "p50", cast(world, "p5", post(world)))
    world.turn(hours=3)
    began = time.monotonic()
    sweep(world)
    assert row(world, told).step > 5
    assert time.monotonic() - began < 60
