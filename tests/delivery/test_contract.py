"""One contract for every way out: what a transport may never do, whatever it is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import signing
from core import clock, ids
from delivery import registry
from delivery.cards import Card
from delivery.transports.base import Abilities, Letter, Result, Transport
from delivery.transports.callback import Callback
from delivery.transports.email import Email
from delivery.transports.inapp import InApp
from delivery.transports.memory import Memory
from tests.delivery.conftest import House
from tests.delivery.test_email import card
from tests.fakes.agent import FakeAgent
from tests.fakes.mail import FakeMail


@dataclass
class Case:
    """One transport, a letter it can send, and what arrived under which id."""

    transport: Transport
    letter: Letter
    arrived: Any
    unreachable: str | None


@pytest.fixture(params=["callback", "email", "outbox", "inapp", "memory"])
def case(request: pytest.FixtureRequest, house: House, settings: Any) -> Iterator[Case]:
    """Return each transport in turn, with the real thing on the other side."""
    agent: FakeAgent = request.getfixturevalue("agent")
    letter = Letter(
        org=house.org,
        id=ids.new(),
        channel=request.param,
        kind="ask",
        action=uuid.uuid4(),
        agent=house.agent,
        person=ids.new(),
        address=agent.url(),
        endpoint="",
        payload=json.dumps({"type": "action", "id": "act_x", "version": 1}),
        attempts=1,
        give_up_at=None,
        taken=clock.monotonic(),
        secrets=(signing.seal(house.secret, holder=house.agent),),
    )
    if request.param == "callback":
        yield Case(Callback(total_timeout=1.0), letter, lambda: [one.id for one in agent.received], agent.url("/hang"))
    elif request.param == "inapp":
        yield Case(InApp(), letter, None, None)
    elif request.param == "memory":
        memory = Memory()
        yield Case(memory, letter, lambda: [str(one.id) for one in memory.sent], None)
    else:
        letter = replace(letter, address="dana@halden.example", payload=json.dumps(card().as_json()))
        mail: FakeMail | None = request.getfixturevalue("mail") if request.param == "email" else None
        arrived = (lambda: [one.message["message-id"] for one in mail.messages]) if mail else None
        yield Case(Email(), letter, arrived, None)


def test_it_says_what_it_is_able_to(case: Case) -> None:
    able = case.transport.abilities
    assert case.transport.channel
    assert 1 <= able.abreast <= able.threads <= 32
    assert able.lasts.total_seconds() > 0


def test_what_arrives_is_a_success(case: Case) -> None:
    result = case.transport.send(case.letter, at=clock.now())
    assert result.is_ok, result.error
    assert not result.is_final
    assert not result.timed_out


def test_a_second_try_carries_the_same_id(case: Case) -> None:
    for attempt in (1, 2):
        assert case.transport.send(replace(case.letter, attempts=attempt), at=clock.now()).is_ok
    if case.arrived is not None:
        first, second = case.arrived()
        assert first == second


def test_its_endpoint_is_short_and_the_same_for_the_same_address(case: Case) -> None:
    for address in (case.letter.address, "", "\x00", "http://[", "x" * 5000, "http://acme.test:99999/"):
        endpoint = case.transport.endpoint(address)
        assert endpoint == case.transport.endpoint(address)
        assert len(endpoint) <= 300 or address.startswith("x")


def test_nobody_answering_is_a_result_within_its_time(case: Case) -> None:
    if case.unreachable is None:
        pytest.skip("has nobody who could be silent")
    started = clock.monotonic()
    result = case.transport.send(replace(case.letter, address=case.unreachable), at=clock.now())
    assert not result.is_ok
    assert result.timed_out
    assert clock.monotonic() - started < 3


@pytest.mark.parametrize(
    "hostile", ["Zoë 漢字 😀", "\u2028\u202e", "</script><script>alert(1)</script>", "x" * 100_000]
)
def test_hostile_text_is_carried_and_breaks_nothing(case: Case, hostile: str) -> None:
    said = json.loads(case.letter.payload) | (
        {"title": hostile, "reason": hostile} if "title" in case.letter.payload else {}
    )
    assert case.transport.send(replace(case.letter, payload=json.dumps(said)), at=clock.now()).is_ok


def test_every_channel_of_the_registry_is_in_this_contract() -> None:
    sending = {name for name in registry.channels() if not name.startswith("mem-")}
    keeping = {name for name in sending if registry.transport(name).abilities.keeps}
    assert sending - keeping == {"callback", "email", "inapp"}
    assert keeping == {"slack"}, "a message that is kept up to date has its contract in test_slack_notes"


@pytest.mark.parametrize("channel", registry.channels())
def test_each_channel_declares_what_the_worker_needs_to_know(channel: str) -> None:
    one = registry.transport(channel)
    assert one.channel == channel
    assert isinstance(one.abilities, Abilities)
    assert 1 <= one.abilities.abreast <= one.abilities.threads <= 32
    assert one.abilities.lasts.total_seconds() > 0
    assert one.endpoint("x" * 5000) == one.endpoint("x" * 5000)
    assert not (one.abilities.keeps and one.abilities.signs), "what is kept is drawn anew, so nothing of it is signed"


def test_what_keeps_its_messages_is_never_sent_as_a_letter(house: House) -> None:
    slack = registry.transport("slack")
    letter = Letter(
        org=house.org, id=ids.new(), channel="slack", kind="ask", action=None, agent=None, person=None, address="U0",
        endpoint="", payload="{}", attempts=1, give_up_at=None, taken=clock.monotonic(),
    )  # fmt: skip
    with pytest.raises(NotImplementedError):
        slack.send(letter, at=clock.now())


class Teams:
    """A fourth channel, whole: what docs/how-to/add-a-channel.md promises is enough."""

    channel = "mem-teams"
    abilities = Abilities(threads=2, abreast=1, lasts=timedelta(hours=1))

    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []

    def endpoint(self, address: str) -> str:
        return "teams"

    def send(self, letter: Letter, *, at: datetime) -> Result:
        self.posted.append((letter.address, Card.from_json(json.loads(letter.payload)).title))
        return Result(is_ok=True)


def test_a_fourth_channel_is_one_class_and_its_registration(house: House) -> None:
    teams = Teams()
    registry.register(teams)
    try:
        parcel = house.promise(
            channel=teams.channel, kind="ask", agent=None, address="19:finance", payload=card().as_json()
        )
        house.drain(teams.channel)
        assert teams.posted == [("19:finance", card().title)]
        assert house.parcel(parcel).status == "sent"
    finally:
        registry.forget(teams.channel)


def test_a_channel_that_is_none_is_an_error() -> None:
    with pytest.raises(registry.UnknownChannel):
        registry.transport("pigeon")
