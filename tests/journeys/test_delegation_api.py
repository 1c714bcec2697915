"""Out of office over HTTP: made, listed, ended; and what is refused, with the field that is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from tests.api.cast import Acme, callers
from tests.journeys.test_api_lists import pages
from tests.world import Document, World


@pytest.fixture
def acme(world: World) -> Acme:
    return callers(world)


def later(**by: float) -> str:
    """Return a moment from now on, as JSON spells it."""
    return (clock.now() + timedelta(**by)).isoformat()


def lent(acme: Acme, by: str, whom: str, /, **more: Any) -> Any:
    """Let somebody lend for a day, unless said otherwise; return the answer."""
    body = {"to": acme.world.email(whom), "until": later(days=1)} | more
    return acme.people[by].post("/delegations", {name: value for name, value in body.items() if value is not None})


def refused(answer: Any) -> tuple[int, str, str]:
    """Return the status, the code and the field of a refusal."""
    told = answer.json()
    return answer.status_code, told["code"], told.get("errors", [{"pointer": ""}])[0]["pointer"]


def test_one_lends_what_is_ones_own_from_now_on(acme: Acme) -> None:
    answer = lent(acme, "bo", "cy", reason="Off to Lofoten", max_amount="1000 EUR", actions=["refund.*"])
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["id"].startswith("dlg_")
    assert (told["from"], told["to"]) == (acme.world.email("bo"), acme.world.email("cy"))
    assert (told["state"], told["created_by"], told["origin"]) == ("active", acme.world.email("bo"), "person")
    assert (told["agents"], told["actions"], told["max_amount"]) == (None, ["refund.*"], "1000 EUR")
    assert told["timezone"] == "Europe/Amsterdam"
    for who in ("bo", "cy", "ana"):
        assert [one["id"] for one in acme.people[who].get("/delegations").json()["items"]] == [told["id"]], who
    assert acme.dee.get("/delegations").json()["items"] == []


def test_the_very_same_delegation_again_is_the_one_there_is(acme: Acme) -> None:
    until = later(days=3)
    first, again = lent(acme, "bo", "cy", until=until), lent(acme, "bo", "cy", until=until)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert lent(acme, "bo", "cy", until=until, reason="another").status_code == 201
    starts = later(days=1)
    for status in (201, 200):
        assert lent(acme, "bo", "dee", starts=starts, until=until).status_code == status


def test_times_without_a_zone_are_local_to_who_is_away(acme: Acme) -> None:
    def lisbon(document: Document) -> None:
        document["people"][1]["timezone"] = "Europe/Lisbon"

    acme.world.change(lisbon)
    year = clock.now().year + 1
    told = lent(acme, "bo", "cy", starts=f"{year}-01-15T00:00", until=f"{year}-02-01T00:00").json()
    assert (told["starts"], told["timezone"]) == (f"{year}-01-15T00:00:00.000Z", "Europe/Lisbon")
    assert told["state"] == "coming"
    told = lent(acme, "cy", "dee", starts=f"{year}-01-15T00:00", until=f"{year}-02-01T00:00+03:00").json()
    assert (told["starts"], told["until"]) == (f"{year}-01-14T23:00:00.000Z", f"{year}-01-31T21:00:00.000Z")


def test_a_manager_and_an_admin_lend_for_somebody_and_nobody_else_does(acme: Acme) -> None:
    for_bo = {"from": acme.world.email("bo")}
    assert refused(lent(acme, "cy", "dee", **for_bo)) == (403, "cannot_delegate", "")
    made = lent(acme, "ana", "cy", **for_bo).json()
    assert (made["from"], made["created_by"]) == (acme.world.email("bo"), acme.world.email("ana"))
    assert acme.dee.post(f"/delegations/{made['id']}", method="DELETE").status_code == 404
    assert acme.ana.post(f"/delegations/{made['id']}", method="DELETE").json()["state"] == "ended"

    def bo_leads(document: Document) -> None:
        document["people"][3]["manager"] = acme.world.email("bo")

    acme.world.change(bo_leads)
    made = lent(acme, "bo", "cy", **{"from": acme.world.email("dee")})
    assert made.status_code == 201
    assert made.json()["id"] in [one["id"] for one in acme.bo.get("/delegations").json()["items"]]
    assert acme.bo.post(f"/delegations/{made.json()['id']}", method="DELETE").status_code == 200


def test_it_is_ended_at_once_and_only_once(acme: Acme) -> None:
    made = lent(acme, "bo", "cy").json()
    path = f"/delegations/{made['id']}"
    ended = acme.bo.post(path, method="DELETE")
    assert (ended.status_code, ended.json()["state"], ended.json()["ended_by"]) == (
        200,
        "ended",
        acme.world.email("bo"),
    )
    assert acme.cy.post(path, method="DELETE").json() == ended.json()
    assert acme.bo.get("/delegations?state=active").json()["items"] == []
    assert [one["id"] for one in acme.bo.get("/delegations?state=ended").json()["items"]] == [made["id"]]
    assert acme.agent.post(path, method="DELETE").json()["code"] == "agents_cannot_decide"
    assert acme.bo.post("/delegations/dlg_none", method="DELETE").status_code == 404


def test_the_list_comes_page_by_page_and_by_state(acme: Acme) -> None:
    made = [lent(acme, "bo", "cy", reason=str(number)).json()["id"] for number in range(5)]
    coming = lent(acme, "bo", "cy", starts=later(hours=1)).json()["id"]
    assert [one["id"] for one in pages(acme.bo, "/delegations", 2)] == [coming, *made[::-1]]
    assert [one["id"] for one in pages(acme.bo, "/delegations?state=active", 2)] == made[::-1]
    assert [one["id"] for one in acme.bo.get("/delegations?state=coming").json()["items"]] == [coming]
    assert acme.bo.get("/delegations?state=open").json()["code"] == "invalid_parameters"
    assert acme.bo.get("/delegations?cursor=act_1").json()["code"] == "bad_cursor"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"to": "nobody@nowhere.test"}, (422, "no_such_person", "/to")),
        ({"from": "nobody@nowhere.test"}, (422, "no_such_person", "/from")),
        ({"to": "bo"}, (422, "delegation_to_oneself", "/to")),
        ({"to": "eve"}, (422, "delegate_cannot_decide", "/to")),
        ({"until": "2020-01-01T00:00"}, (422, "invalid_period", "/until")),
        ({"starts": "+2d", "until": "+1d"}, (422, "invalid_period", "/until")),
        ({"until": "+367d"}, (422, "invalid_period", "/until")),
        ({"until": "tomorrow"}, (422, "invalid_fields", "/until")),
        ({"until": "2026-02-31T00:00"}, (422, "invalid_fields", "/until")),
        ({"until": 7}, (422, "invalid_fields", "/until")),
        ({"until": None}, (422, "invalid_fields", "/until")),
        ({"agents": ["refunds", "refundz"]}, (422, "invalid_fields", "/agents/1")),
        ({"agents": ["Refunds!"]}, (422, "invalid_fields", "/agents/0")),
        ({"agents": []}, (422, "invalid_fields", "/agents")),
        ({"actions": ["Refund *"]}, (422, "invalid_fields", "/actions/0")),
        ({"actions": "refund.*"}, (422, "invalid_fields", "/actions")),
        ({"max_amount": "a lot"}, (422, "invalid_fields", "/max_amount")),
        ({"max_amount": "1e9 EUR"}, (422, "invalid_fields", "/max_amount")),
        ({"max_amount": "-5 EUR"}, (422, "invalid_fields", "/max_amount")),
        ({"max_amount": 500}, (422, "invalid_fields", "/max_amount")),
        ({"waiting_too": "yes"}, (422, "invalid_fields", "/waiting_too")),
        ({"scope": "all"}, (422, "invalid_fields", "/scope")),
    ],
)
def test_what_is_wrong_is_pointed_at(acme: Acme, more: dict[str, Any], expected: tuple[int, str, str]) -> None:
    for name, value in more.items():
        if isinstance(value, str) and value.startswith("+"):
            more = more | {name: later(days=int(value[1:-1]))}
        elif value in ("bo", "eve"):
            more = more | {name: acme.world.email(str(value))}
    who = "ana" if "from" in more else "bo"
    assert refused(lent(acme, who, "cy", **more)) == expected
    assert acme.ana.get("/delegations").json()["items"] == []


def test_an_amount_is_taken_as_the_document_or_as_an_action_spells_it(acme: Acme) -> None:
    whole, until = {"value": "250.50", "currency": "eur"}, later(days=1)
    assert lent(acme, "bo", "cy", max_amount=whole, until=until).json()["max_amount"] == "250.5 EUR"
    assert lent(acme, "bo", "cy", max_amount="250.50 EUR", until=until).status_code == 200


def test_nobody_lends_more_than_they_have(acme: Acme) -> None:
    def narrow(document: Document) -> None:
        document["people"][2]["authority"] = {"max_amount": "500 EUR", "actions": ["refund.*"]}

    acme.world.change(narrow)
    assert refused(lent(acme, "dee", "cy", max_amount="101 EUR")) == (422, "beyond_authority", "/max_amount")
    assert refused(lent(acme, "dee", "cy", max_amount="50 USD")) == (422, "beyond_authority", "/max_amount")
    assert refused(lent(acme, "cy", "bo", actions=["email.send"])) == (422, "beyond_authority", "/actions")
    assert refused(lent(acme, "cy", "bo", actions=["*"])) == (422, "beyond_authority", "/actions")
    assert refused(lent(acme, "eve", "bo")) == (422, "beyond_authority", "/from")
    assert lent(acme, "cy", "bo", actions=["refund.c*"], max_amount="500 EUR").status_code == 201
    assert lent(acme, "dee", "cy").status_code == 201


def test_a_circle_is_refused_if_its_periods_meet(acme: Acme) -> None:
    assert lent(acme, "bo", "cy", until=later(days=3)).status_code == 201
    assert lent(acme, "cy", "dee", starts=later(days=1), until=later(days=5)).status_code == 201
    assert refused(lent(acme, "cy", "bo", until=later(days=1))) == (422, "delegation_cycle", "/to")
    through = lent(acme, "dee", "bo", starts=later(days=2), until=later(days=4))
    assert refused(through) == (422, "delegation_cycle", "/to")
    assert "→" in through.json()["detail"]
    assert lent(acme, "dee", "bo", starts=later(days=3), until=later(days=5)).status_code == 201


def test_what_is_over_makes_no_circle(acme: Acme) -> None:
    made = lent(acme, "bo", "cy").json()
    acme.bo.post(f"/delegations/{made['id']}", method="DELETE")
    assert lent(acme, "cy", "bo").status_code == 201


def test_people_of_another_organization_are_unknown(acme: Acme, another_world: World) -> None:
    foreign = another_world.email("bo")
    assert refused(lent(acme, "bo", "cy", to=foreign)) == (422, "no_such_person", "/to")
    made = lent(acme, "bo", "cy").json()
    stranger = callers(another_world)
    assert stranger.ana.post(f"/delegations/{made['id']}", method="DELETE").status_code == 404
    assert stranger.ana.get("/delegations").json()["items"] == []


def test_open_delegations_are_bounded(acme: Acme) -> None:
    for number in range(50):
        assert lent(acme, "bo", "cy", reason=str(number)).status_code == 201
    assert refused(lent(acme, "bo", "cy", reason="one more")) == (422, "too_many_delegations", "")
