"""The developer's clock: the engine and the worker follow the file that the corner writes, each in its own process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from approvals.flow import lapse
from core import clock
from delivery import send
from dev import turning
from tests.chains import with_chain
from tests.journeys.test_preferences import sent
from tests.play import now, post
from tests.world import World


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the file that another process writes; nothing watches it behind the test's back."""
    settings.DEBUG, settings.DATA_DIR = True, tmp_path
    monkeypatch.setattr(turning, "_watch", lambda: None)
    before = clock.shift()
    yield tmp_path / "dev-clock"
    clock.turn(before - clock.shift())


@pytest.mark.parametrize("role", turning.ROLES)
def test_every_process_of_the_installation_adopts_it_when_it_starts(elsewhere: Path, settings: Any, role: str) -> None:
    elsewhere.write_text("7200", "ascii")
    settings.ROLE = role
    turning.follow()
    assert clock.shift() == timedelta(hours=2)


@pytest.mark.parametrize("more", [{"DEBUG": False, "ROLE": "engine"}, {"DEBUG": True, "ROLE": "admin"}])
def test_nobody_else_does(elsewhere: Path, settings: Any, more: dict[str, Any]) -> None:
    before = clock.shift()
    elsewhere.write_text("7200", "ascii")
    settings.DEBUG, settings.ROLE = more["DEBUG"], more["ROLE"]
    turning.follow()
    assert clock.shift() == before


def test_the_engine_then_runs_what_is_due_and_the_worker_sends_it(world: World, elsewhere: Path) -> None:
    world.change(with_chain({"at": "1h", "do": "remind"}))
    told = post(world)
    send.drain("email", now=clock.now(), org=world.org)
    assert lapse.sweep(org=world.org) == 0
    turned = (clock.shift() + timedelta(hours=1, minutes=1)).total_seconds()
    elsewhere.write_text(str(int(turned)), "ascii")  # by the web process
    turning.adopt()  # as every process does, twice a second
    assert lapse.sweep(org=world.org) == 1, "by the database's clock, as the engine asks"
    reminders = [one for one in sent(world, told, kind="action.reminded") if one.channel == "email"]
    assert len(reminders) == 3
    assert send.drain("email", now=clock.now(), org=world.org) >= 3
    elsewhere.write_text(str(int(turned) + 4 * 3600), "ascii")
    turning.adopt()
    lapse.sweep(org=world.org)
    assert now(world, told)["status"] == "expired"
