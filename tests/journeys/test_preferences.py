"""How people hear of what they are asked: as they wish, after quiet hours, and by the next channel where one fails."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings

from accounts.models import Person
from approvals.channels import said, would_get
from approvals.flow import snooze
from approvals.portraits.telling import telling_of
from approvals.slack import linking
from approvals.slack.incoming import Member
from config.channels import of_channels
from core import clock, tx
from delivery import failures
from delivery.letters import message
from delivery.models import Parcel
from delivery.preferences import CHANNELS, Preferences, Quiet, Way
from delivery.send import drain
from delivery.slack.vouching import Voucher
from tests.delivery.conftest import mail as mail
from tests.fakes.mail import FakeMail
from tests.journeys.browser import browser_of
from tests.play import Told, cast, history_holds, key_of, kinds, now, post
from tests.world import Document, World, row_of

ZONE = ZoneInfo("Europe/Amsterdam")


def at_three(world: World) -> datetime:
    """Turn the clock to 03:00 of the next Sunday, in Amsterdam."""
    here = clock.now().astimezone(ZONE)
    night = (here + timedelta(days=1)).replace(hour=3, minute=0, second=0, microsecond=0)
    night += timedelta(days=(6 - night.weekday()) % 7)
    return world.turn(seconds=(night - here).total_seconds())


def wishing(world: World, name: str = "bo", *, risk: str = "low", within: str = "24h", **wish: Any) -> None:
    """Let somebody alone be asked, who wishes to be told so."""

    def edit(document: Document) -> None:
        row_of(document, "people", world.email(name)).update(wish)
        document["routes"][2]["stages"] = [[{"approvals": 1, "from": {"person": world.email(name)}}]]
        next(one for one in document["agents"][0]["actions"] if one["type"] == "refund.create")["risk"] = risk
        document["chains"][0]["decide_within"] = within

    world.change(edit)


def sent(world: World, told: Told | None = None, **where: Any) -> list[Parcel]:
    """Return what was promised to people, in order."""
    about = {"action": key_of(told)} if told else {}
    with tx.reading(world.org):
        rows = Parcel.objects.filter(org_id=world.org, **about, **where).exclude(person=None)
        return list(rows.exclude(channel="callback").order_by("number"))


def send(world: World) -> int:
    """Let the worker send the mail that is due."""
    return drain("email", now=clock.now(), org=world.org)


def made(parcel: Parcel) -> EmailMultiAlternatives:
    """Return a mail as it is sent."""
    return message(parcel.pk, kind=parcel.kind, address=parcel.address, payload=parcel.payload, at=clock.now())


NIGHT = {"from": "22:00", "to": "08:00"}


def test_of_a_night_s_low_risk_one_mail_comes_in_the_morning(world: World) -> None:
    wishing(world, quiet=NIGHT)
    at_three(world)
    many = [post(world) for _ in range(5)]
    (parcel,) = sent(world)
    assert parcel.due_at.astimezone(ZONE).hour == 8
    assert send(world) == 0
    cast(world, "bo", many[0])
    world.turn(hours=5, minutes=1)
    assert send(world) == 1
    (parcel,) = sent(world)
    assert parcel.status == "sent"
    text = str(made(parcel).body)
    assert made(parcel).subject == "4 actions wait for you"
    assert all(told["id"] in text for told in many[1:])
    assert many[0]["id"] not in text
    assert send(world) == 0


def test_a_morning_with_nothing_left_sends_nothing(world: World) -> None:
    wishing(world, quiet=NIGHT)
    at_three(world)
    cast(world, "bo", post(world))
    world.turn(hours=5, minutes=1)
    assert send(world) == 0
    assert [one.status for one in sent(world)] == ["superseded"]


@pytest.mark.parametrize(
    ("risk", "within", "hour"), [("high", "24h", 8), ("high", "4h", 3), ("critical", "24h", 3), ("low", "4h", 3)]
)
def test_what_cannot_wait_wakes_people(world: World, risk: str, within: str, hour: int) -> None:
    wishing(world, quiet=NIGHT, risk=risk, within=within)
    at_three(world)
    told = post(world)
    (parcel,) = sent(world, told)
    assert (parcel.kind, parcel.due_at.astimezone(ZONE).hour) == ("action.asked", hour)


LATER: dict[str, Any] = {"notify": {"low": ["inapp", {"channel": "email", "after": "10m"}]}}


@pytest.mark.parametrize("how", ["vote", "snooze", "nothing"])
def test_a_delayed_mail_leaves_only_if_they_have_not_been_there(world: World, how: str) -> None:
    wishing(world, **LATER)
    told = post(world)
    assert send(world) == 0
    if how == "vote":
        cast(world, "bo", told, "abstain")
    elif how == "snooze":
        until = clock.now() + timedelta(hours=1)
        snooze.snooze(world.org, key_of(told), actor=world.as_person("bo"), until=until)
    world.turn(minutes=11)
    send(world)
    mine = [one.status for one in sent(world, told) if one.address == world.email("bo")]
    assert mine == ["sent" if how == "nothing" else "superseded"]


def test_whoever_wants_the_app_alone_gets_no_mail(world: World) -> None:
    wishing(world, notify={"low": ["inapp"]})
    assert sent(world, post(world)) == []
    wishing(world, notify={"low": ["slack"]})
    assert [one.channel for one in sent(world, post(world))] == ["email"]  # no account: mail in its place


def test_nobody_is_told_of_their_own_actions(world: World) -> None:
    told = post(world, requested_by=world.email("bo"))
    assert world.email("bo") not in {one.address for one in sent(world, told)}
    assert {one.address for one in sent(world, told)} == {world.email("cy"), world.email("dee")}


def flags(world: World) -> dict[str, set[str]]:
    """Return whose channels are flagged, by first name."""
    with tx.reading(world.org):
        found = failures.unhealthy()
        return {Person.objects.get(pk=one).name.split()[0]: set(channels) for one, channels in found.items()}


def refused(mail_server: FakeMail, world: World, *names: str) -> None:
    """Let the mail server know none of these."""
    mail_server.refuse |= {world.email(name): "550 5.1.1 no such user" for name in names}


def about(world: World, name: str, words: str) -> list[Parcel]:
    """Return the written mails to somebody whose subject says `words`."""
    mine = [one for one in sent(world, channel="email", kind="mail") if one.address == world.email(name)]
    return [one for one in mine if words in str(made(one).subject)]


def test_a_refused_address_brings_the_next_channel_forward_and_is_flagged(world: World, mail: FakeMail) -> None:
    world.change(lambda document: document["organization"].update(slack_team="T024BE7LD"))
    wishing(world, slack="U024BE7LH", notify={"low": ["email", {"channel": "slack", "after": "30m"}]})
    refused(mail, world, "bo")
    told = post(world)
    post(world)
    send(world)
    assert [(one.channel, one.status) for one in sent(world, told)] == [("email", "dead"), ("slack", "waiting")]
    assert sent(world, told)[1].due_at <= clock.now()
    assert flags(world) == {"Bo": {"email"}}
    assert len(about(world, "ana", "Bo Lind cannot be reached by e-mail")) == 1  # once a day
    assert failures.hear(clock.now(), org=world.org) == 0  # Slack is left
    mail.refuse.clear()
    post(world)
    send(world)
    assert flags(world) == {}


def test_a_channel_that_was_not_wished_stands_in_where_nothing_else_is_left(world: World, mail: FakeMail) -> None:
    world.change(lambda document: document["organization"].update(slack_team="T024BE7LD"))
    wishing(world, slack="U024BE7LH", notify={"low": ["email", "inapp"]})
    refused(mail, world, "bo")
    told = post(world)
    send(world)
    assert [(one.channel, one.status) for one in sent(world, told)] == [("email", "dead"), ("slack", "waiting")]


def with_step(world: World) -> None:
    steps = [{"at": "50%", "do": "add", "to": {"person": world.email("cy")}}]
    world.change(lambda document: document["chains"][0].update(steps=steps))


def test_when_nothing_reaches_anybody_the_next_people_are_asked_at_once(world: World, mail: FakeMail) -> None:
    wishing(world)
    with_step(world)
    refused(mail, world, "bo")
    told = post(world)
    send(world)
    assert failures.hear(clock.now(), org=world.org) == 1
    assert kinds(world, told)[-1] == "action.unreached"
    assert "action.step_run" in kinds(world, told)
    assert world.email("cy") in {one.address for one in sent(world, told, kind="action.asked")}
    (alarm,) = about(world, "ana", "Nobody could be reached")
    assert "step 1 of the chain was run at once" in str(made(alarm).body).lower()
    assert failures.hear(clock.now(), org=world.org) == 0
    send(world)
    assert cast(world, "cy", told)["status"] == "approved"
    history_holds(world)


def test_when_the_chain_has_nobody_further_the_admins_hear_and_the_clock_goes_on(world: World, mail: FakeMail) -> None:
    wishing(world)
    refused(mail, world, "bo")
    told = post(world)
    send(world)
    failures.hear(clock.now(), org=world.org)
    (alarm,) = about(world, "ana", "Nobody could be reached")
    assert "nobody further" in str(made(alarm).body)
    assert (now(world, told)["status"], now(world, told)["held"]) == ("pending", False)


def test_one_who_was_reached_is_enough(world: World, mail: FakeMail) -> None:
    refused(mail, world, "bo", "cy")
    told = post(world)
    send(world)
    assert failures.hear(clock.now(), org=world.org) == 2
    assert "action.unreached" not in kinds(world, told)


def test_what_cannot_be_told_now_is_told_later(world: World, mail: FakeMail) -> None:
    wishing(world)
    refused(mail, world, "bo")
    told = post(world)
    send(world)
    with override_settings(FAILURES_HEARD_BY="tests.journeys.test_preferences.nobody"):
        assert failures.hear(clock.now(), org=world.org) == 0
    assert failures.hear(clock.now(), org=world.org) == 0  # leased
    world.turn(seconds=61)
    assert failures.hear(clock.now(), org=world.org) == 1
    assert "action.unreached" in kinds(world, told)


@pytest.mark.parametrize("nothing", [{}, {"notify": {"low": ["inapp"]}}])
def test_a_preview_says_what_one_would_get(world: World, nothing: dict[str, Any]) -> None:
    wishing(world, quiet=NIGHT, **nothing)
    bo = world.person("bo")
    with tx.reading(world.org):
        face = telling_of(bo, world.organization(), clock.now())
    (_, sunday) = face.supposed
    low = "The app at once" if nothing else "The app at once; e-mail at 08:00, when quiet hours are over"
    assert sunday.at == "Sunday 03:00"
    assert dict(sunday.rows) == {
        "Low or medium risk": low,
        "High risk": "The app at once; e-mail at 08:00, when quiet hours are over",
        "Critical risk": "E-mail and the app at once",
    }
    assert (face.quiet, face.is_broken) == ("22:00 to 08:00", False)


def test_words_of_a_preview() -> None:
    at = datetime(2026, 11, 22, 2, tzinfo=UTC)
    wish = Preferences(
        {"high": (Way("slack"), Way("email", timedelta(minutes=10)))}, Quiet(time(22), time(8)), str(ZONE)
    )
    told = said(would_get(wish, "high", CHANNELS, at=at, within=timedelta(hours=1)), at=at, zone=str(ZONE))
    assert told == (
        "The app at once; Slack at once, in spite of quiet hours, which end too late;"
        " e-mail at 03:10, in spite of quiet hours, which end too late"
    )


def test_a_failing_channel_is_shown_to_its_owner_the_admins_and_the_doctor(world: World, mail: FakeMail) -> None:
    wishing(world)
    refused(mail, world, "bo")
    post(world)
    send(world)
    bo, ana = browser_of(world, "bo"), browser_of(world, "ana")
    assert "A channel of yours fails" in bo.text("/settings")
    assert "550 5.1.1 no such user" in bo.text("/settings")
    assert "E-mail fails" in ana.text("/people")
    assert "E-mail fails" not in browser_of(world, "eve").text("/people")
    assert any(world.email("bo") in one.wrong for one in of_channels())
    answer = Client().get("/api/v1/people/me", headers={"Authorization": f"Bearer {world.person_key('bo')}"})
    assert answer.json()["channels"] == [
        {"channel": "slack", "address": None, "works": False, "error": None, "urgencies": []},
        {
            "channel": "email",
            "address": world.email("bo"),
            "works": False,
            "error": "550 5.1.1 no such user",
            "urgencies": ["low", "high", "critical"],
        },
        {"channel": "inapp", "address": None, "works": True, "error": None, "urgencies": ["low", "high", "critical"]},
    ]


def test_whoever_links_their_account_is_told_in_slack_from_then_on(world: World) -> None:
    world.change(lambda document: document["organization"].update(slack_team="T024BE7LD"))
    wishing(world)
    assert [one.channel for one in sent(world, post(world))] == ["email"]
    member = Member("U024BE7LH", "T024BE7LD", "T024BE7LD", Voucher("T024BE7LD", "", {world.org: ""}))
    linking.connect(world.org, member, person_id=world.person("bo").pk, email=world.email("bo"))
    assert [one.channel for one in sent(world, post(world))] == ["slack", "email"]
