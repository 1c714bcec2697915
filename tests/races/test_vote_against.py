"""A vote at the same instant as something that moves the action: either order is fine, both at once is not."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

from django.db import connection

from approvals.configuration.export import as_json
from approvals.flow import apply as applying
from approvals.flow import escalate, reassign, submit, vote
from approvals.flow.refusals import AlreadyClosed, NotAsked, Stale
from approvals.models import Vote
from approvals.posted import CastVote, PostedAction
from core import tx
from tests.play import Told, at_once, history_holds, key_of, kinds, now, post, refund
from tests.world import Document, World

ROUNDS = 20


def ballot(world: World, name: str, told: Told, how: str = "approve") -> Any:
    cast = CastVote(how, told["digest"], comment="" if how == "approve" else "No.")
    return partial(vote.vote, world.org, key_of(told), actor=world.as_person(name), cast=cast)


def still_to_be_sent(world: World, told: Told) -> list[str]:
    """Return the kinds of what would still be mailed about an action."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute(
            "select kind from delivery_parcel where action = %s and channel = 'email' and status = 'waiting'",
            [key_of(told)],
        )
        return sorted(row[0] for row in cursor.fetchall())


def lending_ana(document: Document) -> None:
    """Let Ana, whom the fallback names, decide what her own agent posts."""
    document["organization"]["owner_may_decide"] = True


def test_a_vote_and_an_escalation(world: World) -> None:
    world.change(lending_ana)
    ana = world.as_person("ana")
    for _ in range(ROUNDS):
        told = post(world)
        go = partial(escalate.escalate, world.org, key_of(told), actor=ana, epoch=told["epoch"])
        voted, moved = at_once(ballot(world, "bo", told), go)
        assert isinstance(voted, dict), voted
        assert isinstance(moved, dict | AlreadyClosed | Stale), moved
        assert now(world, told)["status"] == "approved"
        assert kinds(world, told).count("action.decided") == 1
        assert kinds(world, told).count("action.escalated") == isinstance(moved, dict)
        assert still_to_be_sent(world, told) == [], "nobody is asked once it is decided"
    history_holds(world)


def test_two_who_escalate_move_it_on_once(world: World) -> None:
    world.change(lending_ana)
    ana, bo = world.as_person("ana"), world.as_person("bo")
    for _ in range(ROUNDS):
        told = post(world)
        calls = [
            partial(escalate.escalate, world.org, key_of(told), actor=actor, epoch=told["epoch"]) for actor in (ana, bo)
        ]
        results = at_once(*calls)
        assert sorted(type(one).__name__ for one in results) == ["Stale", "dict"], results
        assert kinds(world, told).count("action.escalated") == 1


def test_a_vote_and_handing_the_action_on(world: World) -> None:
    for _ in range(ROUNDS):
        told = post(world, refund("600.00"))
        bo = world.as_person("bo")
        hand = partial(reassign.reassign, world.org, key_of(told), actor=bo, to=world.email("cy"))
        voted, handed = at_once(ballot(world, "bo", told), hand)
        with tx.reading(world.org):
            counted = Vote.objects.filter(action_id=key_of(told), standing="counted").count()
        if isinstance(voted, dict):
            assert counted == 1
        else:
            assert isinstance(voted, NotAsked), voted
            assert isinstance(handed, dict), handed
            assert counted == 0
        assert now(world, told)["status"] == "pending"
    history_holds(world)


def test_a_post_and_a_new_configuration(world: World) -> None:
    """Each action stands on one version, whole: its route, its quorum and its number belong together."""
    agent = world.as_agent()
    posted = PostedAction(body=b"{}", action="refund.create", arguments=refund())
    before = 1

    def needing(document: Document, approvals: int) -> None:
        document["routes"][-1]["stages"][0][0]["approvals"] = approvals
        document["routes"][-1]["name"] = f"needs {approvals}"

    for number in range(ROUNDS // 2):
        approvals = 2 - number % 2
        draft = copy.deepcopy(world.document)
        needing(draft, approvals)
        change = partial(applying.apply, as_json(draft), author="operator", reason="a race")
        told = at_once(change, *[partial(submit.submit, agent, posted)] * 5)
        applied = told[0]
        assert isinstance(applied, applying.Applied), applied
        for one in told[1:]:
            assert isinstance(one, tuple), one
            verdict, needed = one[0]["verdict"], one[0]["votes"]["needed"]
            is_new = verdict["config_version"] == applied.version
            assert is_new or verdict["config_version"] == applied.version - 1
            assert needed == (approvals if is_new else before)
            assert verdict["route"] == f"needs {needed}" or number == 0
        before = approvals
    history_holds(world)
