"""After an outage: many actions at once, every step's effect in order, and each person told once."""

from __future__ import annotations

import json

import pytest

from approvals import auditor
from approvals.flow import lapse
from approvals.models import Action
from approvals.story import Story
from core import clock, tx, vault
from delivery import letters
from delivery.models import Parcel
from tests.chains import REMIND, STANDARD, asked, ran, sent
from tests.chains import with_chain as chain
from tests.play import history_holds, key_of, now, post, refund
from tests.world import World

MANY = 12


def sweep(world: World) -> int:
    """Let the engine come by, with room for all that is due of every organization there is."""
    return lapse.sweep(100_000, at=clock.now(), org=world.org)


def written(world: World, name: str) -> list[str]:
    """Return the subjects of the letters that wait for somebody."""
    with tx.reading(world.org):
        mails = Parcel.objects.filter(kind=letters.MAIL, address=world.email(name), status="waiting")
        sealed = [json.loads(mail.payload)["sealed"] for mail in mails.order_by("number")]
    return [json.loads(vault.open(one, about=letters.SEALED_FOR))["subject"] for one in sealed]


def test_after_an_outage_each_person_gets_one_mail_about_all_of_it(world: World) -> None:
    world.change(chain(*STANDARD))
    told = [post(world, refund(str(101 + number))) for number in range(MANY)]
    sent(world)
    world.turn(hours=2, minutes=30)
    assert sweep(world) == MANY
    assert written(world, "bo") == [f"{MANY} actions wait for you"]
    assert written(world, "mia") == [f"{MANY} actions wait for you"]
    with tx.reading(world.org):
        waiting = Parcel.objects.filter(status="waiting", channel="email").exclude(kind=letters.MAIL)
        assert not waiting.exists()
    for one in told:
        assert ran(world, one) == ["1", "2"]
        assert asked(world, one) == {"bo", "cy", "mia"}
    assert auditor.examine(world.org, since=clock.now()) == []
    history_holds(world)


def test_few_are_told_one_by_one(world: World) -> None:
    world.change(chain(*STANDARD))
    for number in range(2):
        post(world, refund(str(101 + number)))
    sent(world)
    world.turn(hours=1, minutes=30)
    assert sweep(world) == 2
    assert written(world, "bo") == []


def test_many_that_are_not_late_are_told_one_by_one(world: World) -> None:
    world.change(chain(REMIND))
    told = [post(world, refund(str(101 + number))) for number in range(MANY)]
    sent(world)
    world.turn(hours=1)
    assert sweep(world) == MANY
    assert written(world, "bo") == []
    with tx.reading(world.org):
        reminders = Parcel.objects.filter(kind=letters.REMINDED, address=world.email("bo"), status="waiting")
        assert {one.action for one in reminders} == {key_of(one) for one in told}


def test_all_that_is_over_ends_once_each_with_its_own_callback(world: World) -> None:
    world.change(chain(*STANDARD))
    told = [post(world, refund(str(101 + n)), callback_url="http://127.0.0.1:9/hook") for n in range(MANY)]
    sent(world)
    world.turn(hours=5)
    assert sweep(world) == MANY
    assert sweep(world) == 0
    for one in told:
        assert now(world, one)["status"] == "expired"
    with tx.reading(world.org):
        callbacks = Parcel.objects.filter(kind="action.decided", channel="callback", status="waiting")
        assert sorted(str(one.action) for one in callbacks) == sorted(str(key_of(one)) for one in told)
        assert Action.objects.filter(lapse_at__isnull=False).count() == 0
    assert auditor.examine(world.org, since=clock.now()) == []
    history_holds(world)


def test_one_that_cannot_be_run_stands_in_nobody_s_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.change(chain(REMIND))
    told = [post(world, refund(str(101 + number))) for number in range(MANY)]
    poisoned, real = key_of(told[3]), lapse.run

    def run(story: Story, ground: object) -> None:
        if story.action.pk == poisoned:
            raise RuntimeError("a row that nobody foresaw")
        real(story, ground)  # type: ignore[arg-type]

    monkeypatch.setattr(lapse, "run", run)
    world.turn(hours=1)
    assert sweep(world) == MANY - 1
    assert [ran(world, one) for one in told].count(["1"]) == MANY - 1
    assert ran(world, told[3]) == []
    monkeypatch.undo()
    assert sweep(world) == 1
    assert ran(world, told[3]) == ["1"]
