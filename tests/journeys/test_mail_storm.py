"""A storm of requests is a few mails: the first at once, the rest as one digest; what is critical stands by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import override_settings

from core import clock, tx
from delivery import leases, queries, windows
from delivery.models import Link, Parcel
from delivery.send import drain
from tests.letterbox import LINK, PostOffice
from tests.play import at_once, cast, history_holds, now, post, refund, sweep
from tests.world import Document, World


def risk(world: World, level: str) -> None:
    def edit(document: Document) -> None:
        next(one for one in document["agents"][0]["actions"] if one["type"] == "refund.create")["risk"] = level

    world.change(edit)


def due_of(world: World, name: str, told: dict[str, Any]) -> datetime:
    with tx.reading(world.org):
        mine = Parcel.objects.filter(person=world.person(name).pk, channel="email", status="waiting")
        return next(one.due_at for one in mine.order_by("-number") if told["id"] in one.payload)


def test_a_hundred_actions_are_three_mails_at_most(world: World, post_office: PostOffice) -> None:
    first = post(world)
    (alone,) = post_office.letters_of("bo")
    assert alone.message["x-countersign-action"] == first["id"], "the first comes at once and by itself"
    storm = [post(world, refund(f"{number}.00")) for number in range(201, 300)]
    post_office.letters_of("bo")
    world.turn(seconds=11)
    letters = post_office.letters_of("bo")
    assert len(letters) <= 3
    assert "requests wait for you, the first until " in str(letters[-1].message["subject"])
    for part in ("plain", "html"):
        texts = [letter.part(part) for letter in letters]
        assert all(sum(one["title"] in text for text in texts) == 1 for one in storm)
        assert sum(len(set(LINK.findall(text))) for text in texts) == 100
    assert letters[-1].message["list-unsubscribe"] is None, "it asks for decisions"
    later = [post(world, refund(f"{number}.50")) for number in range(3)]
    world.turn(seconds=30)
    assert len(post_office.letters_of("bo")) == len(letters), "after that one a minute"
    world.turn(seconds=31)
    assert str(post_office.letters_of("bo")[-1].message["subject"]).startswith("3 requests wait for you")
    threads = post_office.letters_of("bo")[-1].message["references"]
    assert all(one["id"] in threads for one in later)
    world.turn(minutes=4)
    calm = post(world)
    assert post_office.letters_of("bo")[-1].message["x-countersign-action"] == calm["id"], "calm again"


def test_each_link_of_a_digest_shows_its_own_request_and_decides_it_once(world: World, post_office: PostOffice) -> None:
    many = [post(world, refund(f"{number}.00")) for number in (21, 22, 23)]
    (digest,) = post_office.letters_of("bo")
    found = list(dict.fromkeys(LINK.findall(digest.part("plain"))))
    assert len(found) == 3
    visitor = post_office.person()
    for _ in range(3):
        for link in found:
            assert visitor.open(link).status == 200
            assert visitor.ask("HEAD", link).status == 200
    assert [now(world, one)["status"] for one in many] == ["pending"] * 3
    titles = {link: next(one for one in many if one["title"] in visitor.open(link).says) for link in found}
    assert len({one["id"] for one in titles.values()}) == 3
    assert visitor.press(found[1], "approve").status == 200
    for link, told in titles.items():
        assert now(world, told)["status"] == ("approved" if link == found[1] else "pending")
    with tx.reading(world.org):
        assert Link.objects.exclude(used_at=None).count() == 1
    history_holds(world)


def test_what_was_decided_meanwhile_is_not_in_the_digest(world: World, post_office: PostOffice) -> None:
    post(world)
    post_office.letters_of("bo")
    gone, stays, other = (post(world, refund(f"{number}.00")) for number in (31, 32, 33))
    post_office.letters_of("bo")
    cast(world, "cy", gone)
    world.turn(seconds=11)
    digest = post_office.letters_of("bo")[-1]
    assert gone["title"] not in digest.part("plain")
    assert stays["title"] in digest.part("plain")
    assert other["title"] in digest.part("plain")
    assert str(digest.message["subject"]).startswith("2 requests wait")


def test_one_that_is_left_alone_is_a_mail_as_ever(world: World, post_office: PostOffice) -> None:
    post(world)
    post_office.letters_of("bo")
    gone, stays = post(world, refund("31.00")), post(world, refund("32.00"))
    post_office.letters_of("bo")
    cast(world, "cy", gone, "reject")
    world.turn(seconds=11)
    letter = post_office.letters_of("bo")[-1]
    assert letter.message["x-countersign-action"] == stays["id"]
    assert "Undo?" in letter.part("plain")


def test_critical_ones_stand_by_themselves(world: World, post_office: PostOffice) -> None:
    risk(world, "critical")
    many = [post(world, refund(f"{number}.00")) for number in (41, 42, 43)]
    letters = post_office.letters_of("bo")
    alone = sorted(one.message["x-countersign-action"] for one in letters)
    assert alone == sorted(one["id"] for one in many), "they leave abreast"


@pytest.mark.parametrize(("left", "at_most"), [(120, 30), (30, 8)])
def test_nothing_waits_for_more_than_a_quarter_of_its_time(
    world: World, post_office: PostOffice, left: int, at_most: int
) -> None:
    post(world)
    post_office.letters_of("bo")
    urgent = post(world, refund("51.00"), decide_within=left)
    calm = post(world, refund("52.00"))
    post_office.letters_of("bo")
    assert (due_of(world, "bo", urgent) - clock.now()).total_seconds() <= at_most
    world.turn(seconds=at_most)
    digest = post_office.letters_of("bo")[-1]
    assert str(digest.message["subject"]).startswith("2 requests"), "what waits with it leaves with it"
    assert digest.part("plain").index(urgent["title"]) < digest.part("plain").index(calm["title"])


def test_a_worker_that_dies_with_a_digest_in_hand_loses_nothing(world: World, post_office: PostOffice) -> None:
    many = [post(world, refund(f"{number}.00")) for number in (61, 62, 63)]
    with tx.reading(world.org):
        bo = [one.pk for one in Parcel.objects.filter(person=world.person("bo").pk, channel="email")]
    ready = windows.ripe(world.org, bo)
    (taken,) = windows.bundled(leases.lease(world.org, ready, signs=False))
    assert len(taken.each) == 3
    assert post_office.letters_of("bo") == [], "leased, and its worker is dead"
    world.turn(seconds=61)
    (digest,) = post_office.letters_of("bo")
    for told in many:
        assert told["title"] in digest.part("plain")
    with tx.reading(world.org):
        assert set(Parcel.objects.filter(pk__in=bo).values_list("status", flat=True)) == {"sent"}


def test_a_digest_that_the_server_does_not_take_stays_one(world: World, post_office: PostOffice) -> None:
    for number in (71, 72, 73):
        post(world, refund(f"{number}.00"))
    post_office.mail.refuse[world.email("bo")] = "451 later"
    assert post_office.letters_of("bo") == []
    with tx.reading(world.org):
        mine = Parcel.objects.filter(person=world.person("bo").pk, channel="email")
        assert len({one.due_at for one in mine}) == 1
        assert {one.attempts for one in mine} == {1}
    post_office.mail.refuse.clear()
    world.turn(seconds=30)
    (digest,) = post_office.letters_of("bo")
    assert str(digest.message["subject"]).startswith("3 requests")


def test_a_refused_address_is_told_of_every_request(world: World, post_office: PostOffice) -> None:
    many = [post(world, refund(f"{number}.00")) for number in (81, 82)]
    for name in ("bo", "cy", "dee"):
        post_office.mail.refuse[world.email(name)] = "550 no such user"
    assert post_office.letters_of("bo") == []
    with tx.reading(world.org):
        dead = Parcel.objects.filter(person=world.person("bo").pk, channel="email", status="dead")
        assert len({one.action for one in dead}) == len(many)


def test_the_outbox_shows_the_digest_as_its_reader_would_get_it(world: World, post_office: PostOffice) -> None:
    with override_settings(EMAIL_IS_OUTBOX=True):
        many = [post(world, refund(f"{number}.00")) for number in (91, 92, 93)]
        drain("email", now=clock.now(), org=world.org)
        with tx.reading(world.org):
            (mail,) = [one for one in queries.mail_outbox() if one.to == world.email("bo")]
    assert mail.subject.startswith("3 requests wait for you")
    assert all(one["title"] in mail.text for one in many)
    assert len(set(LINK.findall(mail.text))) == 3


def test_nothing_an_agent_wrote_becomes_a_link_or_stands_in_the_subject(world: World, post_office: PostOffice) -> None:
    for number in (1, 2):
        post(world, refund(f"{number}.00"), reason="https://evil.example/", summary="www.evil.example\r\nBcc: x@y.z")
    (digest,) = post_office.letters_of("bo")
    assert "evil" not in str(digest.message["subject"])
    assert "evil.example" not in digest.raw.split(b"\r\n\r\n", 1)[0].decode()
    assert 'href="http://evil' not in digest.part("html")
    assert "https://evil" not in digest.part("plain")
    assert digest.message["bcc"] is None


def test_warnings_and_reminders_say_so_in_the_digest(world: World, post_office: PostOffice) -> None:
    many = [post(world, refund(f"{number}.00")) for number in (11, 12)]
    world.turn(hours=3, minutes=59)
    sweep(world)
    digest = post_office.letters_of("bo")[-1]
    assert all(one["title"] in digest.part("plain") for one in many)
    world.turn(minutes=2)
    sweep(world)
    assert {now(world, one)["status"] for one in many} == {"expired"}


def test_two_workers_send_one_digest(world: World, post_office: PostOffice) -> None:
    for number in range(5):
        many = [post(world, refund(f"{number + 1}0.0{cent}")) for cent in range(4)]
        before = len(post_office.mail.messages)
        at_once(*[lambda: drain("email", now=clock.now(), org=world.org)] * 2)
        told = [one for one in post_office.mail.messages[before:] if one.readers == (world.email("bo"),)]
        assert len(told) == 1, [str(one.message["subject"]) for one in told]
        assert all(one["title"] in told[0].part("plain") for one in many)
        world.turn(minutes=4)
