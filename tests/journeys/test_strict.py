"""What cannot be told takes the strictest way, with an alert, also where routes have stages; deny wins anyhow."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import pytest

from tests.play import Told, cast, history_holds, kinds, now, parcels, post, refund
from tests.world import Document, World

BIG = {"field": "amount", "op": "at_least", "value": "500 EUR"}
UNREADABLE: list[dict[str, Any]] = [
    {"currency": "EUR"},
    {"amount": None, "currency": "EUR"},
    {"amount": "1e9", "currency": "EUR"},
    {"amount": "NaN", "currency": "EUR"},
    {"amount": "-600.00", "currency": "EUR"},
    {"amount": "600.00", "currency": "XXX"},
    {"amount": "600.00", "currency": "dollars"},
    {"amount": "600.00"},
]


def stages(*of: list[int]) -> list[list[Document]]:
    """Return stages, each a list of how many people its requirements need: finance, then approvers."""
    groups: list[Document] = [{"team": "finance"}, {"role": "approver"}]
    return [[{"approvals": number, "from": groups[place]} for place, number in enumerate(one)] for one in of]


def roads(document: Document) -> None:
    """Three routes by amount; the middle one has most seats, though no stage of it has most."""
    document["organization"]["owner_may_decide"] = True
    document["routes"] = [
        {"name": "huge", "when": [BIG | {"value": "5000 EUR"}], "stages": stages([2]), "chain": "standard"},
        {"name": "big", "when": [BIG], "stages": stages([1, 1], [1]), "chain": "standard"},
        {"name": "small", "when": [BIG | {"op": "below"}], "stages": stages([1]), "chain": "standard"},
        {"name": "everything else", "stages": stages([1]), "chain": "standard"},
    ]


def doubts(world: World, told: Told) -> list[str]:
    """Return the subjects of the mail that admins get about what policy could not tell."""
    return [one["address"] for one in parcels(world, told, "email") if one["kind"] == "mail"]


@pytest.mark.parametrize("arguments", UNREADABLE, ids=[str(one) for one in UNREADABLE])
def test_an_amount_that_cannot_be_told_goes_where_most_seats_are(world: World, arguments: dict[str, Any]) -> None:
    world.change(lambda document: document["agents"][0]["actions"][0].pop("schema"))
    world.change(roads)
    told = post(world, arguments | {"customer": {"name": "Marta"}})
    assert (told["status"], told["verdict"]["route"]) == ("pending", "big")
    assert told["verdict"]["reason"].startswith("Sent to “big”, the strictest route that may apply.")
    assert "routing.indeterminate" in kinds(world, told)
    assert doubts(world, told) == [world.email("ana")]


def test_the_strictest_route_takes_all_its_stages(world: World) -> None:
    world.change(roads)
    world.change(lambda document: document["agents"][0]["actions"][0].pop("schema"))
    world.change(
        lambda document: document["people"].append({"email": world.email("gus"), "name": "Gus", "roles": ["approver"]})
    )
    told = post(world, {"amount": "1e9", "currency": "EUR"})
    for name in ("bo", "ana"):
        assert now(world, told)["status"] == "pending"
        cast(world, name, told)
    told = now(world, told)
    assert (told["status"], told["votes"]["needed"]) == ("pending", 1), "the second stage is open"
    assert cast(world, "cy", told)["status"] == "approved"
    history_holds(world)


def test_an_amount_that_can_be_told_takes_its_own_road_and_alerts_nobody(world: World) -> None:
    world.change(roads)
    for amount, name in (("4999.99", "big"), ("5000.00", "huge"), ("499.99", "small"), ("500.00", "big")):
        told = post(world, refund(amount))
        assert told["verdict"]["route"] == name
        assert doubts(world, told) == []


def test_between_equals_the_one_that_always_asks_is_stricter(world: World) -> None:
    def edit(document: Document) -> None:
        roads(document)
        document["routes"][1]["stages"] = stages([2])
        document["routes"][1]["always_ask"] = True
        document["agents"][0]["actions"][0].pop("schema")

    world.change(edit)
    assert post(world, {"amount": "NaN", "currency": "EUR"})["verdict"]["route"] == "big"


RULES = [
    {"name": "never", "when": [{"field": "action", "op": "is", "value": "refund.create"}], "then": "deny"},
    {"name": "always", "when": [{"field": "action", "op": "is", "value": "refund.create"}], "then": "allow"},
    {"name": "perhaps", "when": [{"field": "/gone", "op": "is", "value": 1}], "then": "allow"},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_hard_deny_wins_over_a_matching_allow_in_any_order_and_both_are_on_record(
    world: World, order: tuple[int, ...]
) -> None:
    world.change(lambda document: document["rules"].extend(RULES[place] for place in order))
    told = post(world)
    assert (told["status"], told["verdict"]["by"]) == ("rejected", "rule")
    assert told["decision"]["by"] == "rule"


def test_a_deny_that_cannot_be_told_is_no_allow_even_if_one_matches(world: World) -> None:
    unsure = {"name": "unsure", "when": [{"field": "/gone", "op": "is", "value": 1}], "then": "deny"}
    for order in (1, -1):
        rules = [unsure, RULES[1]][::order]
        world.change(partial(_with_rules, rules))
        told = post(world)
        assert (told["status"], told["verdict"]["by"]) == ("pending", "route")
        assert "routing.indeterminate" in kinds(world, told)


def _with_rules(rules: list[Document], document: Document) -> None:
    document["rules"] = rules
