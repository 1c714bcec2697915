"""Whom a change of an action asks: never fewer than policy would ask for what it has become."""

from __future__ import annotations

import pytest

from approvals.flow import reassign, revise
from approvals.flow.refusals import AlreadyClosed, InvalidVote, NotAsked, NotAuthorized, SelfApproval
from approvals.models import Vote
from core import tx
from tests.play import cast, history_holds, key_of, now, post, refund, revised
from tests.world import Document, World


def chief(document: Document) -> None:
    """Ask Ana, who is not in finance, alone about big refunds; two of finance about all others."""
    document["routes"][0]["stages"] = [[{"approvals": 1, "from": {"person": document["people"][0]["email"]}}]]
    document["routes"][0].pop("fallback")
    document["routes"][-1]["stages"] = [[{"approvals": 2, "from": {"team": "finance"}}]]
    document["agents"][0]["owner"] = document["people"][4]["email"]


def alone(document: Document) -> None:
    """Ask Ana alone about big refunds, one of finance about all others."""
    chief(document)
    document["routes"][-1]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]]


def change(world: World, told: Document, amount: str) -> Document:
    """Let the agent revise the amount."""
    return revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund(amount)))


def test_a_revision_asks_whom_its_new_amount_asks_although_they_are_fewer(world: World) -> None:
    world.change(chief)
    told = post(world)
    assert told["votes"]["needed"] == 2
    changed = change(world, told, "900.00")
    assert [one["email"] for one in changed["asked"]] == [world.email("ana")]
    assert changed["verdict"]["route"] == "big refunds"
    with pytest.raises(NotAsked):
        cast(world, "bo", changed)
    assert cast(world, "ana", changed)["status"] == "approved"
    history_holds(world)


def test_an_edit_beyond_the_road_of_its_editor_is_only_proposed(world: World) -> None:
    world.change(alone)
    told = post(world)
    changed = cast(world, "bo", told, arguments=refund("900.00"))
    assert (changed["status"], changed["revision"]) == ("pending", 2)
    assert [one["email"] for one in changed["asked"]] == [world.email("ana")]
    assert cast(world, "ana", changed)["status"] == "approved"
    history_holds(world)


def test_an_edit_onto_another_road_of_its_editor_decides_on_that_road(world: World) -> None:
    def both(document: Document) -> None:
        alone(document)
        document["teams"][0]["members"].append(document["people"][0]["email"])

    world.change(both)
    told = post(world)
    done = cast(world, "ana", told, arguments=refund("900.00"))
    assert (done["status"], done["verdict"]["route"]) == ("approved", "big refunds")
    history_holds(world)


def test_who_decides_up_to_an_amount_cannot_edit_it_away(world: World) -> None:
    told = post(world, refund("50.00"))
    with pytest.raises(NotAuthorized):
        cast(world, "dee", told, arguments=refund("lots"))
    assert now(world, told)["revision"] == 1


def test_a_proposal_that_leaves_too_few_people_asks_the_fallback(world: World) -> None:
    def two(document: Document) -> None:
        members = document["teams"][0]["members"]
        document["teams"][0]["members"] = [one for one in members if not one.startswith("dee")]
        document["agents"][0]["owner"] = document["people"][4]["email"]

    world.change(two)
    told = post(world, refund("600.00"))
    changed = cast(world, "bo", told, arguments=refund("60.00"))
    assert changed["votes"]["needed"] == 2
    assert {one["email"] for one in changed["asked"]} == {world.email("ana"), world.email("cy")}


def test_handing_over_to_somebody_who_is_asked_already_asks_the_fallback_too(world: World) -> None:
    def owned(document: Document) -> None:
        document["agents"][0]["owner"] = document["people"][4]["email"]

    world.change(owned)
    told = post(world, refund("600.00"))
    assert {one["email"] for one in told["asked"]} == {world.email("bo"), world.email("cy")}
    handed = reassign.reassign(world.org, key_of(told), actor=world.as_person("bo"), to=world.email("cy"))
    assert {one["email"] for one in handed["asked"]} == {world.email("ana"), world.email("cy")}


def test_a_change_after_ones_own_vote_is_not_taken_for_a_repeat(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    changed = cast(world, "bo", told, arguments=refund("550.00"))
    assert (changed["revision"], changed["arguments"]["amount"]) == (2, "550.00")


def test_another_change_after_the_end_is_told_that_it_is_late(world: World) -> None:
    told = post(world)
    cast(world, "bo", told, arguments=refund("50.00"))
    again = cast(world, "bo", told, arguments=refund("50.00"))
    assert again["arguments"]["amount"] == "50.00"
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told, arguments=refund("70.00"))
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told, "approve", reject_option="no", comment="")
    assert now(world, told)["arguments"]["amount"] == "50.00"


def test_a_rejection_takes_no_arguments(world: World) -> None:
    told = post(world)
    with pytest.raises(InvalidVote):
        cast(world, "bo", told, "reject", arguments=refund("50.00"))


def test_a_revision_takes_on_the_risk_its_type_has_by_now(world: World) -> None:
    told = post(world)
    world.change(lambda document: document["agents"][0]["actions"][0].update(risk="critical"))
    changed = change(world, told, "90.00")
    assert changed["verdict"]["risk"] == "critical"
    pending = cast(world, "bo", changed, arguments=refund("80.00"))
    assert pending["status"] == "pending"


def test_a_busy_agent_cannot_leave_the_busy_road_by_a_revision(world: World) -> None:
    def busy(document: Document) -> None:
        alone(document)
        document["routes"][0]["when"] = [{"field": "rate", "op": "at_least", "value": 2}]

    world.change(busy)
    post(world)
    post(world)
    told = post(world)
    assert told["verdict"]["route"] == "big refunds"
    assert change(world, told, "1.00")["verdict"]["route"] == "big refunds"


def test_the_owner_of_an_archived_agent_stays_barred(world: World) -> None:
    told = post(world, {"to": "x"}, agent="outreach", action="email.send")

    def archive(document: Document) -> None:
        document["agents"].pop()
        document["routes"].pop(1)

    world.change(archive)
    with pytest.raises(SelfApproval):
        cast(world, "bo", told)


def test_a_vote_that_is_void_leaves_one_approval_short(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)

    def demote(document: Document) -> None:
        next(row for row in document["people"] if row["email"] == world.email("bo"))["roles"] = ["viewer"]

    world.change(demote)
    ended = cast(world, "cy", told)
    assert (ended["status"], ended["votes"]["approvals"], ended["held"]) == ("pending", 1, True)
    with tx.reading(world.org):
        assert Vote.objects.get(person__email=world.email("bo")).standing == Vote.Standing.VOID


def test_who_was_asked_twice_is_asked_once_anew(world: World) -> None:
    told = post(world, refund("600.00"))
    reassign.reassign(world.org, key_of(told), actor=world.as_person("bo"), to=world.email("cy"))
    reassign.reassign(world.org, key_of(told), actor=world.as_person("cy"), to=world.email("bo"))
    changed = change(world, told, "60.00")
    assert changed["votes"]["needed"] == 2
    assert [one["email"] for one in changed["asked"]] == [world.email("bo"), world.email("cy")]
