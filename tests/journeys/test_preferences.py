"""How people hear of what they are asked: as they wish, after quiet hours, and by the next channel where one fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals.flow import snooze
from core import clock, tx
from delivery.letters import message
from delivery.models import Parcel
from delivery.send import drain
from tests.play import Told, cast, key_of, post
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


def mail(world: World) -> int:
    """Let the worker send the mail that is due."""
    return drain("email", now=clock.now(), org=world.org)


def words(parcel: Parcel) -> str:
    """Return the text of a mail."""
    made = message(parcel.pk, kind=parcel.kind, address=parcel.address, payload=parcel.payload, at=clock.now())
    return f"{made.subject}\n{made.body}"


NIGHT = {"from": "22:00", "to": "08:00"}


def test_of_a_night_s_low_risk_one_mail_comes_in_the_morning(world: World) -> None:
    wishing(world, quiet=NIGHT)
    at_three(world)
    many = [post(world) for _ in range(5)]
    (parcel,) = sent(world)
    assert parcel.due_at.astimezone(ZONE).hour == 8
    assert mail(world) == 0
    cast(world, "bo", many[0])
    world.turn(hours=5, minutes=1)
    assert mail(world) == 1
    (parcel,) = sent(world)
    assert parcel.status == "sent"
    text = words(parcel)
    assert "4 actions wait for you" in text
    assert all(told["id"] in text for told in many[1:])
    assert many[0]["id"] not in text
    assert mail(world) == 0


def test_a_morning_with_nothing_left_sends_nothing(world: World) -> None:
    wishing(world, quiet=NIGHT)
    at_three(world)
    cast(world, "bo", post(world))
    world.turn(hours=5, minutes=1)
    assert mail(world) == 0
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
    assert mail(world) == 0
    if how == "vote":
        cast(world, "bo", told, "abstain")
    elif how == "snooze":
        until = clock.now() + timedelta(hours=1)
        snooze.snooze(world.org, key_of(told), actor=world.as_person("bo"), until=until)
    world.turn(minutes=11)
    mail(world)
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
