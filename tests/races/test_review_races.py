"""Stopping, limits and changes at the same instant."""

from __future__ import annotations

from functools import partial

from approvals.flow import pause, resume, revise, start
from approvals.flow.refusals import AlreadyClosed, Paused, Stale
from approvals.models import Action
from core import tx
from tests.play import at_once, cast, history_holds, key_of, now, post, refund, revised
from tests.world import Document, World


def test_nothing_starts_after_the_agent_was_stopped(world: World) -> None:
    agent, ana = world.as_agent(), world.as_person("ana")
    for _ in range(8):
        told = cast(world, "bo", post(world))
        begun, stopped = at_once(
            partial(start.start, world.org, key_of(told), actor=agent, digest=told["digest"]),
            partial(pause.pause, world.org, actor=ana, agent="refunds", reason="stop"),
        )
        assert isinstance(stopped, dict)
        if isinstance(begun, dict):
            with tx.reading(world.org):
                row = Action.objects.get(pk=key_of(told))
            stopped_at = world.agent().paused_at
            assert row.execution_at is not None
            assert stopped_at is not None
            assert row.execution_at <= stopped_at, "it started before, not after"
        else:
            assert isinstance(begun, Paused)
        resume.resume(world.org, actor=ana, agent="refunds", reason="")
    history_holds(world)


def test_changes_at_the_same_instant_cannot_slip_past_the_limit_of_a_day(world: World) -> None:
    def limited(document: Document) -> None:
        document["agents"][0]["actions"][0]["limits"] = {"amount_per_day": "1000 EUR"}

    world.change(limited)
    agent = world.as_agent()
    posted = [post(world, refund("1.00")) for _ in range(6)]
    at_once(
        *(
            partial(revise.revise, world.org, key_of(told), actor=agent, revised=revised(refund("400.00")))
            for told in posted[:3]
        ),
        *(partial(cast, world, "bo", told, arguments=refund("400.00")) for told in posted[3:]),
    )
    sums = [
        float(told["amount"]["value"])
        for told in (now(world, one) for one in posted)
        if told["status"] in ("pending", "approved")
    ]
    assert sum(sums) <= 1000
    history_holds(world)


def test_an_edit_a_revision_and_a_vote_at_the_same_instant(world: World) -> None:
    for _ in range(6):
        told = post(world)
        results = at_once(
            partial(cast, world, "bo", told, arguments=refund("40.00")),
            partial(revise.revise, world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("70.00"))),
            partial(cast, world, "cy", told),
        )
        assert all(isinstance(one, dict | AlreadyClosed | Stale) for one in results), results
        ended = now(world, told)
        if ended["status"] == "approved":
            assert ended["arguments"]["amount"] in ("40.00", "100.00"), "nobody saw 70"
    history_holds(world)


def test_stopping_an_agent_while_a_document_that_changes_it_is_applied(world: World) -> None:
    def rename(document: Document) -> None:
        document["agents"][0]["name"] += " again"

    ana = world.as_person("ana")
    for _ in range(6):
        results = at_once(
            partial(world.change, rename),
            partial(pause.pause, world.org, actor=ana, agent="refunds", reason="stop"),
        )
        assert not [one for one in results if isinstance(one, Exception)]
        assert world.agent().paused_at is not None
        resume.resume(world.org, actor=ana, agent="refunds", reason="")
    history_holds(world)
