"""What a document's times, calendars, stages, steps and delegations come to as values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from approvals.configuration.check import check
from approvals.configuration.compile import compile_policy
from approvals.configuration.export import as_json
from approvals.configuration.times import days_of
from approvals.quorum import Plan
from approvals.terms import Period, Policy, StageOptions, Target
from escalations.plan import timetable
from escalations.terms import Step, Window
from tests.world import cast, row_of

BO, CY = "bo@acme.test", "cy@acme.test"


def policy(**more: Any) -> Policy:
    """Return the cast's document with some sections, and fields of Bo, of the last route or of the chain."""
    document = cast("acme")
    document["organization"]["timezone"] = "Europe/Amsterdam"
    row_of(document, "people", BO).update(more.pop("bo", {}))
    row_of(document, "routes", "everything else").update(more.pop("route", {}))
    row_of(document, "chains", "standard").update(more.pop("chain", {}))
    return compile_policy(check(as_json(document | more)).document)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "starts", "until", "expected"),
    [
        ("Europe/Amsterdam", "2026-12-21T00:00", "2027-01-04T00:00", ("2026-12-20T23:00", "2027-01-03T23:00")),
        ("Asia/Tokyo", "2026-12-21T00:00", "2027-01-04T00:00", ("2026-12-20T15:00", "2027-01-03T15:00")),
        # 02:30 is not there on 28 March 2027: the clocks go from 02:00 to 03:00, at 01:00 UTC
        ("Europe/Amsterdam", "2027-03-28T02:30", "2027-03-28T04:00", ("2027-03-28T01:00", "2027-03-28T02:00")),
        ("Europe/Amsterdam", "2027-03-27T00:00", "2027-03-28T02:30", ("2027-03-26T23:00", "2027-03-28T01:00")),
        # 02:30 is there twice on 31 October 2027, at 00:30 and 01:30 UTC: a start is the first, an end the last
        ("Europe/Amsterdam", "2027-10-31T02:30", "2027-10-31T12:00", ("2027-10-31T00:30", "2027-10-31T11:00")),
        ("Europe/Amsterdam", "2027-10-31T00:00", "2027-10-31T02:30", ("2027-10-30T22:00", "2027-10-31T01:30")),
    ],
)
def test_an_absence_is_in_the_zone_of_the_person(zone: str, starts: str, until: str, expected: tuple[str, str]) -> None:
    away = [{"starts": starts, "until": until}]
    found = policy(bo={"timezone": zone, "away": away}).person(BO)
    assert found is not None
    assert found.away == (Period(*map(at, expected)),)


def test_without_a_zone_of_their_own_people_and_calendars_keep_the_organization_s() -> None:
    away = [{"starts": "2026-07-01T00:00", "until": "2026-07-02T00:00"}]
    office = {"slug": "office", "hours": {"mon": ["08:00-17:00"]}}
    duty = {"slug": "duty", "people": [BO, CY], "every": "1w", "starts": "2026-11-02T09:00"}
    found = policy(bo={"away": away}, calendars=[office], schedules=[duty])
    person = found.person(BO)
    assert person is not None
    assert person.away[0].starts == at("2026-06-30T22:00")
    assert found.calendars[0].timezone == found.schedules[0].timezone == "Europe/Amsterdam"
    (schedule,) = found.schedules
    assert (schedule.people, schedule.every) == ((BO, CY), timedelta(weeks=1))
    assert schedule.starts.replace(tzinfo=UTC) == at("2026-11-02T09:00")


def test_a_calendar_has_windows_by_weekday() -> None:
    hours = {"mon-wed": ["08:00-12:00", "13:00-17:00"], "sat-sun": ["10:00-24:00"], "fri": []}
    (found,) = policy(calendars=[{"slug": "shop", "hours": hours, "holidays": ["2026-12-25"]}]).calendars
    morning, afternoon = Window(time(8), time(12)), Window(time(13), time(17))
    late = Window(time(10), time(0))
    assert found.hours == dict.fromkeys((0, 1, 2), (morning, afternoon)) | dict.fromkeys((5, 6), (late,))
    assert found.holidays == {date(2026, 12, 25)}


def test_days_go_over_the_end_of_a_week() -> None:
    assert days_of("sat-mon") == (5, 6, 0)
    assert days_of("thu") == (3,)
    assert days_of("mon-sun") == (0, 1, 2, 3, 4, 5, 6)
    assert [days_of(wrong) for wrong in ("", "-", "mon-", "-mon", "MON", "mon-tue-wed", "daily")] == [()] * 7


def test_a_delegation_is_in_the_zone_of_the_grantor() -> None:
    row = {
        "from": BO,
        "to": CY,
        "starts": "2026-12-01T00:00",
        "until": "2026-12-08T00:00",
        "agents": ["refunds"],
        "actions": ["refund.*"],
        "max_amount": "100 EUR",
        "reason": "leave",
        "waiting_too": False,
    }
    (found,) = policy(bo={"timezone": "Asia/Tokyo"}, delegations=[row]).delegations
    assert (found.grantor, found.delegate, found.timezone) == (BO, CY, "Asia/Tokyo")
    assert found.period == Period(at("2026-11-30T15:00"), at("2026-12-07T15:00"))
    assert (found.agents, found.actions, str(found.max_amount)) == (("refunds",), ("refund.*",), "100 EUR")
    assert (found.reason, found.waiting_too) == ("leave", False)
    plain = {name: row[name] for name in ("from", "to", "starts", "until")}
    (found,) = policy(delegations=[plain]).delegations
    assert (found.agents, found.actions, found.max_amount, found.reason, found.waiting_too) == ((), (), None, "", True)
    assert found.timezone == "Europe/Amsterdam"


def test_steps_are_spans_or_shares_and_unroll() -> None:
    steps = [
        {"at": "12.5%", "do": "remind"},
        {"at": "1h", "do": "add", "to": {"schedule": "duty", "who": "next"}},
        {"at": "2h", "do": "replace", "to": {"manager_of": "owner"}},
        {"at": "3h", "do": "webhook", "url": "https://hooks.acme.test/in"},
        {"at": "100%", "do": "repeat", "from": 2, "times": 2},
    ]
    duty = {"slug": "duty", "people": [BO], "every": "1d", "starts": "2026-11-02T09:00"}
    chain = policy(chain={"decide_within": "4h", "steps": steps}, schedules=[duty]).chain("standard")
    assert chain.steps == (
        Step(Decimal("0.125"), "remind"),
        Step(timedelta(hours=1), "add", Target("schedule", "duty", "next")),
        Step(timedelta(hours=2), "replace", Target("manager_of", "owner")),
        Step(timedelta(hours=3), "webhook", url="https://hooks.acme.test/in"),
        Step(Decimal(1), "repeat", first=2, times=2),
    )
    assert timetable(chain)[0].after == timedelta(minutes=30)
    assert len(timetable(chain)) == 4 + 2 * 3


def test_stages_are_lists_or_say_more() -> None:
    one = {"approvals": 1, "from": {"person": BO}}
    two = {"approvals": 2, "from": {"team": "finance"}}
    found = policy(route={"stages": [[one, {**one, "from": {"person": CY}}]]}).routes[-1]
    assert found.options == ()
    assert [len(stage) for stage in found.stages] == [2]
    more = {"requirements": [two, one], "deny_threshold": 2, "allow_shared_seat": True}
    found = policy(route={"stages": [[one], more]}).routes[-1]
    assert found.options == (StageOptions(), StageOptions(2, allow_shared_seat=True))
    plan = Plan.of(found)
    assert [(stage.deny_threshold, stage.allow_shared_seat) for stage in plan.stages] == [(1, False), (2, True)]
    assert Plan.from_json(plan.to_json()) == plan


def test_a_stage_that_says_no_more_is_written_as_a_list() -> None:
    document = cast("acme")
    stages = row_of(document, "routes", "everything else")["stages"]
    plain = check(as_json(document)).document
    row_of(document, "routes", "everything else")["stages"] = [{"requirements": stages[0], "deny_threshold": 1}]
    assert check(as_json(document)).document == plain


def test_modes_depth_and_times_of_day_are_kept() -> None:
    office = {"slug": "office", "hours": {"mon": ["08:00-17:00"]}}
    when = [{"field": "time", "op": "outside", "value": "office"}]
    rule = {"name": "not at night", "when": when, "then": "deny", "mode": "monitor"}
    found = policy(calendars=[office], rules=[rule])
    assert (found.rules[0].mode, found.rules[0].when[0].op, found.rules[0].when[0].value) == (
        "monitor",
        "outside",
        "office",
    )
    assert found.organization.delegation_depth == 1
    assert {route.mode for route in found.routes} == {"active"}
