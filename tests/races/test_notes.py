"""What ends at the same instant is told in the same messages: flows, the desk and the keeper lock them in one order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from accounts.models import Person
from approvals.flow import lapse, vote
from approvals.posted import CastVote
from audit.record import record
from core import clock, tx
from delivery.models import Note
from delivery.slack import desk, keeper
from dev.slack.server import Server
from tests.chains import with_chain
from tests.delivery.conftest import House, house
from tests.delivery.test_slack_notes import BO, CARD, notes, workspace
from tests.delivery.test_slack_notes import slack as of_a_house
from tests.play import at_once, history_holds, key_of, post, refund
from tests.slack import Desk, slack
from tests.world import World

__all__ = ["house", "of_a_house", "slack", "workspace"]

ROUNDS = 20
READERS = (BO, "C024BE7LA", "C024BE7LB")


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no flow be tried again: a deadlock shall be seen."""
    monkeypatch.setattr(tx, "TRIES", 1, raising=False)


@tx.use_case
def change(org: int, actions: Sequence[uuid.UUID], *, is_noted_first: bool) -> None:
    """Change actions in this order; history is written before or after."""
    if is_noted_first:
        _note(actions[0])
    for action in actions:
        desk.changed(action, is_over=True)
    if not is_noted_first:
        _note(actions[0])


def _note(action: uuid.UUID) -> None:
    facts = {"address": "C0", "error": "none"}
    record("slack.failed", actor="worker", subject=f"act_{action.hex}", facts=facts, at=tx.now())


def test_actions_that_share_digests_change_in_any_order(house: House, of_a_house: Server) -> None:
    actions = [_ask(house) for _ in range(12)]
    while desk.file(clock.now(), org=house.org) + keeper.keep(clock.now(), org=house.org):
        pass
    assert len(notes(house, kind="digest")) == len(READERS)
    alone = [note.action for note in notes(house, kind="action", digest=None) if note.action]
    assert alone, "some stand by themselves"
    for number in range(ROUNDS):
        _ask(house)
        turned = [*actions[number % 12 :], *actions[: number % 12]]
        results = at_once(
            partial(change, house.org, actions, is_noted_first=True),
            partial(change, house.org, actions[::-1], is_noted_first=False),
            partial(change, house.org, turned, is_noted_first=False),
            partial(desk.file, clock.now(), org=house.org),
            partial(keeper.keep, clock.now(), org=house.org),
        )
        assert not [one for one in results if isinstance(one, Exception)], results


def _ask(house: House) -> uuid.UUID:
    """Ask all readers about a new action."""
    action = uuid.uuid4()
    with tx.reading(house.org):
        bo = Person.objects.get(org_id=house.org)
    said: dict[str, Any] = {"channel": "slack", "kind": "action.asked", "agent": None, "payload": CARD}
    house.promise_all([
        said | {"action": action, "address": reader, "person": bo.pk if reader == BO else None} for reader in READERS
    ])  # fmt: skip
    return action


def test_votes_steps_of_a_chain_and_the_worker(world: World, slack: Desk) -> None:
    """Three are decided by votes while the chains of three more go on in one transaction, and the worker is at it."""
    world.change(with_chain({"at": "2s", "do": "add", "to": {"person": world.email("dee")}}))
    for round_ in range(ROUNDS // 2):
        late = [key_of(post(world, refund(f"{round_ + 1}.1{number}"))) for number in range(3)]
        world.turn(seconds=3)
        votes = [
            partial(vote.vote, world.org, key_of(one), actor=world.as_person(name), cast=CastVote("approve", digest))
            for name in ("bo", "cy", "bo")
            for one in [post(world, refund(f"{round_ + 1}.05"))]
            for digest in [one["digest"]]
        ]
        slack.work(2)
        results = at_once(
            *votes,
            partial(lapse.lapse_together, world.org, late),
            partial(desk.file, clock.now(), org=world.org),
            partial(keeper.keep, clock.now(), org=world.org),
        )
        assert not [one for one in results if isinstance(one, Exception)], results
        assert results[3] == 3
    with tx.reading(world.org):
        assert Note.objects.filter(org_id=world.org, kind="digest").exists()
    history_holds(world)
