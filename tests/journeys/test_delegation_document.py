"""Delegations of the configuration document: rows like those that people make, replaced by what the next one says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals.configuration.faults import InvalidDocument
from approvals.models import Delegation
from core import clock, ids, tx
from tests.lending import asked, ends, engine, lends, mails, small
from tests.play import cast, history_holds, post
from tests.world import Document, World

__all__ = ["small"]


def local(at: datetime) -> str:
    """Return a moment as the document writes it, in Amsterdam."""
    return at.astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%Y-%m-%dT%H:%M")


def says(world: World, by: str, to: str, *, days: float = 5, **more: Any) -> Document:
    """Return a delegation as the document says it, since yesterday."""
    starts, until = clock.now() - timedelta(days=1), clock.now() + timedelta(days=days)
    row = {"from": world.email(by), "to": world.email(to), "starts": local(starts), "until": local(until)}
    return row | {"reason": "leave"} | more


def rows(world: World) -> list[tuple[str, str, str, bool]]:
    """Return every delegation: who, to whom, made by what, and whether it is open."""
    with tx.reading(world.org):
        found = Delegation.objects.select_related("grantor", "delegate").order_by("created_at", "pk")
        return [
            (one.grantor.name.split()[0], one.delegate.name.split()[0], one.origin, one.ended_at is None)
            for one in found
        ]


def test_what_the_document_says_is_in_force_and_goes_with_it(small: World) -> None:
    told = post(small)
    row = says(small, "bo", "cy", max_amount="500 EUR")
    small.change(lambda document: document.update(delegations=[row]))
    assert rows(small) == [("Bo", "Cy", "document", True)]
    engine(small)
    assert asked(small, told) == [("bo", None), ("cy", "bo")]
    assert mails(small, "bo")[0][0] == "Cy Okafor decides for you"

    small.change(lambda document: document["people"][4].update(name="Eve"))
    assert rows(small) == [("Bo", "Cy", "document", True)], "what is not touched stays"

    small.change(lambda document: document.pop("delegations"))
    assert rows(small) == [("Bo", "Cy", "document", False)]
    engine(small)
    assert asked(small, told) == [("bo", None)]
    small.change(lambda document: document.update(delegations=[row]))
    assert rows(small) == [("Bo", "Cy", "document", False), ("Bo", "Cy", "document", True)]
    history_holds(small)


def test_another_end_moves_it_and_another_scope_replaces_it(small: World) -> None:
    row = says(small, "bo", "cy")
    small.change(lambda document: document.update(delegations=[row]))
    engine(small)
    later = row | {"until": local(clock.now() + timedelta(days=9))}
    small.change(lambda document: document.update(delegations=[later]))
    assert rows(small) == [("Bo", "Cy", "document", True)]
    with tx.reading(small.org):
        assert Delegation.objects.get().ends_at > clock.now() + timedelta(days=8)
    engine(small)
    assert len(mails(small, "cy")) == 1
    small.change(lambda document: document.update(delegations=[later | {"max_amount": "50 EUR"}]))
    assert rows(small) == [("Bo", "Cy", "document", False), ("Bo", "Cy", "document", True)]
    engine(small)
    assert asked(small, post(small)) == [("bo", None)]


def test_those_of_people_stay_and_an_end_by_a_person_is_respected(small: World) -> None:
    lends(small, "bo", "ana")
    row = says(small, "bo", "cy")
    small.change(lambda document: document.update(delegations=[row]))
    assert rows(small) == [("Bo", "Ana", "person", True), ("Bo", "Cy", "document", True)]
    with tx.reading(small.org):
        of_document = Delegation.objects.get(origin="document")
    ends(small, {"id": ids.public("dlg", of_document.pk)}, "bo")
    small.change(lambda document: document["people"][4].update(name="Eve"))
    assert rows(small) == [("Bo", "Ana", "person", True), ("Bo", "Cy", "document", False)]
    small.change(lambda document: document.pop("delegations"))
    assert rows(small) == [("Bo", "Ana", "person", True), ("Bo", "Cy", "document", False)]


def test_a_circle_with_what_people_lend_is_refused(small: World) -> None:
    lends(small, "cy", "bo")
    before = small.version
    with pytest.raises(InvalidDocument, match="delegation_cycle"):
        small.change(lambda document: document.update(delegations=[says(small, "bo", "cy")]))
    assert small.organization().config_version == before
    assert rows(small) == [("Cy", "Bo", "person", True)]


def test_what_is_over_makes_no_row_and_what_is_to_come_waits(small: World) -> None:
    past = says(small, "bo", "cy", days=-0.5)
    future = says(small, "bo", "cy") | {"starts": local(clock.now() + timedelta(hours=2))}
    small.change(lambda document: document.update(delegations=[past, future]))
    assert rows(small) == [("Bo", "Cy", "document", True)]
    assert engine(small) == 0
    told = post(small)
    small.turn(hours=2, minutes=1)
    engine(small)
    assert asked(small, told) == [("bo", None), ("cy", "bo")]
    assert cast(small, "cy", told)["status"] == "approved"


def test_who_leaves_the_organization_lends_nothing_any_more(small: World) -> None:
    lends(small, "bo", "dee")
    told = post(small)

    def bo_leaves(document: Document) -> None:
        document["people"] = [one for one in document["people"] if one["email"] != small.email("bo")]
        document["teams"][0]["members"] = [small.email("cy")]
        document["agents"][1]["owner"] = small.email("ana")

    small.change(bo_leaves)
    assert "dee" not in [name for name, _ in asked(small, told)]
    engine(small)
    assert asked(small, post(small, {"amount": "1.00", "currency": "EUR", "customer": {"name": "M"}})) == [("cy", None)]
