"""Hostile walks: votes in somebody's name, steps of a chain, and a new road, in an order nobody planned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from approvals import auditor
from approvals.flow import lapse, reapply, reassign, revise
from approvals.models import Action, Vote
from core import clock, tx
from core.errors import DomainError
from tests.chains import ADD_MANAGER, asked, moment, ran, row, to
from tests.chains import with_chain as chain
from tests.lending import asked as asked_for
from tests.lending import ends, engine, lends, pair
from tests.play import cast, history_holds, key_of, now, post, refund, revised, sweep
from tests.world import Document, World, row_of

__all__ = ["pair"]


def standing(world: World, told: Any) -> list[tuple[str, str, str]]:
    with tx.reading(world.org):
        rows = Vote.objects.filter(action_id=key_of(told)).order_by("cast_at", "id")
        return [(one.person.email.partition("@")[0], one.vote, str(one.standing)) for one in rows]


def test_a_vote_in_somebodys_name_stays_when_a_step_replaces_who_is_asked(pair: World) -> None:
    world = pair
    world.change(chain({"at": "50%", "do": "replace", "to": to(world, "max")}))
    lends(world, "bo", "ana")
    engine(world)
    told = post(world, refund("700.00"))
    told = cast(world, "ana", told, on_behalf_of=world.email("bo"))
    assert row(world, told).approvals == 1
    world.turn(hours=2, minutes=1)
    sweep(world)
    assert ran(world, told) == ["1"]
    assert standing(world, told) == [("ana", "approve", "counted")]
    told = cast(world, "max", now(world, told))
    assert told["status"] == "approved"
    history_holds(world)


def test_a_held_action_put_on_the_same_road_again_has_the_time_it_had_left(world: World) -> None:
    world.change(lambda d: d["routes"][-1].pop("fallback"))
    world.change(lambda d: d["routes"][0].pop("fallback"))
    told = post(world)
    world.turn(hours=1)
    told = cast(world, "bo", told, "abstain")
    told = cast(world, "cy", told, "abstain")
    told = cast(world, "dee", told, "abstain")
    assert now(world, told)["held"]
    world.turn(hours=10)

    def edit(d: Document) -> None:
        d["people"].append({"email": world.email("gus"), "name": "Gus", "roles": ["approver"]})
        d["teams"][0]["members"].append(world.email("gus"))

    world.change(edit)
    told = now(world, told)
    assert told["held"]
    assert "gus" in asked(world, told)
    there = reapply.preview(world.org, key_of(told), actor=world.as_person("ana"))
    told = reapply.reapply(world.org, key_of(told), actor=world.as_person("ana"), config_version=world.version)
    assert told["status"] == "pending", (told["status"], there)
    assert not there["ends_at_once"]
    assert abs(moment(told, "decide_by") - clock.now() - timedelta(hours=3)) < timedelta(minutes=1)
    history_holds(world)


def test_people_who_were_replaced_and_come_back_in_one_catching_up_of_many(world: World) -> None:
    world.change(
        chain(
            {"at": "25%", "do": "replace", "to": to(world, "max")},
            {"at": "50%", "do": "add", "to": {"team": "finance"}},
        )
    )
    several = [post(world) for _ in range(3)]
    world.turn(hours=2, minutes=30)
    with tx.reading(world.org):
        keys = list(Action.objects.values_list("id", flat=True))
    assert lapse.lapse_together(world.org, keys) == 3
    for told in several:
        assert asked(world, told) == {"bo", "cy", "dee", "max"}
        assert ran(world, told) == ["1", "2"]
    cast(world, "bo", now(world, several[0]))
    history_holds(world)


def test_of_two_delegations_between_the_same_two_one_ends(pair: World) -> None:
    world = pair
    wide = lends(world, "bo", "ana")
    narrow = lends(world, "bo", "ana", agents=("refunds",))
    engine(world)
    told = post(world, refund("700.00"))
    assert ("ana", "bo") in asked_for(world, told)
    ends(world, narrow, "bo")
    engine(world)
    world.turn(minutes=20)
    engine(world)
    assert ("ana", "bo") in asked_for(world, told)
    assert auditor.examine(world.org, since=clock.now() - timedelta(hours=1)) == []
    told = cast(world, "ana", told, on_behalf_of=world.email("bo"))
    assert row(world, told).approvals == 1
    ends(world, wide, "bo")
    history_holds(world)


def test_new_content_that_nobody_there_may_decide_asks_the_chains_next_people(world: World) -> None:
    world.change(chain(ADD_MANAGER, {"at": "75%", "do": "add", "to": to(world, "max")}))

    def edit(d: Document) -> None:
        for name in ("bo", "cy"):
            row_of(d, "people", world.email(name))["authority"] = {"max_amount": "100 EUR"}
        d["routes"] = d["routes"][1:]
        row_of(d, "routes", "everything else").pop("fallback")

    world.change(edit)
    told = post(world, refund("90.00"))
    assert asked(world, told) == {"bo", "cy", "dee"}
    revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("300.00")))
    told = now(world, told)
    assert asked(world, told) & {"mia", "max"}, "the next people of the chain are asked"
    assert not told["held"], told["held"]
    assert row(world, told).lapse_at is not None


def test_nobody_is_handed_what_they_have_voted_on(world: World) -> None:
    told = post(world, refund("700.00"))
    told = cast(world, "bo", told)
    with pytest.raises(DomainError):
        reassign.reassign(world.org, key_of(told), actor=world.as_person("cy"), to=world.email("bo"))
    assert not now(world, told)["held"]


def test_nobody_is_handed_a_stage_when_they_sit_in_another(world: World) -> None:
    def edit(d: Document) -> None:
        d["routes"][-1]["stages"] = [
            [{"approvals": 1, "from": {"person": world.email("bo")}}],
            [{"approvals": 1, "from": {"person": world.email("cy")}}],
        ]
        d["routes"][-1].pop("fallback")

    world.change(edit)
    told = post(world)
    told = cast(world, "bo", told)
    assert asked(world, told) == {"cy"}
    with pytest.raises(DomainError):
        reassign.reassign(world.org, key_of(told), actor=world.as_person("cy"), to=world.email("bo"))
    assert asked(world, told) == {"cy"}
    assert not now(world, told)["held"]


def test_who_stands_in_for_somebody_who_handed_it_on_is_no_longer_asked(pair: World) -> None:
    world = pair
    world.change(chain())
    lends(world, "bo", "ana")
    engine(world)
    told = post(world, refund("700.00"))
    assert ("ana", "bo") in asked_for(world, told)
    reassign.reassign(world.org, key_of(told), actor=world.as_person("bo"), to=world.email("max"))
    assert asked_for(world, told) == [("cy", None), ("max", None)]


def test_what_waited_before_is_not_handed_over_where_only_new_things_are_lent(pair: World) -> None:
    world = pair
    told = post(world, refund("700.00"))
    lends(world, "bo", "ana", waiting_too=False)
    engine(world)
    assert asked_for(world, told) == [("bo", None), ("cy", None)]
    world.change(lambda d: row_of(d, "people", world.email("bo")).update(authority={"max_amount": "900 EUR"}))
    assert asked_for(world, told) == [("bo", None), ("cy", None)]


def test_an_edit_leaves_no_vote_on_what_was_there(world: World) -> None:
    def edit(d: Document) -> None:
        d["routes"][-1]["stages"] = [
            {"requirements": [{"approvals": 1, "from": {"team": "finance"}}], "deny_threshold": 2}
        ]

    world.change(edit)
    told = post(world)
    told = cast(world, "cy", told, "reject")
    assert told["status"] == "pending"
    told = cast(world, "bo", told, arguments=refund("50.00"))
    assert told["status"] == "approved"
    history_holds(world)
