"""Routes that ask only as many as they need: by turns, by load, or whoever knows the run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals import quick
from approvals.flow import claim, revise
from approvals.flow.refusals import NotAsked
from approvals.models import Asked, Turn
from approvals.posted import PostedAction
from core import clock, tx
from tests.play import Told, by_key, cast, history_holds, key_of, now, post, refund, revised
from tests.world import Document, World


def assigning(how: str, approvals: int = 1, **more: Any) -> Callable[[Document], None]:
    """Let the route of everything assign in this way."""

    def edit(document: Document) -> None:
        stages = [[{"approvals": approvals, "from": {"team": "finance"}}]]
        document["routes"][-1].update({"assign": how, "stages": stages} | more)

    return edit


def names(told: Told) -> list[str]:
    """Return who is asked, by first name."""
    return [one["email"].split("@")[0] for one in told["asked"]]


def whys(world: World, told: Told) -> set[str]:
    """Return why those who are asked now are."""
    with tx.reading(world.org):
        return set(Asked.objects.filter(action_id=key_of(told), left_at=None).values_list("via", flat=True))


def posts(world: World, number: int, amount: str = "50.00", **more: Any) -> list[str]:
    """Post and return who was asked, a word for each action."""
    return ["+".join(names(post(world, refund(amount), **more))) for _ in range(number)]


# By turns


def test_one_after_the_other_has_the_turn_in_the_teams_order(world: World) -> None:
    world.change(assigning("round_robin"))
    assert posts(world, 7) == ["bo", "cy", "dee", "bo", "cy", "dee", "bo"]
    assert whys(world, post(world)) == {"taking turns in Finance"}


def test_who_may_not_decide_it_is_passed_over_and_owes_nothing_afterwards(world: World) -> None:
    world.change(assigning("round_robin"))
    assert posts(world, 2) == ["bo", "cy"]
    assert posts(world, 3, "200.00") == ["bo", "cy", "bo"], "Dee decides up to 100 EUR"
    assert posts(world, 4) == ["cy", "dee", "bo", "cy"]


def test_who_is_away_is_passed_over(world: World) -> None:
    day = clock.now().date()
    week = {"starts": f"{day - timedelta(days=1)}T00:00", "until": f"{day + timedelta(days=6)}T00:00"}

    def away(document: Document) -> None:
        assigning("round_robin")(document)
        document["people"][1]["away"] = [week]

    world.change(away)
    assert posts(world, 3) == ["cy", "dee", "cy"]
    world.turn(days=7)
    assert posts(world, 3) == ["dee", "bo", "cy"]


def test_whoever_asks_for_it_is_passed_over(world: World) -> None:
    world.change(assigning("round_robin"))
    assert posts(world, 2, requested_by=world.email("bo")) == ["cy", "dee"]


def test_two_are_needed_so_two_have_the_turn(world: World) -> None:
    world.change(assigning("round_robin", 2))
    assert posts(world, 4) == ["bo+cy", "bo+dee", "cy+dee", "bo+cy"]


def test_only_those_who_have_it_may_decide_it(world: World) -> None:
    world.change(assigning("round_robin"))
    told = post(world)
    assert names(told) == ["bo"]
    with pytest.raises(NotAsked):
        cast(world, "cy", told)
    assert cast(world, "bo", told)["status"] == "approved"
    history_holds(world)


def test_too_few_for_the_quorum_brings_in_the_fallback(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(owner=world.email("finn")))
    world.change(assigning("round_robin", 3))
    told = post(world, refund("200.00"))
    assert names(told) == ["ana", "bo", "cy"]
    assert not told["held"]


def test_a_post_that_makes_no_new_action_takes_nobodys_turn(world: World) -> None:
    def edit(document: Document) -> None:
        assigning("round_robin")(document)
        document["agents"][0]["actions"][0]["limits"] = {"amount_per_day": "120 EUR"}

    world.change(edit)
    assert posts(world, 1, idempotency_key="one") == ["bo"]
    assert posts(world, 1, idempotency_key="one") == ["bo"]
    assert post(world, {}, action="wire.send")["status"] == "rejected"
    assert post(world, refund("90.00"))["verdict"]["by"] == "limit"
    assert posts(world, 1) == ["cy"]


def test_turns_go_on_through_a_change_of_the_team(world: World) -> None:
    world.change(assigning("round_robin"))
    assert posts(world, 2) == ["bo", "cy"]
    world.change(lambda document: document["teams"][0]["members"].insert(2, world.email("ana")))
    world.change(lambda document: document["agents"][0].update(owner=world.email("finn")))
    assert posts(world, 3) == ["ana", "dee", "bo"]
    world.change(lambda document: document["teams"][0]["members"].remove(world.email("bo")))
    assert posts(world, 1) == ["cy"], "who had the last turn is gone: it begins anew"


def test_each_requirement_has_its_own_turns_and_nobody_sits_twice(world: World) -> None:
    def edit(document: Document) -> None:
        document["teams"].append(
            {"slug": "security", "name": "Security", "members": [world.email("bo"), world.email("cy")]}
        )
        both = [{"approvals": 1, "from": {"team": "finance"}}, {"approvals": 1, "from": {"team": "security"}}]
        document["routes"][-1].update({"assign": "round_robin", "stages": [both]})

    world.change(edit)
    seen = set()
    for _ in range(6):
        told = post(world)
        assert len(set(names(told))) == 2
        assert not told["held"]
        seen |= whys(world, told)
    assert seen == {"taking turns in Finance", "taking turns in Security"}


def test_a_later_stage_has_its_turns_when_it_begins(world: World) -> None:
    def edit(document: Document) -> None:
        stages = [[{"approvals": 1, "from": {"team": "finance"}}]] * 2
        document["routes"][-1].update({"assign": "round_robin", "stages": stages})

    world.change(edit)
    first, second = post(world), post(world)
    assert (names(first), names(second)) == (["bo"], ["cy"])
    assert names(cast(world, "cy", second)) == ["bo"], "the second stage has turns of its own"
    assert names(cast(world, "bo", first)) == ["cy"]
    assert cast(world, "cy", now(world, first))["status"] == "approved"
    history_holds(world)


def test_who_abstains_makes_room_for_the_next(world: World) -> None:
    world.change(assigning("round_robin"))
    told = post(world)
    told = cast(world, "bo", told, "abstain")
    assert (names(told), told["held"]) == (["cy"], False)
    assert whys(world, told) == {"taking turns in Finance"}
    assert posts(world, 1) == ["dee"], "Cy had the turn with it"
    assert cast(world, "cy", told)["status"] == "approved"
    history_holds(world)


def test_who_is_the_last_to_abstain_makes_room_for_the_fallback(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(owner=world.email("finn")))
    world.change(assigning("round_robin"))
    told = post(world)
    for name in ("bo", "cy", "dee"):
        assert names(told) == [name]
        told = cast(world, name, told, "abstain")
    assert (names(told), told["held"]) == (["ana"], False)
    assert cast(world, "ana", told)["status"] == "approved"


def test_a_changed_action_goes_back_to_whoever_had_it(world: World) -> None:
    world.change(assigning("round_robin"))
    told = post(world)
    again = revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("60.00")))
    assert names(again) == ["bo"]
    assert posts(world, 1) == ["cy"]


def test_a_changed_action_that_is_beyond_them_goes_to_the_next(world: World) -> None:
    world.change(assigning("round_robin"))
    posts(world, 2)
    told = post(world)
    assert names(told) == ["dee"]
    again = revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("300.00")))
    assert names(again) == ["bo"]
    history_holds(world)


# By load


def test_who_has_least_waiting_is_asked(world: World) -> None:
    world.change(assigning("least_loaded"))
    first = post(world)
    assert (names(first), whys(world, first)) == (["bo"], {"least loaded in Finance"})
    assert posts(world, 2) == ["cy", "dee"]
    cast(world, "bo", first)
    assert posts(world, 1) == ["bo"]
    assert posts(world, 2, "200.00") == ["cy", "bo"], "one each: who was asked longest ago, then the other"


def test_an_old_one_weighs_more(world: World) -> None:
    """Bo has one that is a day old, which weighs two."""
    world.change(assigning("least_loaded", chain="patient"))
    assert posts(world, 1) == ["bo"]
    world.turn(hours=24)
    assert posts(world, 2, "200.00") == ["cy", "cy"], "1 is less than 2; and then 2 is less than 2 and a bit"


def test_who_was_idle_longest_comes_first_between_equals(world: World) -> None:
    world.change(assigning("least_loaded"))
    for name in ("bo", "cy", "dee"):
        told = post(world)
        assert names(told) == [name]
        world.turn(seconds=1)
        cast(world, name, told)
    assert posts(world, 1) == ["bo"]


def test_what_somebody_has_taken_for_review_no_longer_weighs(world: World) -> None:
    world.change(assigning("least_loaded"))
    told = post(world)
    posts(world, 2)
    claim.claim(world.org, key_of(told), actor=world.as_person("bo"))
    assert posts(world, 1) == ["bo"]


# Whoever knows the run


def test_a_run_stays_with_whoever_decided_its_last_one(world: World) -> None:
    world.change(assigning("sticky"))
    told = post(world, run_id="run-1")
    assert (names(told), whys(world, told)) == (["bo"], {"taking turns in Finance"})
    cast(world, "bo", told)
    told = post(world, run_id="run-1")
    assert (names(told), whys(world, told)) == (["bo"], {"decided the last one of this run"})


def test_a_run_stays_with_whoever_has_its_last_one(world: World) -> None:
    world.change(assigning("sticky"))
    assert posts(world, 1, run_id="run-1") == ["bo"]
    told = post(world, run_id="run-1")
    assert (names(told), whys(world, told)) == (["bo"], {"has the last one of this run"})


def test_another_run_of_the_agent_stays_with_its_last_person(world: World) -> None:
    world.change(assigning("sticky"))
    first = post(world, run_id="run-1")
    cast(world, "bo", first)
    told = post(world, run_id="run-2")
    assert (names(told), whys(world, told)) == (["bo"], {"decided the last one of this agent"})


def test_a_run_falls_through_to_turns_where_its_person_may_not(world: World) -> None:
    world.change(assigning("sticky"))
    told = post(world, run_id="run-1")
    assert names(told) == ["bo"]
    told = post(world, run_id="run-1", requested_by=world.email("bo"))
    assert (names(told), whys(world, told)) == (["cy"], {"taking turns in Finance"})
    told = post(world, run_id="run-1")
    assert (names(told), whys(world, told)) == (["cy"], {"has the last one of this run"})


def test_agents_do_not_share_their_people(world: World) -> None:
    def edit(document: Document) -> None:
        assigning("sticky")(document)
        document["routes"] = [one for one in document["routes"] if one["name"] != "outreach"]
        document["agents"][1]["owner"] = world.email("finn")

    world.change(edit)
    assert posts(world, 1, run_id="run-1") == ["bo"]
    told = post(world, {"to": "x"}, agent="outreach", action="email.send", run_id="run-1")
    assert names(told) == ["cy"]


# The road


@pytest.mark.parametrize("how", ["round_robin", "least_loaded", "sticky"])
def test_the_quick_road_is_not_taken_where_somebody_has_the_turn(world: World, how: str) -> None:
    world.change(assigning(how))
    post(world)
    posted = PostedAction(body=b"{}", action="refund.create", arguments=refund())
    assert quick.submit(by_key(world), posted) is None


def test_everybody_is_asked_where_nothing_is_said(world: World) -> None:
    assert posts(world, 2) == ["bo+cy+dee"] * 2
    with tx.reading(world.org):
        assert not Turn.objects.exists()
        assert Asked.objects.count() == 6


# Why somebody was asked


def test_everybody_is_told_why_they_were_asked(world: World) -> None:
    def edit(document: Document) -> None:
        document["schedules"] = [
            {
                "slug": "finance-duty",
                "people": [world.email("cy"), world.email("bo")],
                "every": "1w",
                "starts": "2026-01-05T09:00",
            }
        ]
        document["agents"][0]["owner"] = world.email("finn")
        document["people"][5]["manager"] = world.email("ana")
        targets: list[Document] = [
            {"schedule": "finance-duty", "who": "on_call"},
            {"schedule": "finance-duty", "who": "next"},
            {"manager_of": "owner"},
            {"person": world.email("dee")},
        ]
        document["routes"][-1]["stages"] = [[{"approvals": 1, "from": target} for target in targets]]

    world.change(edit)
    assert whys(world, post(world)) == {
        "on call for Finance duty",
        "next on call for Finance duty",
        "manager of Finn Roth",
        "named by the route",
    }


@pytest.mark.parametrize("how", ["all", "round_robin", "least_loaded", "sticky"])
def test_the_manager_of_whoever_is_asked_is_told_whose_it_is(world: World, how: str) -> None:
    def edit(document: Document) -> None:
        document["organization"]["owner_may_decide"] = True
        targets: list[Document] = [{"person": world.email("bo")}, {"manager_of": "asked"}]
        stage = [{"approvals": 1, "from": target} for target in targets]
        document["routes"][-1].update({"assign": how, "stages": [stage]})

    world.change(edit)
    told = post(world)
    assert (names(told), whys(world, told)) == (["ana", "bo"], {"named by the route", "manager of Bo Lind"})
