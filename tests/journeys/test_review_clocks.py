"""The clock while nobody looks: pauses have an end, holds have no clock, and no engine is needed for either."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from approvals.flow import ask, lapse, reassign, reply, revise
from approvals.flow.refusals import AlreadyClosed
from approvals.models import Action
from core import clock, tx
from tests.play import cast, history_holds, key_of, now, post, refund, revised, sweep
from tests.world import Document, World, make_world


def question(world: World, told: Document, name: str = "bo") -> Document:
    """Let somebody ask the agent."""
    return ask.ask(world.org, key_of(told), actor=world.as_person(name), text="Why?")


def patient(document: Document) -> None:
    """Hold at the end of the chain."""
    document["chains"][0]["finally"] = "hold"


def test_a_pause_ends_although_no_engine_comes_by(world: World) -> None:
    told = post(world)
    world.turn(hours=1)
    question(world, told)
    world.turn(hours=27, seconds=1)  # 24 of them paused, and the three that were left
    with pytest.raises(AlreadyClosed) as refused:
        cast(world, "bo", told)
    assert refused.value.extra["decision"]["by"] == "deadline"
    history_holds(world)


def test_a_vote_after_the_pause_and_before_the_deadline_counts(world: World) -> None:
    told = post(world)
    world.turn(hours=1)
    question(world, told)
    world.turn(hours=26)
    assert cast(world, "bo", told)["status"] == "approved"
    history_holds(world)


def test_an_answer_after_the_deadline_does_not_bring_the_action_back(world: World) -> None:
    told = post(world)
    question(world, told)
    world.turn(days=3)
    with pytest.raises(AlreadyClosed):
        reply.reply(world.org, key_of(told), actor=world.as_agent(), text="Because.")
    assert sweep(world) == 1
    assert now(world, told)["status"] == "expired"


def test_an_engine_that_comes_late_gives_no_more_time_than_one_in_time(world: World) -> None:
    told = post(world)
    question(world, told)
    world.turn(hours=25)
    sweep(world)
    assert now(world, told)["status"] == "pending"
    world.turn(hours=3, seconds=1)
    sweep(world)
    assert now(world, told)["status"] == "expired"


def test_a_hold_while_the_agent_is_asked_has_no_clock(world: World) -> None:
    told = post(world, refund("600.00"))
    question(world, told)
    held = cast(world, "cy", told, "abstain")
    assert held["held"] is True
    answered = reply.reply(world.org, key_of(told), actor=world.as_agent(), text="Because.")
    assert (answered["held"], answered["step"]["next_at"]) == (True, None)
    world.turn(days=9)
    assert sweep(world) == 0
    assert now(world, told)["status"] == "pending"


def test_a_revision_after_the_end_of_a_chain_that_holds_is_taken(world: World) -> None:
    world.change(patient)
    told = post(world)
    world.turn(hours=5)
    changed = revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("50.00")))
    assert (changed["status"], changed["held"], changed["revision"]) == ("pending", True, 2)
    assert cast(world, "bo", changed)["status"] == "approved"
    history_holds(world)


def test_the_agents_own_limit_is_not_prolonged_by_a_question(world: World) -> None:
    told = post(world, decide_within=600)
    question(world, told)
    world.turn(seconds=601)
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)
    assert now(world, told)["status"] == "expired"


def test_nobody_is_asked_anew_after_the_deadline(world: World) -> None:
    told = post(world)
    world.turn(hours=5)
    with pytest.raises(AlreadyClosed):
        reassign.reassign(world.org, key_of(told), actor=world.as_person("bo"), to=world.email("cy"))


def test_an_action_that_cannot_be_run_stands_in_nobodys_way(world: World) -> None:
    broken, sound = post(world), post(world)
    spoil(world.org, broken, {"chain": "gone"})
    world.turn(hours=5)
    assert sweep(world) == 1
    assert now(world, sound)["status"] == "expired"
    spoil(world.org, broken, {})
    assert now(world, broken)["status"] == "pending"


@tx.use_case
def spoil(org: int, told: Document, plan: Document) -> None:
    """Write another plan than the action began with."""
    Action.objects.filter(pk=key_of(told)).update(plan=plan)


def test_for_one_organization_nobody_elses_due_actions_count(world: World) -> None:
    post(make_world())
    told = [post(world), post(world)]
    world.turn(hours=5)
    assert [lapse.sweep(1, at=clock.now(), org=world.org) for _ in range(3)] == [1, 1, 0]
    assert {now(world, one)["status"] for one in told} == {"expired"}


def test_organizations_come_by_turns(world: World) -> None:
    for _ in range(6):
        post(world)
    world.turn(seconds=1)
    last = post(make_world())
    with connection.cursor() as cursor:
        cursor.execute("select org_id, action_id from due_actions(%s, 100000)", [clock.now() + timedelta(hours=5)])
        due = cursor.fetchall()
    place = [action for _, action in due].index(key_of(last))
    assert place < len({org for org, _ in due}), "it comes in the first turn"
