"""Short words for what a journey does: an agent posts, people vote, the clock turns, the engine sweeps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Key
from approvals.actors import AgentActor
from approvals.flow import lapse, submit, vote
from approvals.posted import CastVote, PostedAction, RevisedAction
from approvals.present import action_json
from approvals.replay import replay
from approvals.story import load
from audit.verify import verify
from core import clock, ids, tx
from tests.world import World

Told = dict[str, Any]


def refund(amount: str = "100.00", currency: str = "EUR", **more: Any) -> dict[str, Any]:
    """Return the arguments of a refund."""
    return {"amount": amount, "currency": currency, "customer": {"name": "Marta"}} | more


def post(world: World, arguments: dict[str, Any] | None = None, *, agent: str = "refunds", **more: Any) -> Told:
    """Let an agent post an action, a refund of 100 EUR unless said otherwise."""
    arguments = refund() if arguments is None else arguments
    more.setdefault("action", "refund.create")
    body = json.dumps({"arguments": arguments, **{k: repr(v) for k, v in more.items()}}).encode()
    told, _ = submit.submit(world.as_agent(agent), PostedAction(body=body, arguments=arguments, **more))
    return told


def by_key(world: World, agent: str = "refunds") -> AgentActor:
    """Return an agent with the key it really has, as the quick road wants it."""
    with tx.reading(world.org):
        key = Key.objects.get(kind="agent", holder=world.agent(agent).pk, revoked_at=None)
    return world.as_agent(agent, key_id=key.pk)


def key_of(told: Told) -> UUID:
    """Return the inside id of an action."""
    found = ids.parse("act", told["id"])
    assert found is not None
    return found


def cast(world: World, name: str, told: Told, how: str = "approve", **more: Any) -> Told:
    """Let somebody vote on what they see, after `review_seconds` if that is given; a rejection says why."""
    if more.get("review_seconds"):
        world.turn(seconds=more["review_seconds"])
    if how == "reject":
        more.setdefault("comment", "Not this one.")
    more.setdefault("digest", told["digest"])
    return vote.vote(world.org, key_of(told), actor=world.as_person(name), cast=CastVote(how, **more))


def now(world: World, told: Told) -> Told:
    """Return the action as it is now."""
    with tx.reading(world.org):
        return action_json(load(key_of(told)))


def sweep(world: World) -> int:
    """Let the engine come by."""
    return lapse.sweep(at=clock.now(), org=world.org)


def revised(arguments: dict[str, Any]) -> RevisedAction:
    """Return a revision with new arguments."""
    return RevisedAction(body=json.dumps(arguments).encode(), arguments=arguments)


def kinds(world: World, told: Told) -> list[str]:
    """Return what history says of an action, in order."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select kind from audit_entry where subject = %s order by seq", [told["id"]])
        return [row[0] for row in cursor.fetchall()]


def parcels(world: World, told: Told, channel: str = "callback") -> list[Told]:
    """Return what was promised about an action on one channel, in order."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute(
            "select kind, address, payload from delivery_parcel where action = %s and channel = %s order by number",
            [key_of(told), channel],
        )
        return [{"kind": kind, "address": to, "payload": json.loads(said)} for kind, to, said in cursor.fetchall()]


def history_holds(world: World) -> None:
    """Check the audit chain, and count every decision again."""
    report = verify(world.org, replay=replay)
    assert report.holds, report


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run calls at the same instant from threads of their own; return their results or exceptions, in order."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=30)
            results[place] = call()
        except Exception as raised:
            results[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
