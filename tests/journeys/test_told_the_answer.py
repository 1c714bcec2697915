"""Questions by way of a mail's link: the agent's answer comes as the person who asked wishes to be told."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.flow import ask, reply
from tests.journeys.browser import browser_of, form_of, words
from tests.journeys.test_preferences import sent
from tests.letterbox import PostOffice, link_in
from tests.play import Told, cast, history_holds, key_of, now, post
from tests.slack import Desk
from tests.world import World, row_of


def wishing(world: World, **wish: Any) -> None:
    world.change(lambda document: row_of(document, "people", world.email("bo")).update(wish))


def answer(world: World, told: Told, text: str = "Yes, 4 in Gothenburg.") -> None:
    reply.reply(world.org, key_of(told), actor=world.as_agent(), text=text)


def test_a_question_asked_from_a_mail_is_answered_by_mail_in_its_thread(world: World, post_office: PostOffice) -> None:
    told = post(world)
    (asked,) = post_office.letters_of("bo")
    page = post_office.person().open(link_in(asked))
    assert f'href="/actions/{told["id"]}"' in page.body, "to ask the agent, the link's page leads to the app"
    bo = browser_of(world, "bo")
    fields = form_of(bo.text(f"/actions/{told['id']}"), f"/actions/{told['id']}/ask")
    assert bo.post(f"/actions/{told['id']}/ask", {**fields, "text": "Is a replacement in stock?"}).status_code == 303
    assert post_office.person().open(link_in(asked)).form is not None, "who is sure may still decide"
    answer(world, told, "Yes, 4 <b>in</b> Gothenburg. https://evil.example")
    _, told_so = post_office.letters_of("bo")
    assert str(told_so.message["subject"]).strip().startswith("Answered: Decide by")
    assert told_so.message["references"] == asked.message["references"]
    text = words(told_so.part("plain"))
    assert "answered your question and is waiting for you until" in text
    assert "You asked Is a replacement in stock?" in text
    assert "Yes, 4" in text
    for part in ("plain", "html"):
        assert "https://evil" not in told_so.part(part)
    assert "<b>in</b>" not in told_so.part("html")
    assert post_office.person().press(link_in(told_so), "approve").status == 200
    assert now(world, told)["status"] == "approved"
    history_holds(world)


@pytest.mark.parametrize(
    ("notify", "channels"),
    [
        ({"low": ["inapp"]}, []),
        ({"low": ["slack"]}, ["slack"]),
        ({"low": ["email"]}, ["email"]),
        ({"low": ["slack", {"channel": "email", "after": "10m"}]}, ["slack", "email"]),
    ],
)
def test_it_follows_their_channels(world: World, slack: Desk, notify: dict[str, Any], channels: list[str]) -> None:
    wishing(world, notify=notify)
    told = post(world)
    ask.ask(world.org, key_of(told), actor=world.as_person("bo"), text="Is a replacement in stock?")
    answer(world, told)
    answered = sent(world, told, kind="action.answered")
    assert [one.channel for one in answered] == channels
    assert {one.person for one in answered} <= {world.person("bo").pk}
    if len(answered) == 2:
        assert (answered[1].due_at - answered[0].due_at).total_seconds() == 600
        cast(world, "bo", told)
        assert sent(world, told, kind="action.answered")[1].status == "superseded", "they have been there"
