"""Twins: what may stand as one row, and be approved by one press."""

from __future__ import annotations

import re
from typing import Any

import pytest

from approvals import history
from approvals.models import Vote
from core import tx
from tests.journeys.browser import browser_of, form_of, words
from tests.journeys.test_pages_inbox import listed
from tests.play import cast, history_holds, key_of, kinds, now, post, refund
from tests.world import Document, World, row_of

AMOUNTS = ("42.00", "31.40", "28.00", "33.00", "29.00")


@pytest.fixture
def calm(world: World) -> World:
    """Return the world where refunds are of low risk, with enough of them behind it to say what is usual."""

    def edit(document: Document) -> None:
        row_of(document, "agents", "refunds")["actions"][0]["risk"] = "low"

    world.change(edit)
    for number in range(22):
        cast(world, "cy", post(world, refund(f"{10 + number * 6}.00")))
    history.forget()
    return world


def fields(made: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the form of a list with all ticked."""
    return {"a": [one["id"] for one in made], **{f"digest-{one['id']}": one["digest"] for one in made}}


def members(page: str) -> list[str]:
    """Return what the stacks of a list hold."""
    return [one for found in re.findall(r'data-members="([^"]*)"', page) for one in found.split()]


def test_five_refunds_stand_as_one_row_and_open_as_a_list(calm: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS]
    bo = browser_of(calm, "bo")
    page = bo.text("/")
    assert listed(page) == []
    assert members(page) == [one["id"] for one in made]
    assert "5 refunds under €50, €163.40 in total" in words(page)
    assert "Review 5" in words(page)
    assert "Approve 5, €163.40" in words(page)  # the list beside it
    url = re.findall(r'<a class="req" id="row-stack-[^"]*" href="([^"]*)"', page)[0].replace("&amp;", "&")
    alone = bo.text(url)
    for one in made:
        assert f'href="/actions/{one["id"]}"' in alone
        assert f'value="{one["digest"]}"' in alone
    assert "€31.40" in alone
    apart = bo.text("/?apart=1")
    assert listed(apart) == [one["id"] for one in made]
    assert "Stack what is alike" in words(apart)


def test_one_press_approves_each_by_itself(calm: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS]
    bo = browser_of(calm, "bo")
    page = bo.text("/")
    assert form_of(page, "/actions/bulk").keys() >= {f"digest-{one['id']}" for one in made}
    answer = bo.post("/actions/bulk", fields(made))
    assert answer.status_code == 303
    assert "Approved 5, €163.40. The agent is told." in words(bo.text("/"))
    for one in made:
        told = now(calm, one)
        assert told["status"] == "approved"
        assert told["decision"]["people"][0]["channel"] == "web"
        assert kinds(calm, one).count("action.voted") == 1
    with tx.reading(calm.org):
        cards = [vote.card for vote in Vote.objects.filter(action_id__in=[key_of(one) for one in made])]
    assert [card["bulk"] for card in cards if card] == [True] * 5
    history_holds(calm)


def test_a_vote_by_itself_is_not_marked(calm: World) -> None:
    one = post(calm, refund("10.00"))
    cast(calm, "bo", one)
    with tx.reading(calm.org):
        card = Vote.objects.get(action_id=key_of(one)).card
    assert card is not None
    assert "bulk" not in card


def test_what_is_left_unticked_stays(calm: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS]
    bo = browser_of(calm, "bo")
    assert bo.post("/actions/bulk", fields(made[:2])).status_code == 303
    assert [now(calm, one)["status"] for one in made] == ["approved"] * 2 + ["pending"] * 3
    assert "3 refunds under €50, €90.00 in total" in words(bo.text("/"))


def test_those_refused_are_named_with_the_reason(calm: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS]
    cast(calm, "cy", made[1], "reject")
    bo = browser_of(calm, "bo")
    wrong = fields(made) | {f"digest-{made[2]['id']}": "sha256:" + "0" * 64}
    answer = bo.post("/actions/bulk", wrong)
    assert answer.status_code == 200
    said = words(answer.content.decode())
    assert "Approved 3 of 5, €104.00. 2 not." in said
    assert "The action is closed." in said
    assert "The action changed meanwhile." in said
    assert now(calm, made[2])["status"] == "pending"
    assert now(calm, made[1])["status"] == "rejected"
    history_holds(calm)


def test_each_is_authorised_by_itself(calm: World) -> None:
    made = [post(calm, refund("90.00")), post(calm, refund("120.00"))]
    dee = browser_of(calm, "dee")
    said = words(dee.post("/actions/bulk", fields(made)).content.decode())
    assert "Approved 1 of 2" in said
    assert now(calm, made[1])["status"] == "pending"
    finn = browser_of(calm, "finn")
    assert "Approved 0 of 1" in words(finn.post("/actions/bulk", fields(made[1:])).content.decode())


def test_what_is_no_twin_is_refused_whole(calm: World, another_world: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS]
    note = post(calm, {"customer": "Marta"}, action="note.add")
    risky = post(calm, refund("31.00"), risk="high")
    dollars = post(calm, refund("31.00", "USD"))
    ask = post(calm, refund("32.00"), kind="question")
    many = [post(calm, refund("33.00")) for _ in range(11)]
    foreign = post(another_world)
    bo = browser_of(calm, "bo")
    for chosen, sentence in (
        ([made[0], note], "not from one agent and of one type"),
        ([made[0], risky], "is of high risk"),
        ([made[0], dollars], "not in one currency"),
        ([made[0], ask], "is a question"),
        (many, "at most 10 can be approved at once"),
        ([], "tick at least one"),
    ):
        answer = bo.post("/actions/bulk", fields(chosen))
        assert answer.status_code == 422, sentence
        assert sentence in words(answer.content.decode())
    assert bo.post("/actions/bulk", fields([made[0], foreign])).status_code == 404
    assert bo.post("/actions/bulk", {"a": ["act_\0", "x"]}).status_code == 404
    assert {now(calm, one)["status"] for one in (*made, *many)} == {"pending"}


def test_unusual_ones_never_stack(calm: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS[:2]]
    odd = [post(calm, refund("4000.00", notes="x")), post(calm, refund("4100.00"))]
    bo = browser_of(calm, "bo")
    page = bo.text("/")
    assert members(page) == [one["id"] for one in made]
    assert set(listed(page)) == {one["id"] for one in odd}
    answer = bo.post("/actions/bulk", fields(odd))
    assert answer.status_code == 422
    assert "is unusual (" in words(answer.content.decode())


def test_a_stack_holds_ten_and_keeps_to_one_deadline(calm: World) -> None:
    made = [post(calm, refund("33.00")) for _ in range(11)]
    sooner = post(calm, refund("34.00"), decide_within=600)
    page = browser_of(calm, "bo").text("/")
    assert listed(page) == [sooner["id"], made[10]["id"]]
    assert members(page) == [one["id"] for one in made[:10]]


def test_the_pieces_that_scripts_fetch(calm: World) -> None:
    made = [post(calm, refund(amount)) for amount in AMOUNTS[:3]]
    bo = browser_of(calm, "bo")
    query = "&".join(f"a={one['id']}" for one in made)
    assert "<html" not in bo.text(f"/actions/bulk?{query}&piece=list")
    cast(calm, "cy", made[0])
    row = bo.text(f"/actions/bulk?{query}&piece=row")
    assert members(row) == [one["id"] for one in made[1:]]
    assert "2 refunds under €50, €59.40 in total" in words(row)
    assert "1 is left out" in words(bo.text(f"/actions/bulk?{query}"))
    cast(calm, "cy", made[1])
    assert bo.get(f"/actions/bulk?{query}&piece=row").status_code == 404
    cast(calm, "cy", made[2])
    assert "There is nothing left to decide here." in words(bo.text(f"/actions/bulk?{query}"))
