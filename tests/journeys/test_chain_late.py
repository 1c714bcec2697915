"""A chain after a time in which nothing ran: authority in order, one message a person, and a deadline moved once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from approvals import outages
from approvals.flow import claim, lapse
from approvals.flow.refusals import AlreadyClosed
from approvals.models import Beat
from core import clock
from core.errors import DomainError
from delivery.wire import wire
from tests.chains import ADD_MANAGER, REMIND, STANDARD, asked, entries, left, mail, moment, ran, row, sent, to
from tests.chains import with_chain as chain
from tests.play import at_once, cast, history_holds, key_of, kinds, now, parcels, post, refund, sweep
from tests.world import Document, World, make_world


@pytest.fixture(autouse=True)
def _no_engine_was_ever_here() -> Iterator[None]:
    """Leave no pulse behind, and begin without one."""
    Beat.objects.filter(name=outages.NAME).delete()
    yield
    Beat.objects.filter(name=outages.NAME).delete()


def test_missed_steps_take_effect_in_order_and_people_are_told_once(world: World) -> None:
    replace = {"at": "60%", "do": "replace", "to": to(world, "max")}
    world.change(chain(REMIND, ADD_MANAGER, replace))
    told = post(world)
    sent(world)
    world.turn(hours=3)
    assert sweep(world) == 1
    assert asked(world, told) == {"max"}
    assert left(world, told) == dict.fromkeys(("bo", "cy", "dee", "mia"), "replaced")
    assert mail(world, told) == {"action.asked": ["max"]}
    made = entries(world, told)
    assert [(one["step"], one["do"]) for one in made] == [("1", "remind"), ("2", "add"), ("3", "replace")]
    begun = moment(told, "created_at")
    for one, after in zip(made, (60, 120, 144), strict=True):
        assert abs(datetime.fromisoformat(one["planned"]) - begun - timedelta(minutes=after)) < timedelta(seconds=1)
    (told_once,) = parcels(world, told, "email")[-1:]
    first, last = (datetime.fromisoformat(made[place]["planned"]) for place in (0, 2))
    assert f"3 steps were missed between {_local(first)}" in told_once["payload"]["next"]
    assert f"and {_local(last)}." in told_once["payload"]["next"]
    history_holds(world)


def test_those_who_are_asked_still_and_those_added_are_told_once_of_what_was_missed(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    sent(world)
    world.turn(hours=3, minutes=50)
    sweep(world)
    assert mail(world, told) == {"action.asked": ["mia"], "action.warned": ["bo", "cy", "dee"]}


def test_mail_that_had_not_left_is_not_sent_beside_what_came_later(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    world.turn(hours=1)
    sweep(world)
    assert mail(world, told) == {"action.reminded": ["bo", "cy", "dee"]}
    assert mail(world, told, status="superseded") == {"action.asked": ["bo", "cy", "dee"]}


def test_a_person_who_comes_late_is_judged_by_the_steps_that_were_due(world: World) -> None:
    world.change(chain({"at": "1h", "do": "replace", "to": to(world, "max")}))
    told = post(world)
    world.turn(hours=2)
    with pytest.raises(DomainError):
        cast(world, "bo", told)
    assert cast(world, "max", now(world, told))["status"] == "approved", "with every engine dead"
    assert ran(world, told) == ["1"]
    history_holds(world)


def test_a_deadline_inside_an_outage_is_moved_once_if_nobody_could_be_asked(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    outages.beat()
    world.turn(hours=6)
    outages.beat()
    sweep(world)
    later = now(world, told)
    assert later["status"] == "pending"
    assert moment(later, "decide_by") == pytest.approx(clock.now() + timedelta(hours=1), abs=timedelta(seconds=2))
    assert row(world, told).plan["chain"]["extended"] == 3600.0  # type: ignore[index]
    assert [one["seconds"] for one in entries(world, told, "action.extended")] == [3600.0]
    assert ran(world, told) == ["1", "2", "3"]
    assert sorted(name for names in mail(world, told).values() for name in names) == ["bo", "cy", "dee", "mia"]
    world.turn(hours=6)
    outages.beat()
    sweep(world)
    assert now(world, told)["status"] == "expired", "once, and no more"
    history_holds(world)


def test_a_deadline_inside_an_outage_stands_if_somebody_had_been_told(world: World) -> None:
    told, seen = post(world), post(world)
    sent(world)
    unsent = post(world)
    claim.claim(world.org, key_of(seen), actor=world.as_person("bo"))
    outages.beat()
    world.turn(hours=6)
    outages.beat()
    sweep(world)
    assert [now(world, one)["status"] for one in (told, seen, unsent)] == ["expired", "expired", "pending"]


def test_the_agents_own_time_is_never_exceeded_by_an_outage(world: World) -> None:
    short, long = post(world, decide_within=600), post(world, decide_within=5 * 3600)
    outages.beat()
    world.turn(hours=4, minutes=30)
    outages.beat()
    sweep(world)
    assert now(world, short)["status"] == "expired"
    assert now(world, long)["decide_by"] == _text(moment(long, "created_at") + timedelta(hours=5))


def test_a_short_silence_of_the_engine_is_no_outage(world: World) -> None:
    told = post(world)
    world.turn(hours=3, minutes=59, seconds=30)
    outages.beat()
    world.turn(seconds=50)
    outages.beat()
    sweep(world)
    assert now(world, told)["status"] == "expired"


def test_somebody_who_votes_while_every_engine_is_dead_gets_the_time_back_too(world: World) -> None:
    told = post(world)
    outages.beat()
    world.turn(hours=5)
    assert cast(world, "bo", told)["status"] == "approved"
    assert "action.extended" in kinds(world, told)
    history_holds(world)


def test_the_pulse_keeps_the_last_twenty_outages_and_many_engines_note_one() -> None:
    begun = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    for number in range(25):
        outages.beat(begun + timedelta(hours=number))
    at_once(*[partial(outages.beat, begun + timedelta(hours=30))] * 8)
    outages.beat(begun + timedelta(hours=30, seconds=3))
    pulse = Beat.objects.get(name=outages.NAME)
    assert pulse.at == begun + timedelta(hours=30)
    assert len(pulse.facts["outages"]) == outages.KEPT
    found = outages.outage_before(begun + timedelta(hours=30, seconds=30))
    assert found == outages.Outage(begun + timedelta(hours=24), begun + timedelta(hours=30))
    ongoing = outages.outage_before(begun + timedelta(hours=32))
    assert ongoing == outages.Outage(begun + timedelta(hours=30), begun + timedelta(hours=32))


def test_a_vote_at_the_moment_a_step_fires_leaves_no_message_of_the_step(world: World) -> None:
    world.change(chain({"at": "1s", "do": "add", "to": to(world, "max")}, {"at": "2s", "do": "warn"}))
    for _ in range(20):
        told = post(world)
        sent(world)
        world.turn(seconds=3)
        voted, _ = at_once(partial(cast, world, "bo", told), partial(lapse.lapse, world.org, key_of(told)))
        assert isinstance(voted, dict), voted
        assert voted["status"] == "approved"
        assert mail(world, told) == {}
        assert kinds(world, told)[-1] == "action.decided"
    history_holds(world)


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_due_times_obey_the_databases_clock(world: World, monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    monkeypatch.setattr(clock, "real", lambda: datetime.now(UTC) + ahead)
    world.change(chain(*STANDARD))
    told = post(world)
    world.turn(minutes=59)
    assert lapse.sweep(org=world.org) == 0
    world.turn(minutes=2)
    assert lapse.sweep(org=world.org) == 1
    assert ran(world, told) == ["1"]
    world.turn(hours=2, minutes=58)
    assert cast(world, "bo", post(world))["status"] == "approved"
    world.turn(minutes=2)
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)


def test_with_redis_away_every_step_is_run_and_nothing_doubles_when_it_is_back(
    world: World, settings: LazySettings
) -> None:
    world.change(chain(*STANDARD))
    there, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:9/0"
    told = post(world)
    for _ in range(3):
        world.turn(minutes=72)
        sweep(world)
        wire.flush()
    assert ran(world, told) == ["1", "2", "3"]
    settings.REDIS_URL = there
    sweep(world)
    assert ran(world, told) == ["1", "2", "3"]
    addresses = [one["address"] for one in parcels(world, told, "email") if one["kind"] == "action.warned"]
    assert len(addresses) == len(set(addresses)) == 4


def test_a_loop_in_which_nobody_is_found_ends_held_after_one_pass(world: World) -> None:
    nobody = {"at": "20m", "do": "add", "to": to(world, "eve")}
    world.change(chain(nobody, {"at": "21m", "do": "repeat", "from": 1, "times": 9}))
    told = post(world)

    def all_leave(document: Document) -> None:
        for person in document["people"]:
            if person["email"].partition("@")[0] in ("bo", "cy", "dee"):
                person["away"] = [{"starts": "2020-01-01T00:00", "until": "2040-01-01T00:00"}]

    world.change(all_leave)
    world.turn(minutes=20)
    began = clock.monotonic()
    sweep(world)
    assert clock.monotonic() - began < 20  # a loop that ran on would never end
    assert now(world, told)["held"] is True
    assert len(ran(world, told)) <= 1
    world.turn(days=1)
    assert sweep(world) == 0


def test_a_loop_that_finds_nobody_is_not_repeated_while_others_can_decide(world: World) -> None:
    nobody = {"at": "20m", "do": "add", "to": to(world, "eve")}
    world.change(chain(nobody, {"at": "21m", "do": "repeat", "from": 1, "times": 9}))
    told = post(world)
    for _ in range(9):
        world.turn(minutes=21)
        sweep(world)
    assert ran(world, told) == ["1"]
    assert now(world, told)["status"] == "pending"


def test_one_organizations_steps_are_nobody_elses(world: World) -> None:
    world.change(chain(*STANDARD))
    other = make_world(chain(*STANDARD))
    mine, theirs = post(world), post(other)
    world.turn(hours=2)
    sweep(world)
    assert (ran(world, mine), ran(other, theirs)) == (["1", "2"], [])
    assert mail(other, theirs) == {"action.asked": ["bo", "cy", "dee"]}
    cast(other, "mia", now(other, theirs))
    assert now(other, theirs)["status"] == "approved"
    assert now(world, post(world, refund("5.00")))["status"] == "pending"


def _local(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('Europe/Amsterdam')):%H:%M}"


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
