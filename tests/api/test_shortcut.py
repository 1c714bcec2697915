"""The quick road of a post answers as the plain one does, and leaves everything unusual to it."""

from __future__ import annotations

import io
import json
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponseBase

from accounts.keys import revoke_key
from accounts.models import Key
from approvals import quick
from approvals.api import shortcut
from approvals.flow import pause as pausing
from audit import verify
from core import tx
from tests.api.cast import Acme, refund

STAMPS = {"id", "created_at", "decide_by", "url", "asked", "step"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Begin and end with nothing remembered, and without a connection kept."""
    quick.forget()
    yield
    quick.forget()
    connection.close()


def environ(acme: Acme, body: bytes, **headers: str) -> dict[str, Any]:
    """Return a post as the bridge hands it over."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": shortcut.PATH,
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_AUTHORIZATION": f"Bearer {acme.agent.key}",
        "HTTP_X_REQUEST_ID": "req_test",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    } | {f"HTTP_{name.upper()}": value for name, value in headers.items()}


def quickly(acme: Acme, body: bytes | None = None, **headers: str) -> HttpResponseBase | None:
    return shortcut.post(environ(acme, json.dumps(refund()).encode() if body is None else body, **headers))


def warmed(acme: Acme) -> None:
    """Let the plain road come by once: it remembers the key, the ground and the lane."""
    acme.posted()


def content(response: Any) -> Any:
    assert response is not None
    return json.loads(response.content)


def test_a_key_never_seen_takes_the_plain_road(acme: Acme) -> None:
    assert quickly(acme) is None


def test_reading_alone_makes_no_key_known(acme: Acme) -> None:
    warmed(acme)
    quick.forget()
    assert acme.agent.get("/actions").status_code == 200
    assert quick.whose(acme.agent.key) is None


def test_both_roads_write_and_answer_the_same(acme: Acme) -> None:
    warmed(acme)
    plain = acme.posted()
    told = content(quickly(acme))
    assert {k: v for k, v in told.items() if k not in STAMPS} == {k: v for k, v in plain.items() if k not in STAMPS}
    read = acme.read(told)
    assert {k: v for k, v in read.items() if k != "asked"} == {k: v for k, v in told.items() if k != "asked"}
    by_email = [{one["email"] for one in action["asked"]} for action in (read, told, plain)]
    assert by_email[0] == by_email[1] == by_email[2]


def test_both_roads_promise_the_same_parcels_and_entries(acme: Acme) -> None:
    warmed(acme)
    plain, told = acme.posted(), content(quickly(acme))
    assert _brought(acme, plain["id"]) == _brought(acme, told["id"])
    assert verify.verify(acme.org).holds


def test_both_roads_send_the_same_headers(acme: Acme) -> None:
    warmed(acme)
    body = json.dumps(refund()).encode()
    plain = WSGIHandler()(environ(acme, body), lambda *_: len)
    told = quickly(acme, body)
    assert told is not None
    differ = {"Location", "Content-Security-Policy"}
    assert {k: v for k, v in told.items() if k not in differ} == {k: v for k, v in plain.items() if k not in differ}
    policies = [sorted(one["Content-Security-Policy"].split("; ")) for one in (told, plain)]
    assert policies[0] == policies[1]


def test_a_revoked_key_is_refused_from_the_next_request_on(acme: Acme) -> None:
    warmed(acme)
    assert quickly(acme) is not None
    _revoke(acme.org)
    assert quickly(acme) is None
    assert acme.agent.post("/actions", refund()).status_code == 401


def test_a_paused_agent_is_judged_anew(acme: Acme) -> None:
    warmed(acme)
    pausing.pause(acme.org, actor=acme.world.as_person("ana"), agent="refunds", reason="too many")
    assert quickly(acme) is None
    assert acme.posted()["verdict"]["by"] == "paused"


def test_a_new_configuration_is_judged_by_from_the_next_request_on(acme: Acme) -> None:
    warmed(acme)
    acme.world.change(
        lambda document: document["rules"].append(
            {"name": "none", "when": [{"field": "action", "op": "is", "value": "refund.create"}], "then": "deny"}
        )
    )
    assert quickly(acme) is None
    assert acme.posted()["status"] == "rejected"


def test_a_repeat_is_left_to_the_plain_road(acme: Acme) -> None:
    warmed(acme)
    name, body = uuid.uuid4().hex, json.dumps(refund()).encode()
    first = content(quickly(acme, body, idempotency_key=name))
    assert quickly(acme, body, idempotency_key=name) is None
    again = acme.agent.post("/actions", body, idempotency_key=name)
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]


@pytest.mark.parametrize("body", [b"{", b'{"action": "refund.create"}', b'{"a": 1, "a": 2}', b""])
def test_what_is_refused_is_refused_by_the_plain_road(acme: Acme, body: bytes) -> None:
    warmed(acme)
    assert quickly(acme, body) is None


def test_a_signed_post_is_left_to_the_plain_road(acme: Acme) -> None:
    warmed(acme)
    assert quickly(acme, webhook_id="msg_1") is None


def test_a_strange_host_is_left_to_the_plain_road(acme: Acme) -> None:
    warmed(acme)
    assert quickly(acme, host="elsewhere.test") is None


def test_a_moment_that_is_not_now_is_refused_by_the_database(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed(acme)
    for seconds in (60.0, -60.0):
        monkeypatch.setattr(quick._ahead, "seconds", seconds)
        assert quickly(acme) is None
        warmed(acme)


def test_the_databases_clock_is_learnt_from_its_answers() -> None:
    ahead = quick._Ahead()
    ahead.learn(105.0, sent=99.0, received=101.0)
    assert ahead.seconds == 4.0
    ahead.learn(205.5, sent=200.0, received=201.0)
    assert ahead.seconds == 4.5
    ahead.learn(300.0, sent=299.0, received=300.0)
    assert ahead.seconds == 1.0


def test_the_clock_may_be_turned(acme: Acme) -> None:
    acme.world.turn(hours=5)
    warmed(acme)
    told = content(quickly(acme))
    with tx.reading(acme.org):
        assert tx.now() - timedelta(seconds=30) < acme.world.turn(seconds=0)
    assert told["created_at"][:10] == acme.world.turn(seconds=0).isoformat()[:10]


def test_a_connection_that_was_cut_is_made_anew(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed(acme)
    assert quickly(acme) is not None
    monkeypatch.setattr(tx, "SILENT", -1.0)
    connection.connection.pgconn.finish()
    assert quickly(acme) is not None


@pytest.mark.race
def test_a_limit_holds_when_both_roads_are_taken_at_once(acme: Acme) -> None:
    acme.world.change(lambda document: document["agents"][0].update(limits={"pending": 10}))
    warmed(acme)
    barrier = threading.Barrier(8)

    def post_four() -> None:
        barrier.wait()
        for _ in range(4):
            body = json.dumps(refund()).encode()
            if quickly(acme, body) is None:
                WSGIHandler()(environ(acme, body), lambda *_: len).close()
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(post_four) for _ in range(8)]:
            done.result()
    with tx.reading(acme.org), connection.cursor() as cursor:
        cursor.execute("select status, count(*) from approvals_action group by 1 order by 1")
        assert dict(cursor.fetchall()) == {"pending": 10, "rejected": 23}


def _brought(acme: Acme, public_id: str) -> tuple[Any, ...]:
    """Return what an action brought, without what differs between any two."""
    with tx.reading(acme.org), connection.cursor() as cursor:
        cursor.execute(
            "select channel, kind, address, endpoint, status, give_up_at - due_at > interval '1 hour', attempts"
            " from delivery_parcel where payload like %s order by address",
            [f"%{public_id}%"],
        )
        parcels = cursor.fetchall()
        cursor.execute("select kind, actor from audit_entry where subject = %s order by seq", [public_id])
        return parcels, cursor.fetchall()


@tx.use_case
def _revoke(org: int) -> None:
    for row in Key.objects.filter(kind=Key.Kind.AGENT, name="refunds"):
        revoke_key(row, by="operator", at=tx.now())
