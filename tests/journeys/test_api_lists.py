"""Lists over HTTP: pages that stay true while things are added, filters, and history that anybody can check."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

import pytest
import rfc8785

from tests.api.cast import Acme, Caller, callers
from tests.world import World


@pytest.fixture
def acme(world: World) -> Acme:
    return callers(world)


def pages(caller: Caller, path: str, limit: int) -> list[dict[str, Any]]:
    """Return all items of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(100):
        mark = "&" if "?" in path else "?"
        answer = caller.get(f"{path}{mark}limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json()
        assert len(answer["items"]) <= limit
        found += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages never end")


def test_own_actions_newest_first_and_page_by_page(acme: Acme) -> None:
    posted = [acme.posted(f"{n}.00", run_id=f"run-{n % 2}")["id"] for n in range(1, 8)]
    acme.other_agent.post("/actions", {"action": "email.send", "arguments": {"to": "x"}})
    assert [item["id"] for item in pages(acme.agent, "/actions", 3)] == posted[::-1]
    assert [item["id"] for item in pages(acme.agent, "/actions", 7)] == posted[::-1]
    assert [item["id"] for item in pages(acme.agent, "/actions?run_id=run-1", 2)] == posted[::-1][::2]


def test_a_page_stays_where_it_was_while_actions_are_added(acme: Acme) -> None:
    posted = [acme.posted(f"{n}.00")["id"] for n in range(1, 6)]
    first = acme.agent.get("/actions?limit=2").json()
    acme.posted("99.00")
    second = acme.agent.get(f"/actions?limit=2&cursor={first['next']}").json()
    assert [item["id"] for item in first["items"] + second["items"]] == posted[:0:-1]


def test_filters(acme: Acme) -> None:
    action = acme.posted()
    acme.agent.post("/actions", {"action": "wire.send", "arguments": {}})
    for query, count in (
        ("status=pending", 1),
        ("status=rejected", 1),
        ("status=approved", 0),
        ("action=refund.create", 1),
        ("action=refund.create&status=rejected", 0),
        ("action=nothing", 0),
    ):
        assert len(acme.agent.get(f"/actions?{query}").json()["items"]) == count, query
    acme.vote("bo", action)
    assert len(acme.agent.get("/actions?status=approved").json()["items"]) == 1


def test_the_inbox_is_most_urgent_first(acme: Acme) -> None:
    slow = acme.posted("1.00")["id"]
    urgent = acme.posted("2.00", decide_within=60)["id"]
    middle = acme.posted("3.00", decide_within=600)["id"]
    assert [item["id"] for item in pages(acme.bo, "/inbox", 1)] == [urgent, middle, slow]
    assert acme.ana.get("/inbox").json()["items"] == []


def test_history_can_be_checked_by_whoever_reads_it(acme: Acme) -> None:
    action = acme.posted()
    acme.vote("bo", action)
    entries = pages(acme.eve, "/audit", 4)
    assert [entry["seq"] for entry in entries] == list(range(len(entries), 0, -1))
    for entry in entries:
        body = rfc8785.dumps({name: entry[name] for name in ("at", "kind", "actor", "subject", "facts")})
        chained = bytes.fromhex(entry["prev_hash"]) + entry["seq"].to_bytes(8, "big") + body
        assert hashlib.sha256(chained).hexdigest() == entry["hash"]
    for newer, older in itertools.pairwise(entries):
        assert newer["prev_hash"] == older["hash"]
    assert [entry["kind"] for entry in entries if entry["subject"] == action["id"]] == [
        "action.decided",
        "action.voted",
        "action.posted",
    ]


def test_what_comes_later_says_so(acme: Acme) -> None:
    answer = acme.ana.get("/insights?from=2026-01-01T00:00:00Z")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_available_yet")


def test_an_agent_reads_its_lanes(acme: Acme) -> None:
    acme.vote("bo", acme.posted())
    told = acme.agent.get("/agent").json()
    assert (told["agent"], told["paused"]) == ("refunds", False)
    lane = next(lane for lane in told["lanes"] if lane["action"] == "refund.create")
    assert (lane["risk"], lane["level"], lane["tightened"], lane["reviewed"]) == ("medium", "supervised", False, 1)
    assert lane["blockers"]


def test_a_person_reads_who_they_are(acme: Acme) -> None:
    acme.posted()
    told = acme.bo.get("/people/me").json()
    assert told["email"] == acme.world.email("bo")
    assert (told["roles"], told["teams"], told["waiting"]) == (["approver"], ["finance"], 1)
    assert told["manager"] == acme.world.email("ana")
