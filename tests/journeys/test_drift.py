"""A lane that behaves otherwise than before is held by itself, where its type says so; then its past begins anew."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from agents.drift import CONFIDENCE, FAILED, Figure
from agents.models import MoveRow
from approvals.flow.finish import finish
from approvals.flow.start import start
from approvals.models import Action, Beat
from approvals.ratchet import drifting
from core import ids, tx
from tests.chains import ADD_MANAGER, with_chain
from tests.lanes import NOTE, climbed, codes, label, lane, quickly, replays
from tests.play import Told, cast, history_holds, key_of, post, refund, sweep
from tests.world import Document, World


def plenty(document: Document) -> None:
    """Let notes run alone but for the fewest, and post as many as anybody likes."""
    quickly(document)
    note = next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)
    for terms in note["trust"]["levels"].values():
        terms |= {"sample": 0.01, "sample_flagged": 0.01}


@pytest.fixture
def acme(world: World) -> World:
    """Return a lane of notes that runs alone."""
    world.change(plenty)
    climbed(world, "autonomous")
    return world


def note(world: World, **more: Any) -> Told:
    return post(world, {"customer": "Mia"}, action=NOTE, **more)


def done(world: World, statuses: Sequence[str], *, confidence: float = 0.9) -> None:
    """Let a note be posted, run alone and be done or have failed; and as many more of its kind, written at once."""
    told = next(one for one in (note(world, confidence=confidence) for _ in range(40)) if one["status"] == "approved")
    start(world.org, key_of(told), actor=world.as_agent(), digest=told["digest"])
    finish(world.org, key_of(told), actor=world.as_agent(), status=statuses[0], detail="")
    _alike(world.org, key_of(told), statuses[1:])


@tx.use_case
def _alike(org: int, like: UUID, statuses: Sequence[str]) -> None:
    row = Action.objects.get(pk=like)
    copies = []
    for status in statuses:
        one = copy.copy(row)
        one.pk, one.execution = ids.new(), status
        copies.append(one)
    Action.objects.bulk_create(copies)


def looked_for(world: World) -> bool:
    """Let an hour pass and the engine look at this organization."""
    world.turn(hours=1)
    return any(drifting.look(world.org, lane) for lane in drifting._alone(world.org))


def figure(world: World, name: str) -> Figure:
    with tx.reading(world.org):
        found = drifting.figures(world.agent().pk, NOTE, "low")
    return next(one for one in found if one.signal == name)


def test_executions_that_begin_to_fail_hold_everything(acme: World) -> None:
    done(acme, ["succeeded"] * 115)
    assert not looked_for(acme)
    acme.turn(days=8)
    done(acme, ["failed", "failed", "failed", "succeeded"] * 10)
    assert not lane(acme).tightened  # type: ignore[union-attr]
    assert looked_for(acme)
    with tx.reading(acme.org):
        move = MoveRow.objects.filter(code="tighten").latest("at")
    assert move.sentence.startswith("Requests do not look like before (executions that failed: 7")
    assert move.by == "engine"
    assert lane(acme).level == 3, "a signal moves no level"  # type: ignore[union-attr]
    assert {note(acme)["status"] for _ in range(3)} == {"pending"}
    assert not looked_for(acme), "all is held already"
    for _ in range(20):
        label(acme, 10)
        if not lane(acme).tightened:  # type: ignore[union-attr]
            break
    assert codes(acme)[-1] == "eased"
    assert not looked_for(acme), "what it is since then is what it is"
    assert figure(acme, FAILED).past_of == 0
    assert replays(acme) == 1
    history_holds(acme)


def test_where_the_type_says_so_it_is_only_shown(acme: World) -> None:
    def calmly(document: Document) -> None:
        note = next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)
        note["trust"]["tighten_on_drift"] = False

    acme.change(calmly)
    done(acme, ["succeeded"] * 110)
    acme.turn(days=8)
    done(acme, ["succeeded"] * 35, confidence=0.4)
    assert not looked_for(acme)
    found = figure(acme, CONFIDENCE)
    assert found.is_alarming
    assert found.spoken == f"mean confidence: 40% of the last {found.recent_of}, 90% of the {found.past_of} before"
    assert not lane(acme).tightened  # type: ignore[union-attr]


def test_what_people_said_and_who_else_was_asked_is_seen(world: World) -> None:
    world.change(with_chain(ADD_MANAGER))
    late = post(world)
    world.turn(hours=2.1)
    sweep(world)
    at_once, edited, _waiting = post(world), post(world), post(world)
    cast(world, "bo", late, "reject")
    cast(world, "bo", at_once)
    cast(world, "bo", edited, arguments=refund("90.00"))
    with tx.reading(world.org):
        newest_first = drifting.seen_of(world.agent().pk, "refund.create", "medium", since=0)
    assert [one.escalated for one in newest_first] == [None, False, False, True]
    assert [one.overridden for one in newest_first] == [None, True, False, True]
    assert {one.failed for one in newest_first} == {None}


def test_the_engine_looks_once_an_hour(acme: World) -> None:
    Beat.objects.filter(name=drifting.NAME).delete()
    done(acme, ["succeeded"] * 110)
    acme.turn(days=8)
    done(acme, ["failed", "failed", "failed", "succeeded"] * 9)
    thread = drifting.start_if_due()
    assert thread is not None
    thread.join(timeout=60)
    assert lane(acme).tightened  # type: ignore[union-attr]
    assert Beat.objects.get(name=drifting.NAME).facts["tightened"] == 1
    assert not drifting.run_if_due(), "not twice in an hour"
