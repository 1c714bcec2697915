"""Sizes, types, signatures, idempotency keys, parameters: what is checked before a flow is called."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client

from agents.keys import issue_agent_key
from approvals.models import Action
from core import tx, webhooks
from tests.api.cast import Acme, Caller, found_acme, refund


@pytest.fixture(scope="module")
def here(django_db_blocker) -> Acme:
    with django_db_blocker.unblock():
        return found_acme()


@pytest.fixture(scope="module")
def strict(django_db_blocker) -> Acme:
    """An organization that requires signatures."""
    with django_db_blocker.unblock():
        return found_acme(require_signatures=True)


def code(answer) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


BODY = json.dumps(refund()).encode()


# -- content types ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "declared",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_json_is_taken(here, declared):
    assert raw(here, BODY, declared).status_code == 201


@pytest.mark.parametrize(
    "declared",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
     "application/json; charset=utf-16", "application/problem+json", "application/json, text/html"],
)  # fmt: skip
def test_everything_else_is_415(here, declared):
    assert code(raw(here, BODY, declared)) == (415, "unsupported_media_type")


def raw(acme: Acme, body: bytes, declared: str):
    return Client().generic(
        "POST", "/api/v1/actions", body, content_type=declared, headers={"Authorization": f"Bearer {acme.agent.key}"}
    )


# -- signatures -------------------------------------------------------------------------------------------------------
def test_a_signed_post_is_taken_and_its_id_is_the_idempotency_key(here):
    headers = signature(here.agent.signing_secret, BODY, "msg_once")
    first = here.agent.post("/actions", BODY, **headers)
    again = here.agent.post("/actions", BODY, **headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    other = BODY.replace(b"Mia", b"Ben")
    told = here.agent.post("/actions", other, **signature(here.agent.signing_secret, other, "msg_once"))
    assert code(told) == (409, "idempotency_conflict")


def test_the_idempotency_key_wins_over_the_webhook_id(here):
    first = here.agent.post(
        "/actions", BODY, Idempotency_Key="mine", **signature(here.agent.signing_secret, BODY, "msg_a")
    )
    again = here.agent.post(
        "/actions", BODY, Idempotency_Key="mine", **signature(here.agent.signing_secret, BODY, "msg_b")
    )
    assert (first.status_code, again.status_code) == (201, 200)


def signature(secret: str, body: bytes, msg_id: str, at: float | None = None) -> dict[str, str]:
    stamp = int(time.time() if at is None else at)
    return {
        "webhook_id": msg_id,
        "webhook_timestamp": str(stamp),
        "webhook_signature": webhooks.sign([secret], msg_id, stamp, body),
    }


@pytest.mark.parametrize("missing", ["webhook_id", "webhook_timestamp", "webhook_signature"])
def test_a_part_of_a_signature_is_no_signature(here, missing):
    headers = signature(here.agent.signing_secret, BODY, "msg_part")
    del headers[missing]
    assert code(here.agent.post("/actions", BODY, **headers)) == (401, "bad_signature")


@pytest.mark.parametrize("shift", [-301, 302, -86_400])
def test_a_stale_signature_is_refused(here, shift):
    headers = signature(here.agent.signing_secret, BODY, "msg_old", time.time() + shift)
    assert code(here.agent.post("/actions", BODY, **headers)) == (401, "bad_signature")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v1",
        "v1,",
        "v1,,",
        "v1,!!!",
        "v1,é".encode().decode("latin-1"),
        "v1a,AAAA",
        "v1," + "A" * 43 + "=",
        "x" * 5000,
    ],
)
def test_a_malformed_signature_is_401_and_the_body_is_not_parsed(here, value):
    headers = signature(here.agent.signing_secret, BODY, "msg_bad") | {"webhook_signature": value}
    assert code(here.agent.post("/actions", b"[" * 100_000, **headers)) == (401, "bad_signature")


def test_another_agents_secret_signs_nothing(here):
    headers = signature(here.other_agent.signing_secret, BODY, "msg_other")
    assert code(here.agent.post("/actions", BODY, **headers)) == (401, "bad_signature")


def test_a_changed_body_is_refused(here):
    headers = signature(here.agent.signing_secret, BODY, "msg_changed")
    assert code(here.agent.post("/actions", BODY + b" ", **headers)) == (401, "bad_signature")


def test_the_secret_of_either_live_key_signs(acme):
    newer = issue_agent_key(acme.org, slug="refunds")
    for secret in (acme.agent.signing_secret, newer.signing_secret):
        assert Caller(newer.key, secret).signed("/actions", BODY).status_code == 201


def test_where_signatures_are_required_an_unsigned_post_is_401_and_stores_nothing():
    strict = found_acme(require_signatures=True)
    assert code(strict.agent.post("/actions", BODY)) == (401, "bad_signature")
    assert code(strict.agent.post("/actions", b"{not json")) == (401, "bad_signature")
    with tx.reading(strict.org):
        assert Action.objects.count() == 0
    assert strict.agent.signed("/actions", BODY).status_code == 201
    assert strict.agent.get("/actions").status_code == 200


def test_every_post_of_an_agent_is_signed_where_signatures_are_required(strict):
    action = strict.agent.signed("/actions", BODY).json()["id"]
    for name in ("withdraw", "revise", "replies", "start", "finish", "outcome"):
        assert code(strict.agent.post(f"/actions/{action}/{name}", b"{}")) == (401, "bad_signature")
    assert strict.agent.signed(f"/actions/{action}/withdraw", b"{}").status_code == 200


def test_people_sign_nothing(strict):
    action = strict.agent.signed("/actions", BODY).json()
    vote = {"vote": "approve", "digest": action["digest"]}
    assert strict.bo.post(f"/actions/{action['id']}/votes", vote).status_code == 200


# -- idempotency ------------------------------------------------------------------------------------------------------
def test_the_same_key_with_the_same_body_answers_the_first_action(here):
    first = here.agent.post("/actions", BODY, Idempotency_Key="order-7")
    again = here.agent.post("/actions", BODY, Idempotency_Key="order-7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert first["Location"] == f"/api/v1/actions/{first.json()['id']}"


def test_the_same_key_with_another_body_is_a_conflict(here):
    assert here.agent.post("/actions", refund(), Idempotency_Key="order-8").status_code == 201
    assert code(here.agent.post("/actions", refund(summary="x"), Idempotency_Key="order-8")) == (
        409,
        "idempotency_conflict",
    )


def test_keys_of_different_agents_never_collide(here):
    body = {"action": "note.add", "arguments": {}}
    ids = {
        caller.post("/actions", body, Idempotency_Key="shared").json()["id"]
        for caller in (here.agent, here.other_agent)
    }
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é".encode().decode("latin-1")])
def test_an_odd_key_is_refused(here, key):
    assert code(here.agent.post("/actions", BODY, Idempotency_Key=key)) == (400, "invalid_idempotency_key")


# -- parameters -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=1.5", "limit=1&limit=2", "limt=5", "status=done", "run_id=",
     "run_id=" + "x" * 101, "run_id=%00", "cursor=%20", "cursor=é", "wait=1"],
)  # fmt: skip
def test_odd_parameters_are_422(here, query):
    assert code(here.agent.get(f"/actions?{query}")) == (422, "invalid_parameters")


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJhIl0", "W10", "MA", "bnVsbA", "_-_-", "MTI"])
def test_cursors_that_are_not_ours_are_400(here, cursor):
    assert code(here.agent.get(f"/actions?cursor={cursor}")) == (400, "bad_cursor")
    assert code(here.bo.get(f"/inbox?cursor={cursor}")) == (400, "bad_cursor")
    if cursor != "MTI":  # 12
        assert code(here.ana.get(f"/audit?cursor={cursor}")) == (400, "bad_cursor")


@pytest.mark.parametrize("wait", ["-1", "61", "60.1", "x", "", "1e1", "NaN", "1&wait=2", "%D9%A3"])
def test_a_wait_out_of_bounds_is_422(here, wait):
    action = here.posted()["id"]
    assert code(here.agent.get(f"/actions/{action}?wait={wait}")) == (422, "invalid_parameters")


def test_a_wait_asks_the_bridge_only_while_there_is_nothing_to_say(here):
    action = here.posted()
    path = f"/actions/{action['id']}"
    assert here.agent.get(f"{path}?wait=25")["X-Countersign-Wait"] == action["id"]
    assert "X-Countersign-Wait" not in here.agent.get(f"{path}?wait=0")
    assert "X-Countersign-Wait" not in here.agent.get(path)
    here.bo.post(f"{path}/questions", {"text": "Which parcel?"})
    told = here.agent.get(f"{path}?wait=25")
    assert "X-Countersign-Wait" not in told
    assert told.json()["info_requested"]["text"] == "Which parcel?"
    here.agent.post(f"{path}/replies", {"text": "The blue one."})
    assert "X-Countersign-Wait" in here.agent.get(f"{path}?wait=25")
    here.agent.post(f"{path}/withdraw")
    assert "X-Countersign-Wait" not in here.agent.get(f"{path}?wait=25")


def test_a_post_takes_no_parameters(here):
    assert code(here.agent.post("/actions?dry_run=1", BODY)) == (422, "invalid_parameters")


# -- addresses --------------------------------------------------------------------------------------------------------
def test_an_address_that_is_none_is_a_problem_too(here):
    assert code(here.agent.get("/nothing")) == (404, "not_found")
    assert code(here.agent.post("/actions/x/y/z")) == (404, "not_found")
    told = here.agent.post("/actions", b"", method="PUT")
    assert code(told) == (405, "method_not_allowed")
    assert told["Allow"] == "GET, POST"
    assert code(here.agent.post("/inbox", b"")) == (405, "method_not_allowed")


def test_the_request_id_is_in_the_problem(here):
    assert here.agent.get("/nothing", **{"X-Request-Id": "req_7"}).json()["instance"] == "urn:countersign:request:req_7"
