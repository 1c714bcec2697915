"""Two workers on one message: one writes at a time, and what stands there in the end is the newest."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from typing import Any
from unittest.mock import patch

from django.db import connection

from core import clock
from delivery.slack import desk, keeper
from delivery.slack.client import Answer
from dev.slack.server import Server
from dev.slack.workspace import Workspace
from tests.delivery.conftest import House
from tests.delivery.test_slack_notes import ask, change, notes, slack, work, workspace

__all__ = ["slack", "workspace"]

ROUNDS = 20


def test_two_workers_write_one_message_one_at_a_time_and_the_newest_state_wins(
    house: House, slack: Server, workspace: Workspace
) -> None:
    action = ask(house)
    work(house)
    lock, inside, most = threading.Lock(), Counter[str](), Counter[str]()
    written: list[str] = []

    def slowly(_token: str, method: str, arguments: dict[str, Any]) -> Answer:
        """Take a while, as Slack does, and notice who else is at it."""
        with lock:
            inside[arguments["ts"]] += 1
            most[arguments["ts"]] = max(most[arguments["ts"]], inside[arguments["ts"]])
        time.sleep(0.02)
        with lock:
            inside[arguments["ts"]] -= 1
            written.append(arguments["text"])
        return Answer(is_ok=True, data={"channel": arguments["channel"], "ts": arguments["ts"]})

    with patch.object(keeper, "call", slowly):
        for _ in range(ROUNDS):
            _together(
                lambda: change(house.org, action),
                lambda: keeper.keep(clock.now(), org=house.org),
                lambda: change(house.org, action),
                lambda: keeper.keep(clock.now(), org=house.org),
            )
        for _ in range(3):
            keeper.keep(clock.now(), org=house.org)
    (note,) = notes(house)
    assert max(most.values()) == 1
    assert note.wanted == note.shown == 1 + 2 * ROUNDS
    assert written[-1] == f"action {action} {note.wanted}"
    told = [int(text.split()[-1]) for text in written]
    assert told == sorted(told), "an older state was written over a newer one"
    assert len(written) <= 2 * ROUNDS + 3


def test_two_workers_file_a_promise_once(house: House, slack: Server, workspace: Workspace) -> None:
    actions: list[uuid.UUID] = [ask(house) for _ in range(ROUNDS)]
    _together(*(lambda: desk.file(clock.now(), org=house.org) for _ in range(4)))
    assert len(notes(house, kind="action")) == len(actions)
    assert len(notes(house, kind="digest")) == 1


def _together(*jobs: Any) -> None:
    """Run jobs at the same instant, each with a connection of its own."""
    barrier = threading.Barrier(len(jobs))
    failed: list[BaseException] = []

    def run(job: Any) -> None:
        try:
            barrier.wait(10)
            job()
        except Exception as wrong:
            failed.append(wrong)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
