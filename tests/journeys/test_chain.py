"""A chain while nobody answers: reminded, widened, replaced, warned, and how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from approvals.flow import claim, reassign, snooze
from approvals.flow.refusals import AlreadyClaimed, NotAsked
from core import clock, tx
from tests.chains import ADD_MANAGER, REMIND, STANDARD, WARN, asked, left, mail, moment, ran, row, sent, to
from tests.chains import with_chain as chain
from tests.play import cast, history_holds, key_of, kinds, now, parcels, post, refund, sweep
from tests.world import Document, World


def test_a_standard_chain_reminds_adds_the_manager_warns_and_expires(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world, callback_url="http://127.0.0.1:9/hook")
    assert told["step"] == {"number": 1, "of": 4, "next_at": _in(told, hours=1)}
    sent(world)
    world.turn(hours=1)
    assert sweep(world) == 1
    assert mail(world, told) == {"action.reminded": ["bo", "cy", "dee"]}
    assert now(world, told)["step"] == {"number": 2, "of": 4, "next_at": _in(told, hours=2)}
    sent(world)
    world.turn(hours=1)
    sweep(world)
    assert asked(world, told) == {"bo", "cy", "dee", "mia"}
    assert mail(world, told) == {"action.asked": ["mia"], "action.reminded": ["bo", "cy", "dee"]}
    sent(world)
    world.turn(hours=1, minutes=36)
    sweep(world)
    assert mail(world, told) == {"action.warned": ["bo", "cy", "dee", "mia"]}
    world.turn(minutes=24)
    sweep(world)
    ended = now(world, told)
    assert (ended["status"], ended["decision"]["outcome"], ended["decision"]["by"]) == (
        "expired",
        "rejected",
        "deadline",
    )
    assert ran(world, told) == ["1", "2", "3"]
    assert [one["kind"] for one in parcels(world, told)] == ["action.decided"]
    assert parcels(world, told)[0]["payload"]["data"]["decision"] == ended["decision"]
    assert mail(world, told) == {}
    history_holds(world)


def test_nothing_happens_before_its_time_and_nothing_twice(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    world.turn(minutes=59)
    assert sweep(world) == 0
    world.turn(minutes=1)
    assert (sweep(world), sweep(world)) == (1, 0)
    assert ran(world, told) == ["1"]


def test_with_one_vote_of_two_the_added_manager_and_those_who_have_not_voted_are_told(world: World) -> None:
    world.change(chain(ADD_MANAGER))
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    sent(world)
    world.turn(hours=2)
    sweep(world)
    assert mail(world, told) == {"action.asked": ["mia"], "action.reminded": ["cy"]}
    assert now(world, told)["votes"] == {"approvals": 1, "needed": 2}
    assert cast(world, "mia", now(world, told))["status"] == "approved"
    history_holds(world)


def test_a_replaced_person_loses_the_seat_and_a_vote_that_was_cast_stays(world: World) -> None:
    world.change(chain({"at": "1h", "do": "replace", "to": to(world, "max")}))
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    world.turn(hours=1)
    sweep(world)
    assert asked(world, told) == {"max"}
    assert left(world, told) == {"bo": "voted", "cy": "replaced"}
    with pytest.raises(NotAsked):
        cast(world, "cy", now(world, told))
    assert cast(world, "max", now(world, told))["status"] == "approved"
    assert [one["vote"] for one in now(world, told)["decision"]["people"]] == ["approve", "approve"]
    history_holds(world)


def test_mail_to_somebody_who_was_replaced_does_not_leave(world: World) -> None:
    world.change(chain({"at": "1h", "do": "replace", "to": to(world, "max")}))
    told = post(world)
    world.turn(hours=1)
    sweep(world)
    assert mail(world, told) == {"action.asked": ["max"]}
    assert mail(world, told, status="superseded") == {"action.asked": ["bo", "cy", "dee"]}


def test_a_step_asks_a_person_for_what_their_report_is_asked(world: World) -> None:
    def two_sides(document: Document) -> None:
        chain(ADD_MANAGER)(document)
        document["teams"].append({"slug": "security", "name": "Security", "members": [world.email("max")]})
        needs = [
            {"approvals": 1, "from": {"person": world.email("bo")}},
            {"approvals": 1, "from": {"team": "security"}},
        ]
        document["routes"][0]["stages"] = [needs]

    world.change(two_sides)
    told = post(world, refund("600.00"))
    world.turn(hours=2)
    sweep(world)
    assert asked(world, told) == {"bo", "max", "mia"}
    assert cast(world, "mia", told := now(world, told))["votes"] == {"approvals": 1, "needed": 2}
    assert cast(world, "max", told)["status"] == "approved"


def test_somebody_who_muted_it_is_not_reminded_but_is_warned(world: World) -> None:
    world.change(chain(REMIND, WARN))
    told = post(world)
    sent(world)
    _snooze(world, told, "bo", clock.now() + timedelta(hours=9))
    world.turn(hours=1)
    sweep(world)
    assert mail(world, told) == {"action.reminded": ["cy", "dee"]}
    sent(world)
    world.turn(hours=2, minutes=36)
    sweep(world)
    assert mail(world, told) == {"action.warned": ["bo", "cy", "dee"]}


def test_a_webhook_is_signed_for_the_agent_and_taken_back_by_a_decision(world: World) -> None:
    world.change(chain({"at": "1h", "do": "webhook", "url": "https://hooks.acme.test/waiting"}))
    told = post(world)
    world.turn(hours=1)
    sweep(world)
    (one,) = parcels(world, told)
    assert (one["kind"], one["address"]) == ("action.step", "https://hooks.acme.test/waiting")
    assert one["payload"]["data"]["status"] == "pending"
    cast(world, "bo", now(world, told))
    assert _statuses(world, told)["action.step"] == "superseded"


def test_a_repeat_runs_its_steps_again_until_somebody_decides(world: World) -> None:
    world.change(chain({"at": "30m", "do": "remind"}, {"at": "1h", "do": "repeat", "from": 1, "times": 5}))
    told = post(world)
    for _ in range(8):
        world.turn(minutes=30)
        sweep(world)
        sent(world)
    assert ran(world, told) == ["1", "1.1", "1.2", "1.3"], "what stands at or after the end is never done"
    assert now(world, told)["status"] == "expired"


def test_a_claim_does_not_stop_the_clock_and_a_handover_does_not_reset_it(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    claim.claim(world.org, key_of(told), actor=world.as_person("bo"))
    with pytest.raises(AlreadyClaimed) as held:
        claim.claim(world.org, key_of(told), actor=world.as_person("cy"))
    assert held.value.extra["claimed_by"] == world.email("bo")
    assert cast(world, "cy", told, "reject")["status"] == "rejected"

    told = post(world)
    claim.claim(world.org, key_of(told), actor=world.as_person("bo"))
    world.turn(minutes=16)
    claim.claim(world.org, key_of(told), actor=world.as_person("cy"))  # the lease is over
    handed = reassign.reassign(world.org, key_of(told), actor=world.as_person("cy"), to=world.email("max"))
    assert (handed["decide_by"], handed["step"]) == (told["decide_by"], told["step"])
    world.turn(minutes=44)
    assert sweep(world) == 1
    assert ran(world, told) == ["1"]


def test_half_of_the_time_stays_half_of_the_time_it_began_with(world: World) -> None:
    office = {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"mon-sun": ["00:00-24:00"]}}

    def on_office_time(document: Document) -> None:
        document["calendars"] = [office]
        chain({"at": "50%", "do": "remind"}, clock="office")(document)

    world.change(on_office_time)
    told = post(world)
    assert told["step"]["next_at"] == _in(told, hours=2)
    narrow = dict(office, hours={"mon-sun": ["03:00-03:30"]})
    world.change(lambda document: document["calendars"].__setitem__(0, narrow))
    world.turn(hours=2)
    assert sweep(world) == 1
    assert ran(world, told) == ["1"]


def test_an_action_that_ended_leaves_nothing_due(world: World) -> None:
    world.change(chain(*STANDARD))
    ends = [post(world) for _ in range(3)]
    cast(world, "bo", ends[0])
    cast(world, "bo", ends[1], "reject")
    world.turn(days=3)
    sweep(world)
    assert {row(world, told).lapse_at for told in ends} == {None}
    assert sweep(world) == 0
    assert "action.lapsed" in kinds(world, ends[0])


def _in(told: Document, **after: float) -> str:
    at = moment(told, "created_at") + timedelta(**after)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _snooze(world: World, told: Document, name: str, until: datetime) -> None:
    snooze.snooze(world.org, key_of(told), actor=world.as_person(name), until=until)


def _statuses(world: World, told: Document) -> dict[str, str]:
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select kind, status from delivery_parcel where action = %s", [key_of(told)])
        return dict(cursor.fetchall())
