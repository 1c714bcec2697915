"""Two transactions in each other's way: the one that the database ends is run again, and nobody notices."""

from __future__ import annotations

import threading
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection

from approvals.flow import count, lapse, vote
from approvals.models import Vote
from approvals.posted import CastVote
from core import clock, tx
from delivery.models import Parcel
from tests.delivery.conftest import House, house
from tests.play import at_once, history_holds, key_of, now, post
from tests.world import World

__all__ = ["house"]

COLLIDE = "do $$ begin raise exception 'in the way' using errcode = '40P01'; end $$"


def collide() -> None:
    """Fail as a transaction does that the database ends for another's sake."""
    with connection.cursor() as cursor:
        cursor.execute(COLLIDE)


def test_two_that_cross_both_go_through(house: House) -> None:
    first, second = (house.promise(address="https://a.test/") for _ in range(2))
    met, runs = threading.Barrier(2), []

    @tx.use_case
    def cross(org: int, one: uuid.UUID, other: uuid.UUID, name: str) -> str:
        runs.append(name)
        for which in (one, other):
            parcel = Parcel.objects.select_for_update().get(pk=which)
            parcel.last_error += name
            parcel.save(update_fields=["last_error"])
            if runs.count(name) == 1 and which == one:
                met.wait(10)
        return name

    assert at_once(partial(cross, house.org, first, second, "a"), partial(cross, house.org, second, first, "b")) == [
        "a",
        "b",
    ]
    assert len(runs) > 2, "one was run again"
    for parcel in (first, second):
        assert sorted(house.parcel(parcel).last_error) == ["a", "b"], "each wrote once"


def test_what_collides_every_time_is_given_up(house: House) -> None:
    runs: list[int] = []
    after: list[int] = []

    @tx.use_case
    def never(org: int) -> None:
        runs.append(org)
        tx.after_commit("said", partial(after.append, org))
        collide()

    with pytest.raises(OperationalError) as raised:
        never(house.org)
    assert tx.is_collision(raised.value)
    assert not tx.is_away(raised.value)
    assert (len(runs), after) == (tx.TRIES, [])


def test_a_statement_that_is_alone_is_run_again(house: House) -> None:
    with pytest.raises(OperationalError) as raised:
        tx.alone(COLLIDE, [])
    assert tx.is_collision(raised.value)
    assert tx.alone("select 1", []) == 1, "its connection is as good as before"


def test_a_vote_that_collides_is_counted_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told, runs, settle = post(world), [], count.settle

    def in_the_way(*args: Any, **more: Any) -> bool:
        decided = settle(*args, **more)
        runs.append(decided)
        if len(runs) < tx.TRIES:
            collide()
        return decided

    monkeypatch.setattr(count, "settle", in_the_way)
    told = vote.vote(world.org, key_of(told), actor=world.as_person("bo"), cast=CastVote("approve", told["digest"]))
    assert (told["status"], len(runs)) == ("approved", tx.TRIES)
    with tx.reading(world.org):
        assert Vote.objects.filter(action_id=key_of(told)).count() == 1
    history_holds(world)


def test_one_whose_lapse_always_collides_stands_in_nobodys_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told, run = [post(world, decide_within=60) for _ in range(3)], lapse.run

    def in_the_way(story: Any, ground: Any) -> None:
        if story.action.pk == key_of(told[1]):
            collide()
        run(story, ground)

    world.turn(seconds=61)
    monkeypatch.setattr(lapse, "run", in_the_way)
    assert lapse.sweep(at=clock.now(), org=world.org) == 2
    assert [now(world, one)["status"] for one in told] == ["expired", "pending", "expired"]
    monkeypatch.undo()
    assert lapse.sweep(at=clock.now(), org=world.org) == 1
    assert now(world, told[1])["status"] == "expired"
