"""Whoever may only read an action can remind those who decide it."""

from __future__ import annotations

import json

from django.core.mail import EmailMultiAlternatives

from core import clock, ids
from delivery import letters
from tests.journeys.browser import browser_of, form_of, words
from tests.play import at_once, cast, history_holds, kinds, now, parcels, post, refund
from tests.world import World


def mails(world: World, told: dict[str, object]) -> list[str]:
    """Return who was reminded, in order."""
    return sorted(one["address"] for one in parcels(world, told, "email") if one["kind"] == "action.reminded")


def test_a_reader_reminds_everybody_who_can_decide(world: World) -> None:
    action = post(world)
    eve = browser_of(world, "eve")
    page = eve.text(f"/actions/{action['id']}")
    assert "Remind Bo Lind and 2 others" in words(page)
    path = f"/actions/{action['id']}/remind"
    answer = eve.post(path, form_of(page, path))
    assert answer.status_code == 303
    assert "Bo Lind, Cy Okafor and Dee Novak get a mail now." in words(eve.text(answer["Location"]))
    assert mails(world, action) == [world.email(name) for name in ("bo", "cy", "dee")]
    assert "action.reminded" in kinds(world, action)
    history_holds(world)


def test_once_an_hour_and_again_after_it(world: World) -> None:
    action = post(world)
    eve = browser_of(world, "eve")
    path = f"/actions/{action['id']}/remind"
    assert eve.post(path).status_code == 303
    again = eve.post(path)
    assert again.status_code == 409
    assert "they were reminded within the last hour" in words(again.content.decode())
    assert len(mails(world, action)) == 3
    world.turn(minutes=61)
    assert browser_of(world, "finn").post(path).status_code == 303
    assert len(mails(world, action)) == 6


def test_two_at_once_send_one_mail_each(world: World) -> None:
    action = post(world)
    browsers = [browser_of(world, name) for name in ("eve", "finn")]
    path = f"/actions/{action['id']}/remind"
    answers = at_once(*(lambda one=one: one.post(path).status_code for one in browsers))
    assert sorted(str(one) for one in answers) == ["303", "409"]
    assert len(mails(world, action)) == 3


def test_never_to_oneself(world: World) -> None:
    action = post(world, refund("900.00"))
    cast(world, "bo", action)
    bo = browser_of(world, "bo")
    page = words(bo.text(f"/actions/{action['id']}"))
    assert "You approved this." in page
    assert "Remind Cy Okafor" in page
    assert bo.post(f"/actions/{action['id']}/remind").status_code == 303
    assert mails(world, action) == [world.email("cy")]
    cy = browser_of(world, "cy")
    answer = cy.post(f"/actions/{action['id']}/remind")
    assert answer.status_code == 409
    assert "nobody else is asked" in words(answer.content.decode())


def test_not_what_is_over_nor_for_strangers(world: World, another_world: World) -> None:
    action = post(world)
    path = f"/actions/{action['id']}/remind"
    assert browser_of(another_world, "ana").post(path).status_code == 404
    cast(world, "cy", action)
    eve = browser_of(world, "eve")
    assert "Remind" not in words(eve.text(f"/actions/{action['id']}"))
    assert eve.post(path).status_code == 409
    assert mails(world, action) == []
    assert now(world, action)["status"] == "approved"


def test_the_mail_says_that_it_is_a_reminder(world: World) -> None:
    action = post(world)
    browser_of(world, "eve").post(f"/actions/{action['id']}/remind")
    found = next(one for one in parcels(world, action, "email") if one["kind"] == "action.reminded")
    mail = letters.message(
        ids.new(),
        kind=found["kind"],
        address=found["address"],
        payload=json.dumps(found["payload"]),
        at=clock.now(),
    )
    assert isinstance(mail, EmailMultiAlternatives)
    assert mail.subject.startswith("Reminder: Decide by ")
