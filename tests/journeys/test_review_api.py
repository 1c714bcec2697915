"""What the API gives back, and what looking at it leaves behind."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import connection

from accounts.models import Key
from core import tx
from tests.api.cast import Acme, callers, refund
from tests.journeys.browser import browser_of
from tests.world import World

FIRST = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def acme(world: World) -> Acme:
    """The cast as callers."""
    return callers(world)


@pytest.mark.parametrize(
    "parts",
    [
        ["0001-01-01T00:00:00+00:00:30.5", FIRST],
        ["0001-01-01T00:00:00+23:59", FIRST],
        ["9999-12-31T23:59:59-23:59", FIRST],
        ["2026-01-01", FIRST],
        ["Infinity", FIRST],
        [FIRST, FIRST],
        ["2026-11-20T10:00:00+00:00", "no"],
        [["a"], "b"],
        "x",
        {},
    ],
)
def test_a_cursor_of_somebody_elses_making_is_no_failure_of_ours(acme: Acme, parts: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    for caller, path in ((acme.bo, "/inbox"), (acme.agent, "/actions"), (acme.ana, "/audit")):
        assert caller.get(f"{path}?cursor={cursor}").status_code in (200, 400)


def test_state_comes_back_as_it_was_given(acme: Acme) -> None:
    state = '{"z":1.0,"a":-0.0,"e":"é\\u202e😀","big":9007199254740991,"small":5e-324,"":[{},[],null,true]}'
    posted = acme.agent.post("/actions", f'{{"action":"note.add","arguments":{{}},"state":{state}}}'.encode())
    for answer in (posted, acme.agent.get(f"/actions/{posted.json()['id']}")):
        assert json.dumps(answer.json()["state"]) == json.dumps(json.loads(state))


def test_everybody_reads_the_asked_in_one_order(acme: Acme) -> None:
    posted = acme.posted("50.00")
    listed = acme.agent.get("/actions").json()["items"][0]
    assert posted["asked"] == acme.read(posted)["asked"] == listed["asked"]
    assert [one["name"] for one in posted["asked"]] == ["Bo Lind", "Cy Okafor", "Dee Novak"]


@pytest.mark.parametrize("hidden", ["bo\u200b@{}.test", "bo@{}.te\u00adst", "bo@{}.test.", "\u202ebo@{}.test"])
def test_who_started_a_run_cannot_hide_behind_a_letter_nobody_sees(acme: Acme, hidden: str) -> None:
    answer = acme.agent.post("/actions", refund("50.00", requested_by=hidden.format(acme.slug)))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/requested_by")


def test_a_title_tells_every_digit_of_an_amount(acme: Acme) -> None:
    posted = acme.posted("999999999999999999.999999999999")
    assert posted["title"] == "Refund €999,999,999,999,999,999.999999999999 to Mia"
    assert posted["amount"]["value"] == "999999999999999999.999999999999"


def test_looking_changes_nothing(acme: Acme) -> None:
    action = acme.posted("50.00")
    ana, bo = browser_of(acme.world, "ana"), browser_of(acme.world, "bo")
    pages = ["/", f"/actions/{action['id']}", "/agents", "/agents/refunds", "/routing", "/people", "/audit"]
    pages += ["/developer", "/settings", "/escalation", "/delegation", "/insights", "/sign-in", "/healthz", "/readyz"]
    with tx.reading(acme.org):
        before = list(Key.objects.order_by("id").values_list("id", "used_at"))
    with connection.cursor() as cursor:
        cursor.execute("set default_transaction_read_only = on")
    try:
        for path in pages:
            for browser in (ana, bo):
                assert browser.get(path).status_code != 500, path
                assert browser.client.head(path).status_code != 500, path
        for path in ("/inbox", "/people/me", "/audit", "/delegations", f"/actions/{action['id']}"):
            assert acme.ana.get(path).status_code == 200, path
        assert acme.agent.get("/actions").status_code == 200
        assert acme.agent.get("/agent").status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("set default_transaction_read_only = off")
    with tx.reading(acme.org):
        assert list(Key.objects.order_by("id").values_list("id", "used_at")) == before
