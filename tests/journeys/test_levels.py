"""People and the level of a lane, by the API: agree, override for a time, lower, freeze; never one's own agent."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from approvals.present import moment
from core import clock, tx
from tests.api.cast import Acme, Answer, callers
from tests.lanes import NOTE, climbed, codes, known, label, lane, quickly, replays
from tests.play import history_holds, parcels
from tests.world import World, make_world

HERE = f"/agents/refunds/lanes/{NOTE}/low"


@pytest.fixture
def world(world: World) -> World:
    world.change(quickly)
    world.change(lambda document: document["agents"][0].update(callback_url="https://example.com/hook"))
    return world


@pytest.fixture
def acme(world: World) -> Acme:
    return callers(world)


def wish(acme: Acme, who: str, level: str, *, at: str = HERE, **more: Any) -> Answer:
    days = more.pop("days", None)
    if days is not None:
        more["until"] = moment(clock.now() + timedelta(days=days))
    return acme.people[who].post(f"{at}/level", {"level": level, "reason": "A pilot"} | more)


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def told(answer: Answer, action: str = NOTE, risk: str = "low") -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    return next(one for one in answer.json()["lanes"] if (one["action"], one["risk"]) == (action, risk))


def note(acme: Acme, **more: Any) -> dict[str, Any]:
    answer = acme.agent.post("/actions", {"action": NOTE, "arguments": {"customer": "Mia"}} | more)
    assert answer.status_code == 201, answer.content
    action: dict[str, Any] = answer.json()
    return action


def alone(acme: Acme) -> dict[str, Any]:
    """Post until trust approves one, which at the levels above supervised most are."""
    return next(one for one in (note(acme) for _ in range(60)) if one["status"] == "approved")


def start(acme: Acme, action: dict[str, Any]) -> Answer:
    return acme.agent.post(f"/actions/{action['id']}/start", {"digest": action["digest"]})


def test_a_promotion_is_agreed_to_by_an_admin_who_does_not_own_the_agent(acme: Acme) -> None:
    early = wish(acme, "cy", "assisted")
    assert refused(early) == (422, "incomplete_override")
    assert "more reviews at this level" in early.json()["detail"]
    label(acme.world, 60)
    assert note(acme)["status"] == "pending"
    for who, code in (("ana", "own_agent"), ("bo", "cannot_raise"), ("eve", "cannot_raise"), ("finn", "cannot_raise")):
        assert refused(wish(acme, who, "assisted")) == (403, code)
    assert refused(acme.agent.post(f"{HERE}/level", {"level": "assisted"})) == (403, "agents_cannot_decide")
    assert told(wish(acme, "cy", "assisted"))["level"] == "assisted"
    assert codes(acme.world)[-2:] == ["proposed", "promote"]
    assert alone(acme)["verdict"]["by"] == "ratchet"
    again = told(wish(acme, "cy", "assisted"))
    assert (again["level"], codes(acme.world)[-1]) == ("assisted", "promote")
    entry = next(one for one in acme.ana.get("/audit?limit=100").json()["items"] if one["kind"] == "lane.moved")
    assert entry["actor"] == f"person:{acme.world.email('cy')}"
    assert entry["facts"]["sentence"].endswith(f"ratified by {acme.world.email('cy')}")
    history_holds(acme.world)
    assert replays(acme.world)


def test_an_override_ends_by_itself_and_the_lane_is_supervised_from_then_on(acme: Acme) -> None:
    assert refused(wish(acme, "cy", "monitored", reason="", days=2)) == (422, "incomplete_override")
    assert refused(wish(acme, "cy", "monitored", days=-1)) == (422, "incomplete_override")
    assert refused(wish(acme, "cy", "monitored", days=31)) == (422, "until_too_far")
    assert refused(wish(acme, "cy", "monitored")) == (422, "incomplete_override")
    assert refused(wish(acme, "ana", "monitored", days=2)) == (403, "own_agent")
    assert refused(wish(acme, "bo", "monitored", days=2)) == (403, "cannot_raise")
    assert told(wish(acme, "cy", "monitored", days=2))["level"] == "monitored"
    assert alone(acme)["verdict"]["level"] == "monitored"
    acme.world.turn(days=2, seconds=1)
    posted = [note(acme) for _ in range(5)]
    assert {one["status"] for one in posted} == {"pending"}
    assert {one["verdict"]["level"] for one in posted} == {"supervised"}
    assert told(acme.agent.get("/agent"))["level"] == "supervised"
    told(wish(acme, "bo", "supervised"))
    assert known(acme.world).earned == 0
    history_holds(acme.world)
    assert replays(acme.world)


def test_nobody_prolongs_what_was_set_by_hand_but_who_may_raise(acme: Acme) -> None:
    told(wish(acme, "cy", "monitored", days=2))
    assert refused(wish(acme, "bo", "monitored", days=3)) == (403, "cannot_raise")
    assert refused(wish(acme, "ana", "assisted", days=3)) == (403, "own_agent")
    told(wish(acme, "bo", "assisted"))  # lower, and no longer
    assert known(acme.world).override is not None
    assert told(wish(acme, "ana", "supervised"))["level"] == "supervised"
    assert known(acme.world).override is None


def test_lowering_is_at_once_and_for_good_or_for_a_time(acme: Acme) -> None:
    climbed(acme.world, "autonomous")
    assert refused(wish(acme, "finn", "supervised")) == (403, "cannot_lower")
    assert refused(wish(acme, "eve", "assisted")) == (403, "cannot_lower")
    assert told(wish(acme, "bo", "assisted", days=5))["level"] == "assisted"
    assert known(acme.world).earned == 3
    assert refused(wish(acme, "bo", "supervised", days=1)) == (403, "cannot_raise"), "it would end four days earlier"
    assert refused(wish(acme, "bo", "autonomous")) == (403, "cannot_raise")
    assert refused(wish(acme, "ana", "autonomous")) == (403, "own_agent")
    assert told(wish(acme, "cy", "autonomous"))["level"] == "autonomous"
    lowered = acme.ana.post(f"{HERE}/level", {"level": "supervised"})  # the owner, and no reason
    assert told(lowered)["level"] == "supervised"
    assert (known(acme.world).earned, known(acme.world).override) == (0, None)
    assert note(acme)["status"] == "pending"
    assert codes(acme.world)[-1] == "lowered"
    history_holds(acme.world)
    assert replays(acme.world)


def test_no_level_above_the_ceiling_and_none_for_what_is_not_there(acme: Acme) -> None:
    refund, close = "/agents/refunds/lanes/refund.create/medium", "/agents/refunds/lanes/account.close/critical"
    for place in (refund, close):  # neither can be undone
        assert refused(wish(acme, "cy", "monitored", at=place, days=2)) == (422, "above_ceiling")
    assert told(wish(acme, "cy", "assisted", at=refund, days=2), "refund.create", "medium")["level"] == "assisted"
    for place in (
        "/agents/refunds/lanes/refund.create/low",
        "/agents/refunds/lanes/refund.create/huge",
        "/agents/refunds/lanes/nothing.such/high",
        "/agents/nobody/lanes/note.add/low",
    ):
        assert refused(wish(acme, "cy", "supervised", at=place)) == (404, "not_found")
        assert refused(acme.cy.post(f"{place}/freeze", {"reason": "x"})) == (404, "not_found")
    for body in ({}, {"level": "free"}, {"level": "assisted", "until": "tomorrow"}, {"level": "assisted", "x": 1}):
        assert refused(acme.cy.post(f"{HERE}/level", body)) == (422, "invalid_fields")


def test_another_organization_has_no_hand_in_it(acme: Acme) -> None:
    other = callers(make_world(quickly))
    label(acme.world, 60)
    assert told(wish(other, "cy", "supervised"))["level"] == "supervised"
    row = lane(acme.world)
    assert row is not None
    assert row.proposed


def test_a_freeze_wins_always(acme: Acme) -> None:
    climbed(acme.world, "monitored")
    used, unused, by_people = alone(acme), alone(acme), acme.posted("20.00")
    acme.vote("bo", by_people)
    assert start(acme, used).status_code == 200
    assert refused(acme.finn.post(f"{HERE}/freeze", {"reason": "x"})) == (403, "cannot_freeze")
    frozen = acme.bo.post(f"{HERE}/freeze", {"reason": "An incident"})
    assert told(frozen)["level"] == "supervised"
    assert unused["id"] in frozen.json()["unused"]["actions"]
    assert used["id"] not in frozen.json()["unused"]["actions"]
    assert by_people["id"] not in frozen.json()["unused"]["actions"], "another lane"
    assert refused(start(acme, unused)) == (409, "paused")
    assert start(acme, by_people).status_code == 200
    assert note(acme)["status"] == "pending"
    assert refused(wish(acme, "cy", "autonomous", days=2)) == (409, "lane_frozen")
    label(acme.world, 200)
    assert known(acme.world).earned == 2
    assert refused(acme.ana.post(f"{HERE}/unfreeze", {"reason": ""})) == (403, "cannot_unfreeze")
    assert refused(acme.bo.post(f"{HERE}/unfreeze", {"reason": ""})) == (403, "cannot_unfreeze")
    assert acme.bo.post(f"{HERE}/freeze", {"reason": "again"}).status_code == 200
    assert codes(acme.world).count("freeze") == 1
    assert told(acme.cy.post(f"{HERE}/unfreeze", {"reason": "It is over"}))["level"] == "monitored"
    assert start(acme, unused).status_code == 200
    entry = next(one for one in acme.ana.get("/audit?limit=200").json()["items"] if one["kind"] == "agent.lanes_frozen")
    assert entry["facts"]["unused"] == frozen.json()["unused"]
    assert entry["facts"]["lanes"] == ["note.add at low risk"]
    history_holds(acme.world)
    assert replays(acme.world)


def test_all_lanes_of_an_agent_are_frozen_also_those_to_come(acme: Acme) -> None:
    frozen = acme.bo.post("/agents/refunds/freeze", {"reason": "An incident"})
    assert {one["level"] for one in frozen.json()["lanes"]} == {"supervised"}
    for kind, risk in (("refund.create", "medium"), ("refund.create", "critical"), (NOTE, "high")):
        assert known(acme.world, kind, risk).frozen == "An incident"
    label(acme.world, 100, kind=NOTE, risk="high", ratify=True)
    assert known(acme.world, NOTE, "high").earned == 0
    assert acme.cy.post("/agents/refunds/unfreeze", {"reason": ""}).status_code == 200
    assert known(acme.world, NOTE, "high").frozen is None


def test_the_agent_is_told_of_every_level(acme: Acme) -> None:
    label(acme.world, 60)
    told(wish(acme, "cy", "assisted"))
    action = alone(acme)
    sent = [one["kind"] for one in parcels(acme.world, action)]
    assert sent == ["action.decided"]
    assert _level_callbacks(acme) == ["assisted"]
    told(wish(acme, "bo", "supervised"))
    assert _level_callbacks(acme) == ["assisted", "supervised"]


def _level_callbacks(acme: Acme) -> list[str]:
    with tx.reading(acme.org), connection.cursor() as cursor:
        cursor.execute("select payload from delivery_parcel where kind = 'agent.level_changed' order by number")
        sent = [json.loads(payload)["data"] for (payload,) in cursor.fetchall()]
    return [next(one["level"] for one in data["lanes"] if one["action"] == NOTE) for data in sent]
