"""A lane at the same instant: stopping wins against posts, starts and promotions, and nothing that is said is lost.

History is written in the order of commits, so its numbers tell which of two came first.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection

from agents.models import LabelRow
from agents.terms import Risk
from approvals import quick
from approvals.flow import freeze, pause, pause_all, resume, set_level, start, submit, vote
from approvals.flow.refusals import Paused
from approvals.posted import CastVote, PostedAction
from approvals.ratchet.levels import LaneFrozen
from core import tx
from tests.lanes import NOTE, climbed, codes, known, label, lane, quickly, replays
from tests.play import at_once, by_key, history_holds, key_of, now, post
from tests.world import World

ROUNDS = 20
LOW: Risk = "low"


@pytest.fixture
def world(world: World) -> World:
    world.change(quickly)
    return world


def note(world: World, number: int = 0) -> PostedAction:
    return PostedAction(body=b"{}" + b" " * number, action=NOTE, arguments={"customer": "Mia"})


def posted(world: World) -> dict[str, Any]:
    """Post by the quick road, or by the plain one where that gives way."""
    agent = by_key(world)
    told = quick.submit(agent, note(world))
    return told if told is not None else submit.submit(agent, note(world))[0]


def place(world: World, kind: str, subject: str) -> int:
    """Return where the last entry of a kind about something stands in history."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select max(seq) from audit_entry where kind = %s and subject = %s", [kind, subject])
        return int(cursor.fetchone()[0])


def came_before(world: World, told: Any, kind: str, subject: str) -> None:
    """Check that what trust approved was committed before the stop."""
    assert isinstance(told, dict), told
    if told["status"] == "approved":
        assert place(world, "action.posted", told["id"]) < place(world, kind, subject)


def test_nothing_is_approved_by_itself_after_a_stop(world: World) -> None:
    climbed(world, "autonomous")
    ana, one, all_of_it = world.as_person("ana"), "agent:refunds", f"organization:{world.slug}"
    for number in range(ROUNDS):
        if number % 2:
            stop = partial(pause_all.pause_all, world.org, actor=ana, reason="stop")
        else:
            stop = partial(pause.pause, world.org, actor=ana, agent="refunds", reason="stop")
        first, stopped, second = at_once(partial(posted, world), stop, partial(posted, world))
        assert isinstance(stopped, dict), stopped
        kind, subject = ("organization.paused", all_of_it) if number % 2 else ("agent.paused", one)
        for told in (first, second):
            came_before(world, told, kind, subject)
        assert posted(world)["verdict"]["by"] == "paused"
        unused = {told["id"] for told in (first, second) if isinstance(told, dict) and told["status"] == "approved"}
        assert unused <= set(stopped["unused"]["actions"]) | set(_named(world))
        resume.resume(world.org, actor=ana, agent="refunds", reason="")
        pause_all.resume_all(world.org, actor=ana, reason="")
    history_holds(world)


def _named(world: World) -> list[str]:
    again = pause.pause(world.org, actor=world.as_person("ana"), agent="refunds", reason="")
    return list(again["unused"]["actions"])


def test_nothing_is_approved_by_itself_after_a_freeze_and_nothing_of_it_starts(world: World) -> None:
    climbed(world, "autonomous")
    bo, cy, agent = world.as_person("bo"), world.as_person("cy"), world.as_agent()
    for _ in range(ROUNDS):
        earlier = next(told for told in (posted(world) for _ in range(60)) if told["status"] == "approved")
        told, frozen, begun = at_once(
            partial(posted, world),
            partial(freeze.freeze, world.org, actor=bo, agent="refunds", reason="stop", action=NOTE, risk=LOW),
            partial(start.start, world.org, key_of(earlier), actor=agent, digest=earlier["digest"]),
        )
        assert isinstance(frozen, dict), frozen
        came_before(world, told, "agent.lanes_frozen", "agent:refunds")
        if isinstance(begun, dict):
            order = place(world, "action.started", earlier["id"]), place(world, "agent.lanes_frozen", "agent:refunds")
            assert order[0] < order[1]
        else:
            assert isinstance(begun, Paused), begun
            assert earlier["id"] in frozen["unused"]["actions"]
        assert posted(world)["status"] == "pending"
        freeze.unfreeze(world.org, actor=cy, agent="refunds", reason="", action=NOTE, risk=LOW)
    history_holds(world)
    assert replays(world)


def test_a_freeze_wins_against_a_promotion(world: World) -> None:
    bo, cy = world.as_person("bo"), world.as_person("cy")
    for _ in range(ROUNDS):
        label(world, 200)
        assert known(world).proposed
        agreed, frozen, _ = at_once(
            partial(
                set_level.set_level,
                world.org,
                actor=cy,
                agent="refunds",
                level="assisted",
                reason="",
                action=NOTE,
                risk=LOW,
            ),
            partial(freeze.freeze, world.org, actor=bo, agent="refunds", reason="stop", action=NOTE, risk=LOW),
            partial(label, world, 1),
        )
        assert isinstance(frozen, dict), frozen
        assert isinstance(agreed, dict | LaneFrozen), agreed
        row = lane(world)
        assert row is not None
        assert (row.frozen, row.level, row.proposed) == (True, 0, False)
        assert codes(world)[-1] == "freeze", "nothing moves once it is frozen"
        assert row.earned == isinstance(agreed, dict)
        freeze.unfreeze(world.org, actor=cy, agent="refunds", reason="", action=NOTE, risk=LOW)
        set_level.set_level(
            world.org, actor=cy, agent="refunds", level="supervised", reason="again", action=NOTE, risk=LOW
        )
    assert replays(world)
    history_holds(world)


def test_two_labels_and_a_pause_on_one_lane(world: World) -> None:
    ana = world.as_person("ana")
    for number in range(ROUNDS):
        one, other = post(world, {"customer": "Mia"}, action=NOTE), post(world, {"customer": "Leo"}, action=NOTE)
        world.turn(seconds=30)
        how = "reject" if number % 5 == 4 else "approve"
        results = at_once(
            partial(_vote, world, "bo", one, how),
            partial(_vote, world, "cy", other, "approve"),
            partial(pause.pause, world.org, actor=ana, agent="refunds", reason="stop"),
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        assert {now(world, one)["status"], now(world, other)["status"]} <= {"approved", "rejected"}
        resume.resume(world.org, actor=ana, agent="refunds", reason="")
    with tx.reading(world.org):
        labels = list(LabelRow.objects.filter(source="decision").values_list("entry", "loss"))
    assert len(labels) == 2 * ROUNDS
    assert len({entry for entry, _ in labels} - {None}) == 2 * ROUNDS, "each counts once"
    assert sum(loss for _, loss in labels) == ROUNDS // 5
    row = lane(world)
    assert row is not None
    assert sum(known(world).attempts[2].cells.values()) <= 2 * ROUNDS
    assert replays(world)
    history_holds(world)


def _vote(world: World, name: str, told: dict[str, Any], how: str) -> Any:
    cast = CastVote(how, digest=told["digest"], comment="" if how == "approve" else "Not this one.")
    return vote.vote(world.org, key_of(told), actor=world.as_person(name), cast=cast)
