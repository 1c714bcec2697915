"""The main job over HTTP alone: post, decide, be told, check the receipt, start once, finish, report."""

from __future__ import annotations

import ipaddress
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from django.test import Client

from core import clock
from delivery.send import drain
from tests.api.cast import Acme, Caller, callers, refund
from tests.fakes.agent import FakeAgent
from tests.play import at_once, history_holds
from tests.world import World

CLIENT = runpy.run_path(str(Path(__file__).parents[2] / "client/countersign_verify.py"))


@pytest.fixture
def acme(world: World) -> Acme:
    return callers(world)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_whole_road_of_one_action(acme: Acme, settings: Any) -> None:
    with FakeAgent() as agent:
        settings.OUTBOUND_ALLOW = ((ipaddress.ip_network("127.0.0.0/8"), agent.port),)
        action = acme.posted(callback_url=agent.url(), state={"step": 3})
        path = f"/actions/{action['id']}"
        assert action["status"] == "pending"
        assert acme.bo.get("/inbox").json()["items"][0]["id"] == action["id"]

        decided = acme.vote("bo", action, comment="Fine.").json()
        assert (decided["status"], decided["decision"]["by"]) == ("approved", "people")
        assert acme.bo.get("/inbox").json() == {"items": [], "next": None}

        drain("callback", now=clock.now(), org=acme.org)
        (callback,) = agent.wait_for(1)
        told = standardwebhooks.Webhook(acme.agent.signing_secret).verify(callback.body, callback.headers)
        assert told["type"] == "action.decided"
        assert told["data"] == acme.read(action)
        assert told["data"]["state"] == {"step": 3}

    claims = CLIENT["verify"](
        decided["decision"]["receipt"],
        Client().get("/.well-known/jwks.json").json(),
        issuer=settings.BASE_URL,
        org=acme.slug,
        agent="refunds",
        action="refund.create",
        arguments=decided["arguments"],
    )
    assert claims["sub"] == action["id"]
    assert claims["jti"] == decided["decision"]["id"]
    assert claims["approvers"] == [acme.world.email("bo")]

    body = {"digest": decided["digest"]}
    assert acme.agent.post(f"{path}/start", body).json()["execution"]["status"] == "started"
    assert code(acme.agent.post(f"{path}/start", body)) == (409, "already_started")
    done = acme.agent.post(f"{path}/finish", {"status": "succeeded", "detail": "re_81"}).json()
    assert (done["execution"]["status"], done["execution"]["detail"]) == ("succeeded", "re_81")
    assert code(acme.agent.post(f"{path}/outcome", {"verdict": "correct"})) == (403, "agents_cannot_report_correct")
    report = acme.reporter.post(f"{path}/outcome", {"verdict": "correct", "note": "Customer is happy."}).json()
    assert report["outcome"]["verdict"] == "correct"
    history_holds(acme.world)


def test_a_receipt_of_something_else_is_refused_by_the_executor(acme: Acme, settings: Any) -> None:
    action = acme.posted()
    receipt = acme.vote("bo", action).json()["decision"]["receipt"]
    other = action["arguments"] | {"amount": "9000.00"}
    with pytest.raises(CLIENT["BadReceipt"]):
        CLIENT["verify"](
            receipt,
            Client().get("/.well-known/jwks.json").json(),
            issuer=settings.BASE_URL,
            org=acme.slug,
            agent="refunds",
            action="refund.create",
            arguments=other,
        )


def test_the_loser_is_told_how_it_ended(acme: Acme) -> None:
    action = acme.posted()
    first = acme.vote("bo", action).json()
    late = acme.vote("cy", action, "reject", comment="No.")
    assert code(late) == (409, "already_closed")
    assert late.json()["decision"]["id"] == first["decision"]["id"]
    again = acme.vote("bo", action)
    assert (again.status_code, again.json()["decision"]["id"]) == (200, first["decision"]["id"])


def test_votes_that_cannot_count(acme: Acme) -> None:
    action = acme.posted()
    assert code(acme.vote("bo", action, "reject")) == (422, "comment_required")
    assert code(acme.vote("bo", action | {"digest": "sha256:" + "0" * 64})) == (409, "stale")
    assert code(acme.vote("ana", action)) == (403, "self_approval")
    assert code(acme.vote("eve", action)) == (403, "not_asked")
    assert code(acme.vote("dee", action)) == (403, "not_authorized")
    assert code(acme.vote("bo", action, on_behalf_of=acme.world.email("cy")))[0] == 403
    assert code(acme.vote("bo", action, choice="a")) == (422, "invalid_vote")
    broken = action["arguments"] | {"amount": 5}
    assert code(acme.vote("bo", action, arguments=broken)) == (422, "invalid_arguments")
    assert acme.read(action)["status"] == "pending"


def test_what_is_refused_at_once_is_a_201_too(acme: Acme) -> None:
    answer = acme.agent.post("/actions", {"action": "wire.send", "arguments": {}})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["status"], told["verdict"]["by"], told["decision"]["by"]) == ("rejected", "rule", "rule")


def test_a_type_the_agent_was_not_given_is_of_high_risk(acme: Acme) -> None:
    told = acme.agent.post("/actions", {"action": "database.drop", "arguments": {}, "risk": "low"}).json()
    assert (told["verdict"]["risk"], told["verdict"]["level"]) == ("high", "supervised")


def test_a_stated_amount_that_is_not_the_one_in_the_arguments_is_refused(acme: Acme) -> None:
    answer = acme.agent.post("/actions", refund("120.00", amount={"value": "12.00", "currency": "EUR"}))
    assert code(answer) == (422, "amount_mismatch")
    assert answer.json()["errors"][0]["pointer"] == "/amount"
    assert acme.agent.get("/actions").json()["items"] == []


def test_a_question_is_answered_with_one_of_its_choices(acme: Acme) -> None:
    body = {
        "action": "note.add",
        "arguments": {"customer": "Mia"},
        "kind": "question",
        "choices": [{"name": "blue", "title": "The blue one"}, {"name": "red"}],
    }
    action = acme.agent.post("/actions", body).json()
    assert action["kind"] == "question"
    assert code(acme.vote("bo", action, choice="green")) == (422, "invalid_vote")
    told = acme.vote("bo", action, choice="red").json()
    assert (told["decision"]["outcome"], told["decision"]["choice"]) == ("answered", "red")


def test_a_revision_needs_new_votes(acme: Acme) -> None:
    action = acme.posted("600.00")
    assert acme.vote("bo", action).json()["votes"] == {"approvals": 1, "needed": 2}
    path = f"/actions/{action['id']}"
    changed = action["arguments"] | {"amount": "550.00"}
    revised = acme.agent.post(f"{path}/revise", {"arguments": changed, "reason": "Less."}).json()
    assert (revised["revision"], revised["votes"]["approvals"]) == (2, 0)
    assert revised["digest"] != action["digest"]
    assert revised["decide_by"] == action["decide_by"]
    assert code(acme.vote("bo", action)) == (409, "stale")
    acme.vote("bo", revised)
    assert acme.vote("cy", revised).json()["status"] == "approved"


def test_an_approval_is_started_only_while_it_stands(acme: Acme) -> None:
    pending = acme.posted()
    assert code(acme.agent.post(f"/actions/{pending['id']}/start", {"digest": pending["digest"]})) == (
        409,
        "not_approved",
    )

    revoked = acme.posted("101.00")
    acme.vote("bo", revoked)
    assert acme.bo.post(f"/actions/{revoked['id']}/revoke", {"reason": "Wait."}).status_code == 200
    assert code(acme.agent.post(f"/actions/{revoked['id']}/start", {"digest": revoked["digest"]})) == (409, "revoked")

    held = acme.posted("102.00")
    acme.vote("bo", held)
    wrong = "sha256:" + "0" * 64
    assert code(acme.agent.post(f"/actions/{held['id']}/start", {"digest": wrong})) == (409, "digest_mismatch")
    assert acme.bo.post("/agents/refunds/pause", {"reason": "Looks odd."}).json()["paused"] is True
    assert acme.agent.get("/agent").json()["paused"] is True
    assert code(acme.agent.post(f"/actions/{held['id']}/start", {"digest": held["digest"]})) == (409, "paused")
    assert code(acme.bo.post("/agents/refunds/resume")) == (403, "cannot_resume")
    assert acme.ana.post("/agents/refunds/resume").json()["paused"] is False
    acme.world.turn(hours=1)
    assert code(acme.agent.post(f"/actions/{held['id']}/start", {"digest": held["digest"]})) == (409, "lapsed")


def test_handing_claiming_snoozing_and_moving_on(acme: Acme) -> None:
    action = acme.posted("90.00")
    path = f"/actions/{action['id']}"
    assert acme.bo.post(f"{path}/claim").status_code == 200
    told = acme.cy.post(f"{path}/claim")
    assert code(told) == (409, "already_claimed")
    assert told.json()["claimed_by"] == acme.world.email("bo")
    assert acme.bo.post(f"{path}/release").status_code == 200
    assert acme.cy.post(f"{path}/snooze", {"until": "2099-01-01T00:00:00Z"}).status_code == 200
    assert acme.cy.get("/inbox").json()["items"] == []
    assert code(acme.bo.post(f"{path}/reassign", {"to": "nobody@acme.test"})) == (422, "no_such_person")
    assert code(acme.bo.post(f"{path}/escalate", {"epoch": action["epoch"] + 7})) == (409, "stale")
    handed = acme.bo.post(f"{path}/reassign", {"to": acme.world.email("dee")}).json()
    assert acme.world.email("bo") not in [one["email"] for one in handed["asked"]]


def test_the_same_post_from_eight_threads_is_one_action(acme: Acme) -> None:
    for round_ in range(5):
        answers: list[Any] = at_once(*[_post(acme.agent.key, f"round-{round_}") for _ in range(8)])
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(acme.agent.get("/actions").json()["items"]) == 5


def _post(key: str, once: str) -> Any:
    caller = Caller(key)
    body = json.dumps(refund()).encode()
    return lambda: caller.post("/actions", body, Idempotency_Key=once)
