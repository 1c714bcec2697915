"""Whom the chain asks next, and when: mail, Slack and the page say the same."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from core import clock
from delivery.cards import moment
from tests.chains import with_chain
from tests.journeys.browser import browser_of, words
from tests.letterbox import PostOffice
from tests.play import parcels, post, sweep
from tests.slack import Desk
from tests.world import Document, World


@pytest.fixture
def chained(world: World) -> World:
    """Bo alone is asked; after an hour Cy too, after two Mia in their place, and after four it is rejected."""

    def edit(document: Document) -> None:
        document["routes"][-1]["stages"] = [[{"approvals": 1, "from": {"person": world.email("bo")}}]]
        with_chain(
            {"at": "1h", "do": "add", "to": {"person": world.email("cy")}},
            {"at": "2h", "do": "replace", "to": {"manager_of": "asked"}},
        )(document)

    world.change(edit)
    return world


def read(at: str) -> datetime:
    return datetime.fromisoformat(at)


def test_the_mail_says_whom_it_asks_then_and_how_it_ends(chained: World, post_office: PostOffice) -> None:
    told = post(chained)
    (letter,) = post_office.letters_of("bo")
    (card,) = [one["payload"] for one in parcels(chained, told, "email")]
    assert card["then"] == "Cy Okafor"
    zone = card["timezone"]
    from_then = moment(read(card["until"]), zone=zone, now=clock.now())
    ends = moment(read(card["decide_by"]), zone=zone, now=clock.now())
    assert read(card["until"]) < read(card["decide_by"])
    assert str(letter.message["subject"]).strip() == f"Decide by {from_then}: {told['title']}"
    for kind in ("plain", "html"):
        text = words(letter.part(kind))
        assert f"until {from_then}" in text
        assert "Then it asks Cy Okafor." in text
        assert f"If nobody decides by {ends}, it is treated as rejected." in text
    page = words(browser_of(chained, "bo").text(f"/actions/{told['id']}"))
    assert f"Then Cy Okafor from {from_then}" in page
    chained.turn(hours=1, minutes=1)
    sweep(chained)
    to_cy = post_office.letters_of("cy")[-1]
    assert "Then it asks Mia Vance in your place." in words(to_cy.part("plain"))


def test_slack_says_it_too_and_goes_on_saying_what_is_next(chained: World, slack: Desk) -> None:
    post(chained)
    slack.work()
    (mine,) = slack.messages("bo")
    shown = json.dumps(mine.body["blocks"], ensure_ascii=False)
    assert ", then Cy Okafor. If nobody decides by <!date^" in shown
    chained.turn(hours=1, minutes=1)
    sweep(chained)
    slack.work(2)
    (theirs,) = slack.messages("cy")
    assert ", then Mia Vance in your place. If nobody decides by <!date^" in json.dumps(theirs.body["blocks"])


def test_a_chain_that_asks_nobody_else_says_its_end_alone(world: World, post_office: PostOffice) -> None:
    world.change(with_chain({"at": "1h", "do": "add", "to": {"team": "finance"}}))
    told = post(world)  # all of Finance are asked already
    text = words(post_office.letters_of("bo")[0].part("plain"))
    assert "Then it asks" not in text
    assert "If nobody decides by then, it is treated as rejected." in text
    assert told["status"] == "pending"
