"""A chain before its time: somebody moves it on, a step finds nobody, too few are left, nobody can decide at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.flow import escalate
from approvals.flow.refusals import AlreadyClosed, Stale
from tests.chains import ADD_MANAGER, STANDARD, asked, entries, mail, moment, ran, sent, to
from tests.chains import with_chain as chain
from tests.play import cast, history_holds, key_of, now, post, refund, sweep
from tests.world import Document, World, row_of


def test_escalating_by_hand_asks_the_next_people_now_and_their_step_is_not_run_again(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    sent(world)
    moved = escalate.escalate(world.org, key_of(told), actor=world.as_person("bo"), epoch=told["epoch"])
    assert asked(world, told) == {"bo", "cy", "dee", "mia"}
    assert moved["epoch"] > told["epoch"]
    assert (moved["decide_by"], moved["step"]["next_at"]) == (told["decide_by"], told["step"]["next_at"])
    assert mail(world, told)["action.asked"] == ["mia"]
    with pytest.raises(Stale):
        escalate.escalate(world.org, key_of(told), actor=world.as_person("bo"), epoch=told["epoch"])
    for _ in range(8):
        world.turn(minutes=30)
        sweep(world)
    assert ran(world, told) == ["2", "1", "3"]
    assert entries(world, told)[0]["planned"] is None
    history_holds(world)


def test_escalating_by_hand_goes_to_the_fallback_after_the_last_step_and_then_nowhere(world: World) -> None:
    world.change(chain(ADD_MANAGER))
    world.change(lambda document: document["routes"][2].update(fallback=to(world, "max")))
    told, admin = post(world), world.as_person("ana")
    for who in ("mia", "max"):
        told = escalate.escalate(world.org, key_of(told), actor=admin, epoch=told["epoch"])
        assert who in asked(world, told)
    with pytest.raises(escalate.NobodyFurther):
        escalate.escalate(world.org, key_of(told), actor=admin, epoch=told["epoch"])


def test_a_step_that_finds_nobody_goes_on_at_once_to_the_next_that_does(world: World) -> None:
    nobody = {"at": "1h", "do": "add", "to": to(world, "eve")}  # an auditor, who decides nothing
    world.change(chain(nobody, {"at": "2h", "do": "warn"}, {"at": "3h", "do": "add", "to": to(world, "mia")}))
    told = post(world)
    world.turn(hours=1)
    sweep(world)
    assert ran(world, told) == ["1", "3"]
    assert asked(world, told) == {"bo", "cy", "dee", "mia"}
    world.turn(hours=1)
    sweep(world)
    assert mail(world, told)["action.warned"] == ["bo", "cy", "dee", "mia"], "what comes between keeps its time"
    world.turn(hours=2)
    sweep(world)
    assert ran(world, told) == ["1", "3", "2"]


def test_a_replacement_that_finds_nobody_takes_nobodys_seat(world: World) -> None:
    world.change(chain({"at": "1h", "do": "replace", "to": to(world, "eve")}))
    told = post(world)
    world.turn(hours=1)
    sweep(world)
    assert asked(world, told) == {"bo", "cy", "dee"}
    assert now(world, told)["held"] is False


def test_an_approver_who_recuses_makes_it_escalate_at_once(world: World) -> None:
    world.change(chain(ADD_MANAGER))
    told = post(world, refund("600.00"))
    assert asked(world, told) == {"bo", "cy"}
    after = cast(world, "cy", told, "abstain")
    assert asked(world, told) == {"bo", "mia"}
    assert after["held"] is False
    assert ran(world, told) == ["1"]


def test_a_post_that_nobody_could_decide_goes_to_the_chains_next_people_at_once(world: World) -> None:
    world.change(chain(ADD_MANAGER | {"to": to(world, "mia")}, {"at": "75%", "do": "add", "to": to(world, "max")}))
    world.change(lambda document: [route.pop("fallback", None) for route in document["routes"]])

    def nobody_is_there(document: Document) -> None:
        for name in ("bo", "cy", "dee"):
            person = row_of(document, "people", world.email(name))
            person["away"] = [{"starts": "2020-01-01T00:00", "until": "2040-01-01T00:00"}]

    world.change(nobody_is_there)
    one, two = post(world), post(world, refund("600.00"))
    assert (one["held"], asked(world, one), ran(world, one)) == (False, {"mia"}, ["1"])
    assert (two["held"], asked(world, two), ran(world, two)) == (False, {"mia", "max"}, ["1", "2"])
    assert one["step"]["next_at"] == _in(one, hours=3)
    assert mail(world, one) == {"action.asked": ["mia"]}
    assert mail(world, one, status="superseded") == {"action.held": ["ana"]}
    assert cast(world, "mia", one)["status"] == "approved"
    assert cast(world, "max", cast(world, "mia", two))["status"] == "approved"
    history_holds(world)


def test_whoever_was_replaced_is_not_asked_again_because_too_few_are_left(world: World) -> None:
    def by_turns(document: Document) -> None:
        chain({"at": "1h", "do": "replace", "to": to(world, "max")}, {"at": "3h", "do": "add", "to": to(world, "mia")})(
            document
        )
        document["routes"][0] |= {"assign": "round_robin"}
        del document["routes"][0]["fallback"]

    world.change(by_turns)
    told = post(world, refund("600.00"))
    assert asked(world, told) == {"bo", "cy"}
    world.turn(hours=1)
    sweep(world)
    assert asked(world, told) == {"max", "mia"}
    assert ran(world, told) == ["1", "2"]


def test_what_comes_too_late_is_told_so(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    world.turn(hours=4)
    with pytest.raises(AlreadyClosed):
        escalate.escalate(world.org, key_of(told), actor=world.as_person("bo"), epoch=told["epoch"])
    assert now(world, told)["status"] == "expired"


def _in(told: Document, **after: float) -> str:
    at = moment(told, "created_at") + timedelta(**after)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
