"""What was taken back while it waited in a worker's hand does not leave."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime

import pytest

from core import clock, tx
from delivery import post, send
from delivery.send import Sender
from delivery.transports.base import Letter, Result
from delivery.transports.memory import Memory
from tests.delivery.conftest import House, house, memory

__all__ = ["house", "memory"]


@tx.use_case
def take_back(org: int, action: uuid.UUID) -> None:
    assert post.supersede(action, ["action.asked"]) == 2


def test_what_is_decided_meanwhile_does_not_leave(
    house: House, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter is under way and slow, two of the same action wait behind it, and one of another."""
    monkeypatch.setattr(send, "LOOK", 0.0)
    slow, began, swiftly = threading.Event(), threading.Event(), memory.send

    def slowly(letter: Letter, *, at: datetime) -> Result:
        began.set()
        assert slow.wait(20)
        return swiftly(letter, at=at)

    memory.send = slowly  # type: ignore[method-assign]
    memory.abilities = Memory(threads=1, abreast=1).abilities
    decided, other = uuid.uuid4(), uuid.uuid4()
    said = {"channel": memory.channel, "kind": "action.asked", "address": "mail/bo"}
    first = house.promise_all([said | {"action": uuid.uuid4()}])
    behind = house.promise_all([said | {"action": one} for one in (decided, decided, other)])
    sender = Sender(memory.channel, org=house.org)
    try:
        sender.work(clock.now())
        assert began.wait(20)
        assert sender.in_hand == 4
        take_back(house.org, decided)
        sender.work(clock.now())
        assert sender.in_hand == 2
        slow.set()
        until = clock.monotonic() + 20
        while sender.in_hand and clock.monotonic() < until:
            sender.bell.wait(0.1)
            sender.work(clock.now())
    finally:
        slow.set()
        sender.stop()
    assert [letter.id for letter in memory.sent] == [*first, behind[2]]
    assert [house.parcel(one).status for one in behind] == ["superseded", "superseded", "sent"]
