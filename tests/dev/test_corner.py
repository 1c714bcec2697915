"""The developer's corner: be anybody, turn the clock, see every message; for this machine and DEBUG alone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core import clock
from dev import turning
from tests.journeys.browser import browser_of, words
from tests.play import cast, parcels, post, refund
from tests.world import World

pytestmark = pytest.mark.urls("tests.dev.urls")
PAGES = ("/dev/", "/dev/outbox", "/dev/messages", "/dev/style.css", "/dev/letter/x")


@pytest.fixture(autouse=True)
def debug(settings: Any, tmp_path: Path) -> Any:
    settings.DEBUG = True
    settings.DATA_DIR = tmp_path
    return settings


def test_one_click_makes_a_link_that_signs_in_as_anybody(world: World) -> None:
    client = Client()
    page = client.get("/dev/").content.decode()
    assert world.email("bo") in page
    answer = client.post("/dev/sign-in-as", {"person": f"{world.org} {world.email('bo')}"})
    client.post(answer["Location"])
    assert "Bo" in client.get("/dev/").content.decode().split("You are", 1)[1]


def test_nobody_of_nowhere_is_not_found(world: World) -> None:
    for person in ("", "x", f"{world.org} nobody@acme.test", "999999 bo@acme.test"):
        assert Client().post("/dev/sign-in-as", {"person": person}).status_code == 404


def test_every_message_is_shown_and_slack_takes_all_of_them(world: World) -> None:
    post(world)
    cast(world, "bo", post(world))
    page = browser_of(world, "bo").text("/dev/messages")
    said = words(page)
    assert "0 that Slack or the post office would refuse" in said
    for name in ("Pending, high risk", "Pending, critical risk", "Approved", "Window: Review and decide"):
        assert name in said, name
    for name in ("The app's home", "Reminder in the thread", "action.ended, several", "mail, the morning"):
        assert name in said.replace("’", "'"), name
    assert page.count("<iframe sandbox ") >= 7


def test_what_an_agent_wrote_is_neither_markup_nor_a_link_on_these_pages(world: World) -> None:
    evil = "<script>alert(1)</script><https://evil.test|here> <@U0> *bold*"
    post(world, refund("10.00"), reason=evil)
    bo = browser_of(world, "bo")
    for path in ("/dev/messages", "/dev/outbox"):
        page = bo.text(path)
        assert "<script>alert" not in page
        assert 'href="https://evil.test' not in page


def test_the_outbox_shows_one_action_as_slack_mail_and_row(world: World) -> None:
    told = post(world)
    assert parcels(world, told, "email")
    page = browser_of(world, "bo").text(f"/dev/outbox?action={told['id']}")
    said = words(page)
    assert "It would look like this" in said
    assert f'id="row-{told["id"]}"' in page
    assert re.findall(r'<iframe sandbox title="action.asked to [^"]+" src="/dev/letter/[0-9a-f]{32}"', page)


def test_a_mail_s_frame_can_run_nothing(world: World) -> None:
    post(world)
    bo = browser_of(world, "bo")
    frame = re.findall(r'src="(/dev/letter/[0-9a-f]+)"', bo.text("/dev/outbox"))[0]
    answer = bo.get(frame)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


def test_the_clock_turns_forward_for_all_and_never_back(world: World) -> None:
    before = clock.shift()
    try:
        assert Client().post("/dev/clock", {"seconds": "3600"}).status_code == 303
        assert turning.turned() == timedelta(hours=1)
        assert clock.shift() == timedelta(hours=1)
        assert Client().post("/dev/clock", {"seconds": "-5"}).status_code == 404
        assert Client().post("/dev/clock", {"seconds": "99999999999"}).status_code == 422
        with pytest.raises(turning.TooFar):
            turning.turn(-timedelta(seconds=1))
    finally:
        clock.turn(before - clock.shift())


@pytest.mark.parametrize("path", PAGES)
def test_without_debug_from_elsewhere_or_with_links_elsewhere_there_is_nothing(debug: Any, path: str) -> None:
    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code == 404
    debug.BASE_URL = "https://countersign.example.com"
    assert Client().get(path).status_code == 404
    debug.BASE_URL, debug.DEBUG = "http://127.0.0.1:8000", False
    assert Client().get(path).status_code == 404
    for act in ("/dev/sign-in-as", "/dev/clock"):
        assert Client().post(act).status_code == 404


def test_a_form_of_another_site_does_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/dev/sign-in-as", {"person": f"{world.org} {world.email('bo')}"})
    assert answer.status_code == 403
