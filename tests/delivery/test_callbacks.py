"""Callbacks over real HTTP, from the promise in a transaction to what the agent received."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from core import clock, ids, tx
from delivery import post
from delivery.models import Parcel
from tests.delivery.conftest import House, allow, body, give_key
from tests.fakes.agent import FakeAgent

DECIDED = {"type": "action.decided", "timestamp": "2026-11-21T10:00:00.000Z", "data": {"id": "act_x", "title": "Zoë"}}


def test_a_callback_arrives_signed_with_the_payload_as_promised(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url(), payload=DECIDED)
    assert house.drain() >= 1
    (received,) = agent.received
    assert body(received) == DECIDED
    assert received.id == ids.public("dlv", parcel)
    assert received.headers["content-type"] == "application/json"
    Webhook(house.secret).verify(received.body, received.headers)
    kept = house.parcel(parcel)
    assert (kept.status, kept.answer_status, kept.attempts) == ("sent", 200, 1)
    assert kept.settled_at is not None


def test_while_an_agent_has_two_keys_both_secrets_sign(house: House, agent: FakeAgent) -> None:
    second = "whsec_" + "B" * 44
    _second_key(house.org, house.agent, second)
    house.promise(address=agent.url())
    house.drain()
    (received,) = agent.received
    Webhook(house.secret).verify(received.body, received.headers)
    Webhook(second).verify(received.body, received.headers)


def test_a_promise_made_twice_is_sent_once(house: House, agent: FakeAgent) -> None:
    house.promise(address=agent.url(), once="action.decided:1")
    assert _again(house.org, house.agent, agent.url()) is None
    house.drain()
    house.drain()
    assert len(agent.received) == 1


def test_a_promise_rolled_back_is_never_sent(house: House, agent: FakeAgent) -> None:
    with pytest.raises(RuntimeError):
        _promise_and_fail(house.org, house.agent, agent.url())
    house.drain()
    assert agent.received == []


def test_a_failure_is_tried_again_under_the_same_id_and_body(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url())
    agent.answer(500, 503)
    for _ in range(3):
        house.drain()
        house.change(parcel, due_at=clock.now() - timedelta(seconds=1))
    assert len(agent.received) == 3
    assert len({received.id for received in agent.received}) == 1
    assert len({received.body for received in agent.received}) == 1
    kept = house.parcel(parcel)
    assert (kept.status, kept.attempts) == ("sent", 3)


def test_the_next_try_waits_and_its_reason_is_kept(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url("/500"))
    house.drain()
    house.drain()
    kept = house.parcel(parcel)
    assert len(agent.received) == 1
    assert (kept.status, kept.answer_status, kept.last_error) == ("waiting", 500, "answered 500")
    assert clock.now() < kept.due_at < clock.now() + timedelta(seconds=5)
    assert kept.give_up_at is not None
    assert timedelta(hours=71) < kept.give_up_at - clock.now() <= timedelta(hours=72)


def test_410_stops_at_once_and_is_on_the_record(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url("/410?token=secret"))
    house.drain()
    kept = house.parcel(parcel)
    assert (kept.status, kept.answer_status, kept.attempts) == ("dead", 410, 1)
    entry = entries(house.org)[-1]
    assert entry["kind"] == "delivery.dead"
    assert entry["subject"] == ids.public("dlv", parcel)
    assert "secret" not in str(entry)


def test_retry_after_is_honoured(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url("/429?after=600"))
    house.drain()
    wait = house.parcel(parcel).due_at - clock.now()
    assert timedelta(seconds=590) < wait <= timedelta(seconds=600)


def test_a_retry_after_beyond_the_window_leaves_one_last_try(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url("/503?after=99999999"))
    house.drain()
    kept = house.parcel(parcel)
    assert kept.status == "waiting"
    assert kept.due_at == kept.give_up_at


def test_after_72_hours_it_is_dead_and_can_be_sent_again_by_hand(house: House, agent: FakeAgent) -> None:
    from delivery.replay import replay

    parcel = house.promise(address=agent.url())
    agent.answer(500)
    with clock.turned(timedelta(hours=73)):
        house.drain()
    assert house.parcel(parcel).status == "dead"
    replay(house.org, parcel, by="person:ana@acme.test")
    house.drain()
    assert house.parcel(parcel).status == "sent"
    assert len({received.id for received in agent.received}) == 1
    assert [entry["kind"] for entry in entries(house.org)] == ["delivery.dead", "delivery.replayed"]


def test_callbacks_of_one_action_arrive_in_order(house: House, agent: FakeAgent) -> None:
    action = uuid.uuid4()
    asked, decided = house.promise_all(
        [
            {"address": agent.url(), "order_key": action, "payload": {"n": 1}},
            {"address": agent.url(), "order_key": action, "payload": {"n": 2}},
        ]
    )
    agent.answer(500)
    house.drain()
    assert [body(one)["n"] for one in agent.received] == [1]
    assert house.parcel(decided).attempts == 0
    house.change(asked, due_at=clock.now() - timedelta(seconds=1))
    house.drain()
    assert [body(one)["n"] for one in agent.received] == [1, 1, 2]


def test_hundred_in_order_and_none_overtakes(house: House, agent: FakeAgent) -> None:
    actions = [uuid.uuid4() for _ in range(5)]
    house.promise_all(
        [{"address": agent.url(), "order_key": actions[n % 5], "payload": {"a": n % 5, "n": n}} for n in range(100)]
    )
    assert house.drain() >= 100
    for which in range(5):
        mine = [body(one)["n"] for one in agent.received if body(one)["a"] == which]
        assert mine == sorted(mine)
        assert len(mine) == 20


def test_a_sender_killed_between_taking_and_settling_is_repeated_under_the_same_id(
    house: House, agent: FakeAgent
) -> None:
    from delivery import leases, registry

    parcel = house.promise(address=agent.url())
    (letter,) = leases.lease(house.org, [parcel], signs=True)
    registry.transport("callback").send(letter, at=clock.now())  # and here the process dies
    house.drain()
    assert len(agent.received) == 1, "the lease still runs"
    with clock.turned(timedelta(seconds=61)):
        house.drain()
    first, second = agent.received
    assert first.id == second.id
    assert first.body == second.body
    assert house.parcel(parcel).status == "sent"


def test_the_answer_of_a_try_whose_lease_ran_out_changes_nothing(house: House, agent: FakeAgent) -> None:
    from delivery import leases
    from delivery.leases import Tried
    from delivery.transports.base import Result

    parcel = house.promise(address=agent.url())
    (stale,) = leases.lease(house.org, [parcel], signs=True)
    with clock.turned(timedelta(seconds=61)):
        (fresh,) = leases.lease(house.org, [parcel], signs=True)
    assert leases.settle(house.org, [Tried(stale, Result(is_ok=False, is_final=True), 1)]) == 0
    assert leases.settle(house.org, [Tried(fresh, Result(is_ok=True, status=200), 1)]) == 1
    assert house.parcel(parcel).status == "sent"


def test_a_lost_answer_is_told_again(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url("/lose"))
    house.drain()
    kept = house.parcel(parcel)
    assert kept.status == "waiting"
    assert kept.last_error.startswith("closed")


def test_a_redirect_is_not_followed(house: House, agent: FakeAgent, settings: object) -> None:
    with FakeAgent() as other:
        allow(settings, other.port)
        parcel = house.promise(address=agent.url(f"/redirect?to={other.url()}"))
        house.drain()
        assert other.received == []
    assert house.parcel(parcel).answer_status == 307
    assert house.parcel(parcel).status == "waiting"


def test_a_private_address_is_refused_when_we_connect(house: House) -> None:
    with FakeAgent() as hidden:
        by_address = house.promise(address=hidden.url())
        by_name = house.promise(address=f"http://localhost:{hidden.port}/ok")
        house.drain()
        assert hidden.received == []
    for parcel in (by_address, by_name):
        kept = house.parcel(parcel)
        assert kept.status == "waiting"
        assert "forbidden_address" in kept.last_error


def test_an_answer_that_does_not_end_is_cut_off(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url("/huge"))
    house.drain()
    assert house.parcel(parcel).last_error.partition(":")[0] in {"too_much", "garbled"}


def test_an_agent_without_a_key_is_not_called_unsigned(house: House, agent: FakeAgent) -> None:
    parcel = house.promise(address=agent.url(), agent=uuid.uuid4())
    house.drain()
    assert agent.received == []
    assert "no live key" in house.parcel(parcel).last_error


def test_what_was_taken_back_is_not_sent(house: House, agent: FakeAgent) -> None:
    action = uuid.uuid4()
    ask = house.promise(address=agent.url(), action=action, kind="ask")
    other = house.promise(address=agent.url(), action=action)
    assert _supersede(house.org, action) == 1
    house.drain()
    assert house.parcel(ask).status == "superseded"
    assert house.parcel(other).status == "sent"


def entries(org: int) -> list[dict[str, object]]:
    """Return the audit entries of an organization, oldest first."""
    import json

    from audit.models import Entry

    with tx.reading(org):
        return [json.loads(bytes(one.body)) for one in Entry.objects.order_by("seq")]


@tx.use_case
def _second_key(org: int, agent: uuid.UUID, secret: str) -> None:
    give_key(org, agent, secret)


@tx.use_case
def _again(org: int, agent: uuid.UUID, address: str) -> uuid.UUID | None:
    return post.promise(
        channel="callback", kind="action.decided", address=address, once="action.decided:1", payload={}, agent=agent
    )


@tx.use_case
def _promise_and_fail(org: int, agent: uuid.UUID, address: str) -> None:
    post.promise(channel="callback", kind="action.decided", address=address, once="x", payload={}, agent=agent)
    raise RuntimeError("the flow fails after the promise")


@tx.use_case
def _supersede(org: int, action: uuid.UUID) -> int:
    assert Parcel.objects.filter(org_id=org, action=action).count() == 2
    return post.supersede(action, kinds=("ask",))
