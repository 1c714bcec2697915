"""Delegations at the same instant as something else, twenty rounds each."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from approvals.delegations import PREFIX
from approvals.flow import delegate, lend, undelegate, vote
from approvals.flow.delegate import DelegationCycle
from approvals.flow.refusals import NotAsked, NotAuthorized
from approvals.models import Asked, Delegation
from approvals.posted import CastVote, PostedDelegation
from audit.models import Entry
from core import clock, ids, tx
from tests.lending import ends, engine, lends, mails, small
from tests.play import at_once, history_holds, key_of, now, post, refund
from tests.world import World

__all__ = ["small"]

ROUNDS = 20


def lending(world: World, by: str, to: str, round_: int) -> Any:
    """Return a delegation to be made, with everything looked up before the race; rounds do not overlap."""
    starts = clock.now() + timedelta(days=1 + round_)
    posted = PostedDelegation(world.email(to), starts + timedelta(hours=12), starts=starts)
    return partial(delegate.delegate, world.org, actor=world.as_person(by), posted=posted)


def test_two_who_lend_to_each_other_do_not_both_succeed(world: World) -> None:
    for round_ in range(ROUNDS):
        results = at_once(lending(world, "bo", "cy", round_), lending(world, "cy", "bo", round_))
        assert sum(isinstance(one, tuple) for one in results) == 1, results
        assert sum(isinstance(one, DelegationCycle) for one in results) == 1, results
    with tx.reading(world.org):
        assert Delegation.objects.count() == ROUNDS


def test_a_circle_of_four_is_not_closed_by_four_at_once(world: World) -> None:
    names = ("ana", "bo", "cy", "dee")
    for round_ in range(ROUNDS // 4):
        pairs = zip(names, (*names[1:], names[0]), strict=True)
        results = at_once(*[lending(world, by, to, round_) for by, to in pairs])
        assert sum(isinstance(one, tuple) for one in results) == 3, results
        assert sum(isinstance(one, DelegationCycle) for one in results) == 1, results


def test_the_same_delegation_twice_is_one(world: World) -> None:
    for round_ in range(ROUNDS):
        results = at_once(*[lending(world, "bo", "cy", round_)] * 2)
        assert sorted(one[1] for one in results) == [False, True], results  # type: ignore[index]
    with tx.reading(world.org):
        assert Delegation.objects.count() == ROUNDS


def test_a_vote_and_the_end_of_what_lends_it(small: World) -> None:
    for round_ in range(ROUNDS):
        lent = lends(small, "bo", "cy")
        told = post(small, refund(f"{round_ + 1}.00"))
        identifier = ids.parse(PREFIX, lent["id"])
        assert identifier is not None
        voting = partial(
            vote.vote, small.org, key_of(told), actor=small.as_person("cy"), cast=CastVote("approve", told["digest"])
        )
        ending = partial(undelegate.end, small.org, identifier, actor=small.as_person("bo"))
        voted, ended = at_once(voting, ending)
        assert isinstance(ended, dict), ended
        if isinstance(voted, dict):
            assert voted["decision"]["people"][0]["on_behalf_of"] == small.email("bo")
            with tx.reading(small.org):
                seqs = dict(Entry.objects.filter(subject__in=(told["id"], lent["id"])).values_list("kind", "seq"))
            assert seqs["action.voted"] < seqs["delegation.ended"], "no vote after the end"
        else:
            assert isinstance(voted, NotAsked | NotAuthorized), voted
            assert now(small, told)["status"] == "pending"
        engine(small)
    history_holds(small)


def test_two_engines_begin_and_end_a_delegation_once(small: World) -> None:
    for round_ in range(ROUNDS // 4):
        told = post(small, refund(f"{round_ + 1}.00"))
        lent = lends(small, "bo", "cy", reason=str(round_))
        identifier = ids.parse(PREFIX, lent["id"])
        assert identifier is not None
        assert sorted(at_once(*[partial(lend.lend, small.org, identifier)] * 3)) == [False, False, True]  # type: ignore[type-var]
        ends(small, lent, "bo")
        assert sorted(at_once(*[partial(lend.lend, small.org, identifier)] * 3)) == [False, False, True]  # type: ignore[type-var]
        with tx.reading(small.org):
            assert Entry.objects.filter(subject=lent["id"]).count() == 3
            assert Asked.objects.filter(action_id=key_of(told), on_behalf_of__isnull=False).count() == 1
    assert len(mails(small, "cy")) == ROUNDS // 4


def test_a_post_and_the_beginning_of_a_delegation(small: World) -> None:
    """Whoever is asked, after the engine has looked twice the stand-in is among them."""
    for round_ in range(ROUNDS // 2):
        made: list[Any] = []
        lent = partial(lends, small, "bo", "cy", reason=str(round_))

        def begin(lent: Any = lent, made: list[Any] = made) -> None:
            made.append(lent())
            engine(small)

        told, _ = at_once(partial(post, small, refund(f"{round_ + 1}.00")), begin)
        assert isinstance(told, dict), told
        small.turn(seconds=11)
        engine(small)
        names = {one["on_behalf_of"] for one in now(small, told)["asked"]}
        assert names == {None, small.email("bo")}
        ends(small, made[0], "bo")
        engine(small)
