"""What SEMANTICS.md 7 asks of notifications in Slack: storms, changes under way, lost answers, a revoked token."""

from __future__ import annotations

import json
import threading
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from core import clock, tx
from delivery.models import Note, Parcel
from delivery.slack import buckets, desk, keeper
from delivery.slack.client import Answer, call
from dev.slack import pressing
from dev.slack.workspace import Message
from tests.journeys.test_slack import as_risk
from tests.play import cast, key_of, now, parcels, post
from tests.slack import Desk
from tests.world import Document, World


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


@tx.use_case
def change(org: int, told: Any) -> None:
    desk.changed(key_of(told))


def press_on(slack: Desk, name: str, message: Message, action_id: str) -> None:
    slack.post(
        "/slack/interactions",
        pressing.press(slack.server, slack.workspace, slack.user(name), message, action_id),
    )


def test_a_hundred_in_ten_seconds_are_three_messages_and_all_are_decided(low: World, slack: Desk) -> None:
    """One to itself, one digest, the critical one apart; then every decision shows in what was sent."""

    def alone(document: Document) -> None:
        document["routes"][-1]["stages"] = [[{"approvals": 1, "from": {"person": low.email("bo")}}]]

    low.change(alone)
    told = []
    for number in range(100):
        more = {"action": "account.close"} if number == 50 else {}
        told.append(post(low, {"customer": "Marta"} if more else None, **more))
        if number % 10 == 9:
            low.turn(seconds=1)
            slack.work()
    for _ in range(10):
        low.turn(seconds=5)
        slack.work()
    posts = [given for method, given in slack.workspace.calls if method == "chat.postMessage"]
    assert len(posts) == 3
    first, digest, critical = _sorted(slack.messages("bo"))
    assert "Critical" in json.dumps(critical.body)
    assert digest.body["text"] == "98 more actions wait for you"
    assert len(digest.history) <= 14  # no more than one edit in five seconds
    press_on(slack, "bo", digest, "approve.review")
    slack.submit("bo", vote="approve")
    for one in told:
        if now(low, one)["status"] == "pending":
            cast(low, "bo", one)
    low.turn(seconds=6)
    slack.work(3)
    first, digest, critical = _sorted(slack.messages("bo"))
    assert first.body["text"].startswith("Approved by Bo")
    assert critical.body["text"].startswith("Approved by Bo")
    assert "98 of 98 are decided" in json.dumps(digest.body)
    assert digest.body["text"] == "None of these waits for you any more"
    assert "*Approved* by Bo" in json.dumps(digest.body)
    assert not any("429" in str(note.last_error) for note in _notes(low))


def test_a_digest_says_at_once_who_decided(low: World, slack: Desk) -> None:
    """Within a second of the edit before; the worker looks ten times a second while a note waits for that."""
    told = [post(low) for _ in range(4)]
    slack.work(2)
    (digest,) = (one for one in slack.messages("bo") if "more action" in one.body["text"])
    for number, one in enumerate(told[1:]):
        cast(low, "cy", one)
        assert Look().once() == keeper.SOON
        low.turn(seconds=1)
        slack.work()
        assert json.dumps(digest.body).count("*Approved* by Cy") == number + 1
    assert "3 of 3 are decided" in json.dumps(digest.body)


class Look(threading.Event):
    """A bell that says for how long the worker would have waited for it, and stops it."""

    def once(self) -> float:
        """Let the worker take one look that finds nothing to do; return until when it would sleep, in seconds."""
        self.waited: list[float] = []
        with patch.object(desk, "file", return_value=0), patch.object(keeper, "keep", return_value=0):
            keeper.run(self, self, poll=1.5)
        return self.waited[0]

    def clear(self) -> None:
        """Stay as it is."""

    def wait(self, timeout: float | None = None) -> bool:
        """Note how long, and stop."""
        self.waited.append(timeout or 0)
        self.set()
        return True


def _sorted(messages: list[Message]) -> list[Message]:
    """Return the first message, the digest, the critical one."""
    assert len(messages) == 3, [one.body["text"] for one in messages]
    digest = next(one for one in messages if "more action" in one.history[0]["text"])
    critical = next(one for one in messages if "lose the account" in one.body["text"])
    (first,) = (one for one in messages if one is not digest and one is not critical)
    return [first, digest, critical]


def _notes(world: World) -> list[Note]:
    with tx.reading(world.org):
        return list(Note.objects.filter(org_id=world.org))


def test_three_changes_during_one_call_are_shown_by_one_more(low: World, slack: Desk) -> None:
    told = post(low)
    slack.work()
    change(low.org, told)
    made: list[str] = []

    def changing(token: str, method: str, arguments: Any) -> Answer:
        if method == "chat.update" and not made:
            made.append(method)
            for _ in range(3):
                change(low.org, told)
            connection.close()  # of the keeper's own thread
        return call(token, method, arguments)

    with patch.object(keeper, "call", changing):
        slack.work()
    before = len(slack.workspace.calls)
    slack.work()
    assert all(note.wanted == note.shown and note.due_at is None for note in _notes(low))
    assert len(slack.workspace.calls) - before == 3  # one for each of the three readers


def test_a_lost_answer_is_one_more_message_whose_buttons_work_and_which_is_kept_too(low: World, slack: Desk) -> None:
    low.change(lambda document: document["routes"][-1].update(stages=[[{"approvals": 2, "from": {"team": "finance"}}]]))
    slack.workspace.misbehave("chat.postMessage", "lost")
    told = post(low)
    slack.work()
    low.turn(minutes=1)
    slack.work()
    doubled = next(name for name in ("bo", "cy", "dee") if len(slack.messages(name)) == 2)
    orphan, kept = slack.messages(doubled)
    press_on(slack, doubled, orphan, "approve")
    assert now(low, told)["votes"]["approvals"] == 1
    slack.work(2)
    cast(low, "cy" if doubled != "cy" else "bo", told)
    slack.work(2)
    assert now(low, told)["status"] == "approved"
    for message in (orphan, kept):
        assert message.body["text"].startswith("Approved by")
    assert sum(len(slack.messages(name)) for name in ("bo", "cy", "dee")) == 4


def test_a_revoked_token_is_mail_in_the_same_minute_and_the_admins_hear_of_it(low: World, slack: Desk) -> None:
    low.change(lambda document: [one.update(notify={"low": ["slack", "inapp"]}) for one in document["people"]])
    slack.workspace.misbehave("chat.postMessage", "error", error="token_revoked", times=9)
    told = post(low)
    assert parcels(low, told, "email") == []
    began = clock.now()
    slack.work()
    assert {one["address"] for one in parcels(low, told, "email")} == {low.email(name) for name in ("bo", "cy", "dee")}
    assert (clock.now() - began).total_seconds() < 60
    assert {note.last_error for note in _notes(low)} == {"token_revoked"}
    with tx.reading(low.org):
        warned = Parcel.objects.filter(org_id=low.org, once__startswith="slack:", channel="email")
        assert {one.address for one in warned} == {low.email("ana")}
    buckets.forget()
