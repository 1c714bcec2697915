"""Rules and routes that tell office hours from the night: by the calendar, at the moment of the post."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from approvals import quick
from approvals.configuration.export import as_json
from approvals.flow import start
from approvals.flow.refusals import OverLimit
from approvals.posted import PostedAction
from approvals.rehearsal import rehearse
from core import clock
from core.errors import DomainError
from tests.play import by_key, cast, history_holds, key_of, post, refund
from tests.world import Document, World

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"mon-fri": ["08:00-17:00"]}}


def at_weekday(world: World, weekday: int, hour: int, minute: int = 0) -> datetime:
    """Turn the clock to the next such weekday (0 is Monday) and hour in Amsterdam."""
    here = clock.now().astimezone(AMSTERDAM)
    wanted = here.replace(hour=hour, minute=minute, second=30, microsecond=0)
    wanted += timedelta(days=(weekday - here.weekday()) % 7)
    if wanted <= here:
        wanted += timedelta(days=7)
    return world.turn(seconds=(wanted.astimezone(ZoneInfo("UTC")) - clock.now()).total_seconds())


def never_at_night(document: Document) -> None:
    document["calendars"] = [OFFICE]
    document["rules"].append(
        {
            "name": "never at night",
            "when": [
                {"field": "environment", "op": "is", "value": "production"},
                {"field": "time", "op": "outside", "value": "office"},
            ],
            "then": "deny",
        }
    )


def by_night(document: Document) -> None:
    document["calendars"] = [OFFICE]
    document["routes"].insert(
        0,
        {
            "name": "night watch",
            "when": [{"not": {"field": "time", "op": "inside", "value": "office"}}],
            "stages": [[{"approvals": 2, "from": {"role": "approver"}}]],
            "chain": "standard",
        },
    )


@pytest.mark.parametrize(
    ("weekday", "hour", "minute", "status"),
    [
        (1, 8, 0, "pending"),
        (1, 7, 59, "rejected"),
        (4, 16, 59, "pending"),
        (4, 17, 0, "rejected"),
        (6, 12, 0, "rejected"),
    ],
)
def test_a_rule_forbids_at_night_what_people_are_asked_by_day(
    world: World, weekday: int, hour: int, minute: int, status: str
) -> None:
    world.change(never_at_night)
    at_weekday(world, weekday, hour, minute)
    told = post(world, environment="production")
    assert told["status"] == status
    assert post(world, environment="staging")["status"] == "pending"
    if status == "rejected":
        assert told["verdict"]["reason"] == "“never at night” forbids this."


def test_an_approval_of_the_day_may_not_start_at_night(world: World) -> None:
    world.change(never_at_night)
    at_weekday(world, 2, 16, 55)
    told = cast(world, "bo", post(world, environment="production"))
    assert told["status"] == "approved"
    world.turn(minutes=10)
    with pytest.raises(OverLimit) as refused:
        start.start(world.org, key_of(told), actor=world.as_agent(), digest=told["digest"])
    assert "never at night" in refused.value.detail
    history_holds(world)


def test_a_route_of_the_night_asks_others(world: World) -> None:
    world.change(by_night)
    at_weekday(world, 0, 12)
    assert post(world)["verdict"]["route"] == "everything else"
    at_weekday(world, 0, 23)
    told = post(world)
    assert (told["verdict"]["route"], told["votes"]["needed"]) == ("night watch", 2)


def test_a_holiday_is_no_open_time(world: World) -> None:
    world.change(by_night)
    day = at_weekday(world, 1, 9).astimezone(AMSTERDAM).date()
    assert post(world)["verdict"]["route"] == "everything else"
    world.change(lambda document: document["calendars"][0].update(holidays=[day.isoformat()]))
    assert post(world)["verdict"]["route"] == "night watch"


def test_the_quick_road_looks_at_the_clock_anew(world: World) -> None:
    world.change(never_at_night)
    at_weekday(world, 3, 16, 59)
    actor = by_key(world)
    posted = PostedAction(body=b"{}", action="refund.create", arguments=refund(), environment="production")
    assert post(world, environment="production")["status"] == "pending"
    by_day = quick.submit(actor, posted)
    assert by_day is not None
    assert by_day["status"] == "pending"
    world.turn(seconds=40)
    by_night_ = quick.submit(actor, posted)
    assert by_night_ is not None
    assert (by_night_["status"], by_night_["verdict"]["by"]) == ("rejected", "rule")


def test_a_calendar_that_nobody_made_is_refused_at_save(world: World) -> None:
    def wrong(document: Document) -> None:
        never_at_night(document)
        document["calendars"] = []

    with pytest.raises(DomainError) as refused:
        world.change(wrong)
    assert "office" in str([error.detail for error in refused.value.errors])


def test_a_rehearsal_judges_by_the_hour_of_each_action(world: World) -> None:
    at_weekday(world, 0, 12)
    post(world)
    at_weekday(world, 0, 23)
    night = post(world)
    draft = dict(world.document, calendars=[OFFICE], routes=list(world.document["routes"]))
    by_night(draft)
    found = rehearse(as_json(draft))
    assert (found.considered, [one.action for one in found.different]) == (2, [night["id"]])
