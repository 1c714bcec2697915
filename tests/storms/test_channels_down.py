"""Slack down, SMTP refusing, one callback endpoint hanging, all at once: none delays the others nor the escalation."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from approvals.models import Asked
from core import clock, tx
from delivery import failures, worker
from delivery.models import Note, Parcel
from delivery.send import Sender
from delivery.slack import desk, keeper
from tests.chains import with_chain
from tests.delivery.conftest import allow, mail
from tests.delivery.test_worker import working
from tests.fakes.agent import FakeAgent
from tests.fakes.mail import FakeMail
from tests.play import cast, post, sweep
from tests.slack import Desk
from tests.world import Document, World

__all__ = ["mail"]

SECONDS, TICK = 4.0, 0.7
CATCHING_UP = 60.0  # seconds at most; it is over when nobody is behind
LATE = 20.0  # seconds that a busy machine may take; what an outage holds up comes a minute late
STEP = timedelta(seconds=2)
PEOPLE = ("bo", "cy", "dee", "mia")
Figures = dict[str, list[float]]


@pytest.fixture
def hanging() -> Iterator[FakeAgent]:
    with FakeAgent() as fake:
        yield fake


@pytest.fixture
def sound() -> Iterator[FakeAgent]:
    with FakeAgent() as fake:
        yield fake


@pytest.fixture
def _alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker see to this organization alone: what tests before this one left behind takes real seconds."""
    monkeypatch.setattr(worker, "Sender", partial(Sender, org=world.org))
    monkeypatch.setattr(keeper, "keep", partial(keeper.keep, org=world.org))
    monkeypatch.setattr(desk, "file", partial(desk.file, org=world.org))
    monkeypatch.setattr(failures, "hear", partial(failures.hear, org=world.org))


@pytest.mark.usefixtures("_alone")
def test_three_outages_at_once_delay_nothing_else(
    world: World, slack: Desk, mail: FakeMail, sound: FakeAgent, hanging: FakeAgent, settings: Any
) -> None:
    for fake in (sound, hanging):
        allow(settings, fake.port)
    world.change(lambda document: _prepare(world, document, sound.url(), hanging.url("/hang")))
    bounds = [clock.now()]
    with working(), _engine(world):
        _live(world)
        bounds.append(clock.now())
        slack.workspace.misbehave("chat.postMessage", "500", times=100_000)
        slack.workspace.misbehave("chat.update", "500", times=100_000)
        mail.refuse |= {world.email(name): "451 4.3.0 try later" for name in PEOPLE}
        _live(world, with_hanging=True)
        bounds.append(clock.now())
        slack.workspace._faults.clear()
        mail.refuse.clear()
        _live(world)
        bounds.append(clock.now())
        time.sleep(STEP.total_seconds() + 1.5)  # what began last is over before the clock is turned
        until = clock.monotonic() + CATCHING_UP
        while (_behind(world) or _unsent(world, bounds[1])) and clock.monotonic() < until:
            world.turn(seconds=60)  # what failed is tried again; Slack's own limits are of real seconds
            time.sleep(2)
    found = [_figures(world, began, ended) for began, ended in pairwise(bounds)]
    for name, phase in zip(("before", "during", "after"), found, strict=True):
        print(name, {what: _said(figures) for what, figures in phase.items()})
    before, during, after = found
    for phase in found:
        assert phase["callback"]
        assert max(phase["callback"]) < LATE
        assert phase["escalation"]
        assert max(phase["escalation"]) < LATE
    for phase in (before, after):
        assert phase["mail"]
        assert median(phase["mail"]) < LATE  # what began last before the outage may be held up by it
    assert before["slack"]
    assert _behind(world) == [], "Slack never caught up"
    assert _unsent(world, bounds[1]) == [], "mail never caught up"
    assert during["hanging"] == []


def _behind(world: World) -> list[tuple[Any, ...]]:
    """Return the messages in Slack that do not show the newest state."""
    with tx.reading(world.org):
        rows = Note.objects.filter(org_id=world.org, digest=None).exclude(shown=F("wanted"), ts__gt="")
        return list(rows.values_list("kind", "wanted", "shown", "status", "attempts", "last_error"))


def _unsent(world: World, since: datetime) -> list[tuple[Any, ...]]:
    """Return the mails that were promised since then and that neither went out nor were taken back."""
    with tx.reading(world.org):
        rows = Parcel.objects.filter(org_id=world.org, channel="email", created_at__gte=since)
        rows = rows.exclude(status__in=["sent", "superseded"])
        return list(rows.values_list("kind", "status", "attempts", "last_error"))


def _prepare(world: World, document: Document, sound: str, hanging: str) -> None:
    with_chain({"at": "2s", "do": "add", "to": {"person": world.email("mia")}})(document)
    document["agents"][0]["callback_url"], document["agents"][1]["callback_url"] = sound, hanging
    for one in document["people"]:
        one["notify"] = {"low": ["slack", "email", "inapp"]}


def _live(world: World, *, with_hanging: bool = False) -> None:
    """Post and decide for some seconds: each tick one action that is decided, one that waits and is escalated."""
    until = clock.monotonic() + SECONDS
    while clock.monotonic() < until:
        began = clock.monotonic()
        post(world)
        cast(world, "bo", post(world))
        if with_hanging:
            told = post(world, {"to": "x@y.test"}, agent="outreach", action="email.send")
            cast(world, "cy", told)
        time.sleep(max(0.0, TICK - (clock.monotonic() - began)))


@contextmanager
def _engine(world: World) -> Iterator[None]:
    """Let the engine come by, as its process does."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(0.25):
            sweep(world)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


def _figures(world: World, began: datetime, ended: datetime) -> Figures:
    """Return how many seconds each thing took, or was late, that began in a phase and came to pass."""
    with tx.reading(world.org):
        mine = Parcel.objects.filter(org_id=world.org, created_at__gte=began, created_at__lt=ended, status="sent")
        refunds, outreach = world.agent().pk, world.agent("outreach").pk
        asked = Asked.objects.filter(action__created_at__gte=began, action__created_at__lt=ended, step__gt="")
        notes = Note.objects.filter(org_id=world.org, created_at__gte=began, created_at__lt=ended, digest=None)
        return {
            "callback": [_late(one) for one in mine.filter(channel="callback", agent=refunds)],
            "hanging": [_late(one) for one in mine.filter(channel="callback", agent=outreach)],
            "mail": [_late(one) for one in mine.filter(channel="email", kind="action.asked")],
            "slack": [(one.posted_at - one.created_at).total_seconds() for one in notes if one.posted_at],
            "escalation": [
                (one.since - one.action.created_at - STEP).total_seconds() for one in asked.select_related("action")
            ],
        }


def _said(figures: list[float]) -> str:
    if not figures:
        return "none"
    return f"{len(figures)}: median {median(figures):.2f} s, longest {max(figures):.2f} s"


def _late(parcel: Parcel) -> float:
    assert parcel.settled_at is not None
    return (parcel.settled_at - parcel.created_at).total_seconds()
