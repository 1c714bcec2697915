"""Digests by mail are stopped by one click and started again; mail that asks for a decision cannot be stopped so."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from core import tx
from delivery import digests, mornings
from delivery.models import Parcel, Stopped
from delivery.post import promise_all
from tests.journeys.browser import browser_of, words
from tests.journeys.test_preferences import NIGHT, at_three, send, sent, wishing
from tests.letterbox import PostOffice
from tests.play import cast, kinds, post
from tests.world import World, row_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def morning(world: World, office: PostOffice) -> Any:
    """Let Bo's night pass with an action in it; return the morning's mail."""
    at_three(world)
    post(world)
    world.turn(hours=5, minutes=1)
    return office.letters_of("bo")[-1]


def address(letter: Any) -> str:
    return str(letter.message["list-unsubscribe"]).strip().strip("<>")


def path(letter: Any) -> str:
    return "/" + address(letter).split("/", 3)[3]


def test_one_click_stops_the_digest_and_the_settings_start_it_again(world: World, post_office: PostOffice) -> None:
    wishing(world, quiet=NIGHT)
    letter = morning(world, post_office)
    assert address(letter).startswith(f"{post_office.site}/digests/")
    visitor = post_office.person()
    for method in ("GET", "HEAD", "GET"):
        assert visitor.ask(method, path(letter)).status == 200
    with tx.reading(world.org):
        assert not Stopped.objects.exists(), "looking stops nothing"
    for _ in range(2):
        assert Client(enforce_csrf_checks=True).post(path(letter), ONE_CLICK).status_code == 200, "no cookie, no form"
    assert "These mails are stopped" in visitor.open(path(letter)).says
    before = len(post_office.letters_of("bo"))
    at_three(world)
    post(world)
    world.turn(hours=5, minutes=1)
    assert len(post_office.letters_of("bo")) == before
    bo = browser_of(world, "bo")
    page = bo.text("/settings")
    assert "Of what waits for you, when your quiet hours are over: off" in words(page)
    assert bo.post("/settings/digests", {"kind": "morning", "wanted": "yes"}).status_code == 303
    assert "Of what waits for you, when your quiet hours are over: on" in words(bo.text("/settings"))
    at_three(world)
    post(world)
    world.turn(hours=5, minutes=1)
    assert len(post_office.letters_of("bo")) == before + 1


def test_over_https_it_is_one_click(world: World, post_office: PostOffice) -> None:
    wishing(world, quiet=NIGHT)
    with override_settings(BASE_URL="https://approve.acme.test"):
        letter = morning(world, post_office)
    assert str(letter.message["list-unsubscribe-post"]).strip() == "List-Unsubscribe=One-Click"
    assert digests.read(address(letter).rpartition("/")[2]) is not None, "it arrives whole"


def test_mail_that_asks_for_a_decision_cannot_be_stopped(world: World, post_office: PostOffice) -> None:
    wishing(world)
    digests.choose(world.org, world.person("bo").pk, "morning", wanted=False)
    digests.choose(world.org, world.person("bo").pk, "ended", wanted=False)
    post(world)
    (letter,) = post_office.letters_of("bo")
    for header in ("list-unsubscribe", "list-unsubscribe-post"):
        assert letter.message[header] is None


def test_who_wants_no_news_of_ends_gets_none(world: World, post_office: PostOffice) -> None:
    digests.choose(world.org, world.person("bo").pk, "ended", wanted=False)
    told = post(world)
    post_office.letters_of("bo"), post_office.letters_of("dee")
    cast(world, "cy", told)
    world.turn(minutes=1)
    assert len(post_office.letters_of("bo")) == 1
    news = post_office.letters_of("dee")[-1]
    assert "no longer" in news.part("plain") or "nothing left" in news.part("plain")
    assert "/digests/" in address(news)
    assert kinds(world, told)[-1] == "action.decided"


def test_what_stands_in_for_another_channel_comes_in_any_case(world: World) -> None:
    bo = world.person("bo")
    wishing(world, quiet=NIGHT)
    digests.choose(world.org, bo.pk, "morning", wanted=False)
    at_three(world)
    post(world)
    _fall_back(world.org, bo.pk, bo.email)
    assert send(world) == 1
    assert [one.status for one in sent(world, kind="mail") if one.person == bo.pk] == ["sent"]


@tx.use_case
def _fall_back(org: int, person: Any, email: str) -> None:
    promise_all([mornings.promised(person, email, tx.now(), instead=True)])


@pytest.mark.parametrize("token", ["x", "v1.AAAA", "v1." + "A" * 120])
def test_a_forged_link_stops_nothing(world: World, token: str) -> None:
    assert Client().post(f"/digests/{token}", ONE_CLICK).status_code == 404
    assert Client().get(f"/digests/{token}").status_code == 404


def test_who_left_has_no_digests(world: World) -> None:
    url = digests.url_of(world.org, world.person("eve").pk, "morning")
    world.change(lambda document: document["people"].remove(row_of(document, "people", world.email("eve"))))
    assert Client().post("/digests/" + url.rpartition("/")[2], ONE_CLICK).status_code == 404
    with tx.reading(world.org):
        assert not Parcel.objects.filter(kind="morning").exists()
