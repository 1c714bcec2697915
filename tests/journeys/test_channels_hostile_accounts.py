"""Attacks on whose Slack account it is, on where answers go, and on what logs tell."""

from __future__ import annotations

import threading
from urllib.parse import unquote, urlencode

import pytest
from django.test import Client

from accounts.models import Person
from approvals.slack import answers
from config.logs import redact
from core import tx
from delivery.models import Parcel
from dev.slack import pressing
from tests.journeys.browser import browser_of, words
from tests.journeys.test_slack import as_risk
from tests.journeys.test_slack_pressed import unlink
from tests.play import Told, post, refund
from tests.slack import Desk
from tests.world import World

SENT = "/slack/interactions"


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


def invited(slack: Desk, world: World, told: Told, name: str) -> str:
    """Let somebody who is not linked press a button; return the token of the link they get."""
    slack.work()
    message = slack.message(name, told)
    unlink(world.org, world.email(name))
    slack.post(SENT, pressing.press(slack.server, slack.workspace, slack.user(name), message, "approve"))
    return unquote(slack.heard()[-1].partition("token=")[2].partition("|")[0])


def test_nobody_gets_a_second_seat_by_handing_their_link_to_a_colleague(low: World, slack: Desk) -> None:
    """Cy presses, and sends Bo the link; Bo, signed in, would make Cy's account theirs."""
    told = post(low, refund("600.00"))
    token = invited(slack, low, told, "cy")
    bo = browser_of(low, "bo")
    assert bo.get(f"/slack/link?{urlencode({'token': token})}").status_code == 409
    answer = bo.post("/slack/link", {"token": token})
    assert answer.status_code == 409
    assert "Slack says that this account is" in words(answer.content.decode())
    with tx.reading(low.org):
        assert not Person.objects.filter(slack=slack.user("cy").id).exists()
    assert browser_of(low, "cy").post("/slack/link", {"token": token}).status_code == 303


def test_where_slack_tells_no_address_the_page_shows_whose_account_it_is_and_its_person_hears_of_it(
    low: World, slack: Desk
) -> None:
    told = post(low)
    slack.user("cy").email = ""
    slack.user("cy").name = "Cy <b>Moss</b>\u202e"
    token = invited(slack, low, told, "cy")
    bo = browser_of(low, "bo")
    page = bo.text(f"/slack/link?{urlencode({'token': token})}")
    assert slack.user("cy").id in page
    assert "<b>Moss" not in page
    assert "&lt;b&gt;Moss" in page
    assert bo.post("/slack/link", {"token": token}).status_code == 303
    with tx.reading(low.org):
        assert (
            Parcel.objects.filter(
                channel="email", kind="mail", address=low.email("bo"), once__startswith="linked:"
            ).count()
            == 1
        )


def test_a_link_links_nothing_by_get_without_a_session_or_from_another_site(low: World, slack: Desk) -> None:
    told = post(low)
    token = invited(slack, low, told, "bo")
    bo = browser_of(low, "bo")
    for _ in range(5):
        bo.get(f"/slack/link?{urlencode({'token': token})}")
        bo.client.head(f"/slack/link?{urlencode({'token': token})}")
    assert bo.client.post("/slack/link", {"token": token}).status_code == 403, "no token of a form"
    nobody = Client().post("/slack/link", {"token": token})
    assert nobody.status_code == 302
    assert nobody.headers["Location"].startswith("/sign-in")
    with tx.reading(low.org):
        assert not Person.objects.filter(slack=slack.user("bo").id).exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/actions/T/1/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evil.example/hooks.slack.com",
        "https://hooks.slack.com@evil.example/x",
        "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com\\@evil.example/",
        "https://evil.example#@hooks.slack.com/",
        "//hooks.slack.com/x",
        "file:///etc/passwd",
        "https://[::1]/x",
        "https://[",
        "",
    ],
)
def test_an_answer_goes_to_slack_alone(url: str) -> None:
    assert not answers.is_slack(url)


def test_what_is_redacted_in_logs_holds_every_token_of_a_channel() -> None:
    token = "v1.abcDEF-_123456"
    for line in (
        f"/slack/link?token={token}",
        f"/slack/pressed?token={token}&x=1",
        f"/digests/{token}",
        f"/email/bounces/{token}",
        f"/sign-in?next=%2Fm%2F{token}",
        f"/sign-in?again=1&next=%2Fslack%2Flink%3Ftoken%3D{token}",
    ):
        assert token not in redact(f"GET {line} HTTP/1.1"), line


def test_a_storm_of_presses_keeps_a_bounded_line_of_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST", 3)
    hold = threading.Event()
    done: list[bool] = []

    def answer() -> None:
        done.append(hold.wait(5))

    for _ in range(50):
        answers.later(answer)
    hold.set()
    answers.flush()
    assert done == [True] * 3
