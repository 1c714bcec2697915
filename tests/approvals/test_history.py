"""What a lane has done before: read seldom, compared cheaply, never a reason to refuse."""

from __future__ import annotations

import time
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from agents.terms import Money
from approvals import history
from approvals.habits import Past, habits
from core import clock
from tests.play import cast, post, refund
from tests.world import World

world_id = uuid.UUID(int=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    history.forget()


def _past(world: World, number: int) -> None:
    for turn in range(number):
        cast(world, "bo", post(world, refund(f"{10 + turn % 40}.00", order=turn)))
    history.forget()  # a post looks at the lane as well


def test_a_lane_is_too_young_then_tells_what_is_unusual(world: World) -> None:
    agent = world.agent()
    told = history.oddity(world.org, agent.pk, "refund.create", refund("20.00"), Money(Decimal("20.00"), "EUR"))
    assert told == "Too early to compare, 0 so far"
    _past(world, 24)
    world.turn(seconds=61)
    usual = refund("20.00", order=99)
    assert history.oddity(world.org, agent.pk, "refund.create", usual, Money(Decimal("20.00"), "EUR")) == ""
    strange = refund("440.00", order=99)
    told = history.oddity(world.org, agent.pk, "refund.create", strange, Money(Decimal("440.00"), "EUR"))
    assert "its usual amount" in told


def test_a_lane_is_read_again_after_a_minute_and_only_if_it_grew(world: World) -> None:
    agent = world.agent()
    _past(world, 3)
    assert history.history_of(world.org, agent.pk, "refund.create").habits.count == 3
    cast(world, "bo", post(world, refund("12.00", order=99)))
    assert history.history_of(world.org, agent.pk, "refund.create").habits.count == 3
    world.turn(seconds=61)
    assert history.history_of(world.org, agent.pk, "refund.create").habits.count == 4
    read_at = history.history_of(world.org, agent.pk, "refund.create").read_at
    world.turn(seconds=61)
    again = history.history_of(world.org, agent.pk, "refund.create")
    assert again.read_at == read_at
    assert again.looked_at > read_at


def test_what_is_kept_is_asked_of_no_database_and_takes_microseconds(world: World) -> None:
    agent = world.agent()
    _past(world, 30)
    amount, arguments = Money(Decimal("20.00"), "EUR"), refund("20.00", order=7)
    history.oddity(world.org, agent.pk, "refund.create", arguments, amount)
    with CaptureQueriesContext(connection) as asked:
        spans = []
        for _ in range(50):
            began = time.perf_counter()
            history.oddity(world.org, agent.pk, "refund.create", arguments, amount)
            spans.append(time.perf_counter() - began)
    assert not asked.captured_queries
    assert sorted(spans)[25] < 0.001


@given(arguments=st.dictionaries(st.text(max_size=8), JSON, max_size=5))
def test_strange_arguments_never_raise(arguments: dict[str, object]) -> None:
    past = [Past(refund(f"{number}.00", order=number, note="x"), Money(Decimal(number), "EUR")) for number in range(40)]
    lane = (-1, world_id, "refund.create")
    now = clock.now()
    kept = history.History(habits(past), (), read_at=now, looked_at=now)
    history._keep(lane, kept)
    told = history.oddity(*lane, arguments, Money(Decimal("1e17"), "XXX"))  # type: ignore[arg-type]
    assert len(told) <= history.LONGEST


def test_one_organization_never_sees_the_past_of_another(world: World, another_world: World) -> None:
    _past(world, 2)
    assert history.history_of(another_world.org, another_world.agent().pk, "refund.create").habits.count == 0
