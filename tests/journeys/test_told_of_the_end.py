"""News that asks for nothing wakes nobody: how an action ended is told when quiet hours are over, critical at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core import clock
from delivery.letters import ENDED
from tests.journeys.test_preferences import NIGHT, ZONE, made, send, sent
from tests.play import cast, post, sweep
from tests.world import Document, World, row_of


def evening(world: World) -> datetime:
    """Turn the clock to 21:00 of the next day, in Amsterdam."""
    here = clock.now().astimezone(ZONE)
    then = (here + timedelta(days=1)).replace(hour=21, minute=0, second=0, microsecond=0)
    return world.turn(seconds=(then - here).total_seconds())


def quiet(world: World, *names: str, risk: str = "low", **wish: Any) -> None:
    def edit(document: Document) -> None:
        for name in names:
            row_of(document, "people", world.email(name)).update(quiet=NIGHT, **wish)
        next(one for one in document["agents"][0]["actions"] if one["type"] == "refund.create")["risk"] = risk
        document["chains"][0]["decide_within"] = "4h"

    world.change(edit)


def told_at(world: World, name: str) -> list[tuple[int, str]]:
    """Return at which hour somebody hears of an end, and by which subject."""
    mine = [one for one in sent(world, kind=ENDED) if one.address == world.email(name)]
    return [(one.due_at.astimezone(ZONE).hour, str(made(one).subject)) for one in mine]


@pytest.mark.parametrize(("risk", "hour"), [("low", 8), ("high", 8), ("critical", 23)])
def test_the_end_is_told_in_the_morning_unless_it_is_critical(world: World, risk: str, hour: int) -> None:
    quiet(world, "bo", risk=risk)
    evening(world)
    told = post(world)
    send(world)
    world.turn(hours=2)
    cast(world, "cy", told)
    ((at, subject),) = told_at(world, "bo")
    assert at == hour
    assert "by Cy Okafor" in subject


def test_who_has_no_quiet_hours_hears_at_once_and_what_ended_in_a_night_is_one_mail(world: World) -> None:
    quiet(world, "bo")
    evening(world)
    some = [post(world) for _ in range(3)]
    send(world)
    for told in some[:2]:
        world.turn(minutes=61)
        cast(world, "cy", told)
    world.turn(hours=3)
    sweep(world)  # the third expires
    ((at, subject),) = told_at(world, "bo")
    assert (at, subject) == (8, "3 requests no longer wait for you")
    assert [hour for hour, _ in told_at(world, "dee")] == [22, 23, 2]
    world.turn(hours=7)
    send(world)
    assert [one.status for one in sent(world, kind=ENDED) if one.address == world.email("bo")] == ["sent"]
