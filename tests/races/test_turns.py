"""Posts at the same instant where somebody has the turn: shares stay even, runs stay together, locks hold nobody."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest

from approvals.flow import revise, submit, vote
from approvals.flow.refusals import AlreadyClosed, NotAsked, Stale
from approvals.models import Asked
from approvals.posted import CastVote, PostedAction
from core import tx
from tests.play import at_once, history_holds, key_of, post, refund, revised
from tests.world import Document, World

ROUNDS = 20


def assigning(world: World, how: str, people: int, approvals: int = 1) -> None:
    """Give the whole team turns: `people` of them, whoever else there is left out; both agents ask it."""

    def edit(document: Document) -> None:
        team = [f"p{number}@{world.slug}.test" for number in range(people)]
        document["people"] += [{"email": one, "name": one[:2].upper(), "roles": ["approver"]} for one in team]
        document["teams"][0]["members"] = team
        stages = [[{"approvals": approvals, "from": {"team": "finance"}}]]
        document["routes"] = [document["routes"][-1] | {"assign": how, "stages": stages}]

    world.change(edit)


def posting(world: World, number: int, agent: str = "refunds", **more: Any) -> Any:
    """Return a post to be made, with everything looked up before the race."""
    if agent == "refunds":
        posted = PostedAction(body=b"{}", action="refund.create", arguments=refund(f"{number + 1}.00"), **more)
    else:
        posted = PostedAction(body=b"{}", action="email.send", arguments={"to": str(number)}, **more)
    return partial(submit.submit, world.as_agent(agent), posted)


def asked(results: list[object]) -> list[str]:
    """Return who was asked by each post, each of which must have succeeded."""
    found = []
    for one in results:
        assert isinstance(one, tuple), one
        found.append("+".join(person["email"].split("@")[0] for person in one[0]["asked"]))
    return found


def test_two_posts_at_once_are_given_to_different_people(world: World) -> None:
    assigning(world, "round_robin", 3)
    shares: Counter[str] = Counter()
    for number in range(ROUNDS):
        one, other = asked(at_once(posting(world, number), posting(world, number, "outreach")))
        assert one != other
        shares.update([one, other])
    assert sorted(shares.values()) == [13, 13, 14]


@pytest.mark.parametrize("how", ["round_robin", "least_loaded"])
def test_twenty_posts_at_once_are_shared_evenly(world: World, how: str) -> None:
    assigning(world, how, 5)
    calls = [posting(world, number, "refunds" if number % 2 else "outreach") for number in range(20)]
    assert Counter(asked(at_once(*calls))) == {f"p{number}": 4 for number in range(5)}
    history_holds(world)


def test_two_are_needed_of_five_and_twenty_posts_at_once_are_shared_evenly(world: World) -> None:
    assigning(world, "round_robin", 5, approvals=2)
    at_once(*[posting(world, number) for number in range(20)])
    with tx.reading(world.org):
        shares = Counter(Asked.objects.values_list("person__email", flat=True))
    assert set(shares.values()) == {8}


def test_posts_of_one_run_at_once_stay_with_one_person(world: World) -> None:
    assigning(world, "sticky", 5)
    for number in range(ROUNDS // 4):
        calls = [posting(world, place, run_id=f"run-{number}") for place in range(6)]
        assert len(set(asked(at_once(*calls)))) == 1


def test_posts_changes_and_votes_at_once_wait_for_one_another_in_one_order(world: World) -> None:
    """The action's row, the agent's, the cursors, the audit chain: whoever takes locks takes them in this order."""

    def stages(document: Document) -> None:
        document["routes"][-1]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]] * 2

    assigning(world, "round_robin", 4)
    world.change(stages)
    for number in range(ROUNDS // 2):
        waiting = [post(world, refund(f"{place + 1}.00")) for place in range(4)]
        calls: list[Any] = [posting(world, number), posting(world, number, "outreach")]
        for told in waiting[:2]:
            change = revised(refund(f"{number + 10}.00"))
            calls.append(partial(revise.revise, world.org, key_of(told), actor=world.as_agent(), revised=change))
        for told in waiting:
            name = told["asked"][0]["email"].split("@")[0]
            cast = CastVote("approve", told["digest"])
            calls.append(partial(vote.vote, world.org, key_of(told), actor=world.as_person(name), cast=cast))
        results = at_once(*calls)
        assert all(isinstance(one, dict | tuple | Stale | AlreadyClosed | NotAsked) for one in results), results
    history_holds(world)
