"""Short words for journeys about delegations: who lends, what the engine does then, who is asked and what is mailed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents.terms import Money
from approvals.delegations import PREFIX
from approvals.flow import delegate as delegating
from approvals.flow import lend, undelegate
from approvals.posted import PostedDelegation
from audit.models import Entry
from audit.queries import told as told_of
from core import clock, ids, tx
from delivery import letters
from delivery.models import Parcel
from tests.play import key_of, now
from tests.world import Document, World

Told = dict[str, Any]


def eur(value: str) -> Money:
    return Money(Decimal(value), "EUR")


def lends(world: World, by: str, to: str, *, made_by: str = "", until: datetime | None = None, **more: Any) -> Told:
    """Let `by` lend to `to` for a day, unless said otherwise."""
    posted = PostedDelegation(
        world.email(to), until or clock.now() + timedelta(days=1), grantor=world.email(by), **more
    )
    told, _ = delegating.delegate(world.org, actor=world.as_person(made_by or by), posted=posted)
    return told


def ends(world: World, lent: Told, by: str) -> Told:
    """Let somebody end a delegation."""
    identifier = ids.parse(PREFIX, lent["id"])
    assert identifier is not None
    return undelegate.end(world.org, identifier, actor=world.as_person(by))


def engine(world: World) -> int:
    """Let the engine see to delegations until nothing is due."""
    moved = 0
    while done := lend.sweep(at=clock.now(), org=world.org):
        moved += done
    return moved


def asked(world: World, told: Told) -> list[tuple[str, str | None]]:
    """Return who is asked, and in whose name, by their first names."""
    return sorted(
        (one["email"].partition("@")[0], (one["on_behalf_of"] or "").partition("@")[0] or None)
        for one in now(world, told)["asked"]
    )


def mails(world: World, name: str) -> list[tuple[str, str]]:
    """Return the plain letters to somebody that were not taken back: subject and text, oldest first."""
    with tx.reading(world.org):
        rows = Parcel.objects.filter(kind=letters.MAIL, address=world.email(name)).exclude(status="superseded")
        return [
            (str(one.subject), str(one.body))
            for row in rows.order_by("number")
            for one in [
                letters.message(row.pk, kind=row.kind, address=row.address, payload=row.payload, at=clock.now())
            ]
        ]


def asked_by_mail(world: World, told: Told) -> list[str]:
    """Return to whom mail about an action was promised and not taken back."""
    with tx.reading(world.org):
        rows = Parcel.objects.filter(action=key_of(told), kind="action.asked").exclude(status="superseded")
        return sorted(row.address.partition("@")[0] for row in rows)


@pytest.fixture
def small(world: World) -> World:
    """A team of Bo alone; Cy and Dee are approvers beside it, Dee up to 100 EUR."""

    def edit(document: Document) -> None:
        document["teams"][0]["members"] = [world.email("bo")]
        for route in document["routes"]:
            route.pop("fallback", None)
        document["routes"][0]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]]

    world.change(edit)
    return world


@pytest.fixture
def pair(world: World) -> World:
    """A team of Bo and Cy; Ana stands beside it. From 500 EUR both must approve."""

    def edit(document: Document) -> None:
        document["organization"]["owner_may_decide"] = True
        document["teams"][0]["members"] = [world.email("bo"), world.email("cy")]
        for route in document["routes"]:
            route.pop("fallback", None)

    world.change(edit)
    return world


def voted(world: World, told: Told) -> Told:
    """Return the facts of the last vote in history."""
    with tx.reading(world.org):
        row = Entry.objects.filter(subject=told["id"], kind="action.voted").order_by("-seq").first()
        assert row is not None
        return told_of(row).facts


def demote_bo(world: World) -> None:
    """Let Bo decide up to 50 EUR; Dee joins the team, so that it still has two for more."""

    def edit(document: Document) -> None:
        document["people"][1]["authority"] = {"max_amount": "50 EUR"}
        document["people"][3].pop("authority")
        document["teams"][0]["members"].append(world.email("dee"))

    world.change(edit)


def chain(world: World, depth: int) -> World:
    """Bo lends to Cy and Cy to Ana; Cy is away."""

    def edit(document: Document) -> None:
        document["organization"]["delegation_depth"] = depth
        begins, until = clock.now() - timedelta(days=2), clock.now() + timedelta(days=30)
        away = {"starts": f"{begins:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
        document["people"][2]["away"] = [away]
        document["routes"][-1]["fallback"] = {"person": world.email("dee")}

    world.change(edit)
    lends(world, "bo", "cy", max_amount=eur("90"))
    lends(world, "cy", "ana", actions=("refund.*",))
    engine(world)
    return world
