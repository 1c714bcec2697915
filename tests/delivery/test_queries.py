"""What pages are told about deliveries."""

from __future__ import annotations

import uuid

from core import ids, tx
from delivery import queries
from tests.delivery.conftest import House, make_house
from tests.fakes.agent import FakeAgent


def test_callbacks_are_listed_newest_first_page_by_page(house: House, agent: FakeAgent) -> None:
    made = [house.promise(address=agent.url("/ok?token=secret")) for _ in range(5)]
    house.promise(channel="email", kind="ask", address="dana@acme.test", agent=None)
    house.drain()
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        with tx.reading(house.org):
            page = queries.deliveries_of(None, cursor=cursor, limit=2)
        seen += [one.id for one in page.items]
        cursor = page.next
    assert seen == [ids.public("dlv", one) for one in sorted(made, reverse=True)]
    assert cursor is None
    with tx.reading(house.org):
        first = queries.deliveries_of(house.agent).items[0]
        assert queries.deliveries_of(uuid.uuid4()).items == ()
    assert "secret" not in first.address
    assert (first.status, first.answer_status, first.attempts, first.is_replayable) == ("sent", 200, 1, True)
    assert first.answer_ms is not None


def test_what_was_given_up_is_listed(house: House, agent: FakeAgent) -> None:
    action = uuid.uuid4()
    house.promise(address=agent.url("/410"), action=action)
    house.promise(address=agent.url())
    house.drain()
    with tx.reading(house.org):
        (gone,) = queries.dead().items
        assert [one.id for one in queries.deliveries_about(action)] == [gone.id]
    assert gone.action == ids.public("act", action)
    assert gone.error == "answered 410"


def test_another_organization_s_deliveries_do_not_exist(house: House, agent: FakeAgent) -> None:
    mine = house.promise(address=agent.url())
    name = ids.public("dlv", mine)
    with tx.reading(house.org):
        assert queries.delivery_named(name) == mine
        assert queries.delivery_named("dlv_nonsense") is None
        assert queries.delivery_named(ids.public("dlv", ids.new())) is None
    with tx.reading(make_house().org):
        assert queries.delivery_named(name) is None
        assert queries.deliveries_of(None).items == ()


def test_a_mail_that_cannot_be_laid_out_is_listed_all_the_same(house: House) -> None:
    house.promise(channel="email", kind="ask", address="not an address", agent=None)
    house.promise(channel="email", kind="ask", address="dana@acme.test", agent=None, payload={"not": "a card"})
    with tx.reading(house.org):
        shown = queries.mail_outbox()
    assert [one.subject.partition(":")[0] for one in shown] == ["Cannot be shown"] * 2
